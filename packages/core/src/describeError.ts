import type { DecodeFailure } from './domain/DecodeFailure.ts'
import type { ErrorWithSentence, FoldlogError } from './FoldlogError.ts'
import { HandlerIdentity } from './handlers/HandlerIdentity.ts'
import type { BoundaryChanged } from './store/Condition.ts'
import type { LogRewound } from './store/LogPosition.ts'
import type { StreamConflict } from './store/StoreError.ts'
import { describeUnknown } from './values/describeUnknown.ts'
import type { ValidationProblem } from './values/ValidationProblem.ts'

const describeProblems = (problems: ReadonlyArray<ValidationProblem>): string =>
  problems.map(({ path, why }) => `${path}: ${why}`).join('; ')

const describeReason = ({ type, schemaVersion, reason }: DecodeFailure): string => {
  switch (reason._tag) {
    case 'UnknownType':
      return `no codec knows the type ${type}`
    case 'UnknownVersion':
      return `${type} has schema version ${schemaVersion}, this reader knows versions up to ${reason.newestKnown}`
    case 'InvalidData':
      return `its data is not a ${type} v${schemaVersion}: ${describeProblems(reason.problems)}`
    case 'UpcastFailed':
      return `the upcast of ${type} v${schemaVersion} to ${reason.to} failed: ${reason.why}`
    case 'TagsFailed':
      return `the tags of ${type} v${schemaVersion} cannot be made: ${reason.why}`
  }
}

const describeConflict = ({ stream, expected, actual, rewound }: StreamConflict): string =>
  rewound
    ? `the log was rewound since version ${expected} of ${stream} was read: read the stream again`
    : `${stream} is at version ${actual}, expected was ${expected}`

/** Describes which events both logs have, and where a reader can continue. */
const describeShared = ({ history, common }: LogRewound): string => {
  if (common !== null) {
    return history === null
      ? `it has the events up to position ${common}: continue after that position`
      : `it shares the events up to position ${common} with history ${history}: continue after that position`
  }
  const unknown = history === null ? 'the history of the position is not known' : `it does not know history ${history}`
  return `${unknown}, so it cannot tell which events both logs have: continue after a position that is certainly in both, or from the beginning`
}

const describeBoundary = ({ conflicts, rewound }: BoundaryChanged): string => {
  if (rewound) return 'the log was rewound since the events of a condition were read: read them again, without a marker'
  const found = conflicts.map(({ type, stream, position }) => `${type} of ${stream} (position ${position})`)
  return `${found.join(', ')} appeared since the events of a condition were read: read them again`
}

const describeRewind = (error: LogRewound): string => {
  const { position, history, current } = error
  const remembered = history === null ? `position ${position}` : `position ${position} of history ${history}`
  return `the log was rewound: it no longer has ${remembered}. It continues in history ${current}; ${describeShared(error)}`
}

type Fields<Tag extends FoldlogError['_tag']> = Extract<FoldlogError, { readonly _tag: Tag }>

const describeIdle = (handlers: Fields<'HandlersNotRunning'>['handlers']): string =>
  handlers
    .map(({ name, stops }) =>
      stops.length === 0
        ? `no process works on ${name}: start a runtime with it`
        : `${name} is stopped (${stops.join('; ')}): correct the cause, then HandlerStop.resume`,
    )
    .join('; ')

const describeParked = ({ handler, stream, version, position, type, why }: Fields<'EventsParked'>['events'][number]) =>
  `${handler} has parked ${type}, ${stream} version ${version} (position ${position}): ${why}`

/** Describes why a wait ended. Another implementation of the wait may have errors that foldlog does not know. */
const describeWait = (why: { readonly _tag: string }): string => {
  switch (why._tag) {
    case 'HandlersTimedOut':
    case 'HandlersNotRunning':
    case 'EventsParked':
    case 'UnknownHandler':
    case 'StoreUnavailable':
    case 'InvalidInput':
      // The tags are those of the runtime's errors, so the fields are there.
      return describeError(why as FoldlogError)
    default:
      return why._tag
  }
}

/** The sentence of an error that has no case: its own, or its fields. */
const sentenceOf = (error: object): string => {
  const { message, why, problems } = error as { message?: unknown; why?: unknown; problems?: unknown } // Any value.
  const own = message ?? why ?? (Array.isArray(problems) ? problems.join('; ') : undefined)
  return typeof own === 'string' && own !== '' ? own : describeUnknown(error)
}

const describeKnown = (error: FoldlogError): string => {
  switch (error._tag) {
    case 'InvalidInput':
      return `${error.what}: ${error.why}`
    case 'VersionConflict':
      return [error, ...(error.others ?? [])].map(describeConflict).join('; ')
    case 'BoundaryChanged':
      return describeBoundary(error)
    case 'StreamNotFound':
      return `${error.stream} does not exist`
    case 'StreamDeleted':
      return `${error.stream} was deleted`
    case 'EventIdReused':
      return `the event id ${error.id}, used for ${error.stream}, is already stored by another append`
    case 'StoreUnavailable':
      return `the store is not available: ${error.why}${error.retryable ? '; try again' : ''}`
    case 'LogRewound':
      return describeRewind(error)
    case 'StoreOverloaded':
      return `${error.waiting} appends are already waiting, the limit is ${error.limit}: slow down`
    case 'DecodeFailure':
      return `${error.stream} version ${error.version} (position ${error.position}) cannot be decoded: ${describeReason(error)}`
    case 'EncodeFailure':
      return `${error.type} cannot be stored: ${error.path}: ${error.why}`
    case 'InvalidEventCodec':
      return `invalid event codec: ${error.problems.join('; ')}`
    case 'CommandDecodeFailure':
      return `${error.type === null ? 'a command' : `the command ${error.type}`} cannot be decoded: ${describeProblems(error.problems)}`
    case 'InvalidCommandCodec':
      return `invalid command codec: ${error.problems.join('; ')}`
    case 'UnknownCommand':
      return `no aggregate has the command ${error.type}; the known commands are ${error.known.join(', ')}`
    case 'DomainCodeFailed':
      return `the domain code failed for ${error.command}: ${error.why}`
    case 'CommandIdReused':
      return `${error.command} has the id ${error.commandId}, with which ${error.first} was done on ${error.stream}: dispatch ${error.command} with an id of its own`
    case 'DispatcherOverloaded':
      return `${error.waiting} commands are already waiting, the limit is ${error.limit}: slow down`
    case 'HandlersNotReached':
      return error.why._tag === 'LogRewound'
        ? `the log was rewound during the wait for ${error.handlers.join(', ')}: the events of the command may be lost; dispatch it again with the same command id`
        : `the events of the command are stored, but the wait for ${error.handlers.join(', ')} failed: ${describeWait(error.why)}`
    case 'DispatcherStopped':
      return 'the dispatcher was stopped'
    case 'DispatchAborted':
      return 'the caller cancelled the command before its turn'
    case 'VersionNotFound':
      return error.rewound
        ? `the log was rewound since version ${error.version} of ${error.stream} was read: read the history again, from its beginning`
        : `${error.stream} has no version ${error.version}: ${error.actual === 0 ? 'it has no events' : `its last version is ${error.actual}`}`
    case 'InvalidDispatcher':
      return `invalid dispatcher: ${error.problems.join('; ')}`
    case 'InvalidApplication':
      return `invalid application: ${error.problems.join('; ')}`
    case 'DomainFunctionFailed':
      return `${error.function} of the domain failed: ${error.why}`
    case 'UnsupportedCodec':
      return `${error.codec} at ${error.path || 'the root'} has no JSON Schema: ${error.why}`
    case 'HandlersTimedOut':
      return `${error.late.join(', ')} did not reach position ${error.position} within ${error.milliseconds} ms: wait longer, or look at the status of the handlers`
    case 'HandlersNotRunning':
      return `${describeIdle(error.handlers)}, so position ${error.position} is not reached`
    case 'EventsParked':
      return `${error.events.map(describeParked).join('; ')}: correct the cause, then ParkedEvent.retry, or discard`
    case 'UnknownHandler':
      return `there is no handler ${JSON.stringify(error.name)}; ${error.known.length === 0 ? 'none is known' : `known are ${error.known.join(', ')}`}`
    case 'HandlerMismatch':
      return HandlerIdentity.describeMismatch(error)
    case 'HandlerInUse':
      return `${error.members.join(', ')} ${error.members.length === 1 ? 'works' : 'work'} on the handler ${JSON.stringify(error.name)}: stop the processes that run it; the last lease ends at ${error.until.toISOString()}`
    case 'ViewConflict':
      return 'the views of the append were made from documents that have changed: read them again, then retry'
    case 'CurrencyMismatch':
      return `${error.left} and ${error.right} are two currencies: convert one of the sums first`
    case 'MoneyOutOfRange':
      return `${error.minorUnits} is no whole number of ${error.currency} that can be counted exactly`
    case 'ViewDecodeFailure':
      return `the view ${JSON.stringify(error.key)} of ${error.projection} cannot be decoded: ${error.why}; rebuild the projection when its codec has changed`
    case 'DocumentEncodeFailure':
      return `its result cannot be stored: the ${error.kind} of ${JSON.stringify(error.key)}: ${describeProblems(error.problems)}`
    case 'HandlerReturnedError':
      return `the handler returned ${typeof error.error === 'string' ? JSON.stringify(error.error) : describeUnknown(error.error)}`
    case 'HandlerThrew':
      return `the handler threw: ${error.why}`
    case 'HandlerTimedOut':
      return `the handler did not end within ${error.milliseconds} ms`
    case 'ProcessEnded':
      return `the process ended ${error.times} times while it handled this event, or was silent for longer than its lease`
  }
}

/**
 * Describes an error of foldlog in a sentence, for logs and terminals. Programs read `_tag` and the other fields. Of an
 * error that has a sentence of its own, in `message`, `why` or `problems`, that is the description.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { describeError, StreamName } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const name = StreamName.parse('no dash')
 * if (E.isLeft(name)) console.log(describeError(name.left))
 * ```
 *
 * ```text
 * stream name: must have the form category-id, is "no dash"
 * ```
 */
export const describeError = (error: FoldlogError | ErrorWithSentence): string => {
  // An error with another tag has no case, so nothing is returned for it.
  const known: string | undefined = describeKnown(error as FoldlogError)
  return known ?? sentenceOf(error)
}
