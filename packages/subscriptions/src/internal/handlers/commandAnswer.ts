import { describeUnknown } from '@foldlog/core'
import { UserCode, type UserCodeErrors } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { SendCommand } from '../../SendCommand.ts'
import { orAbandoned } from '../async/withTimeout.ts'

// Interprets the answer to a command. The dispatch is user code, so the answer may be any value.

/**
 * The answer to a command. `Done`: its events are stored; `late` is why handlers that the dispatch awaits have not
 * arrived. `Rejected`: nothing is stored.
 */
export type CommandAnswer =
  | { readonly _tag: 'Done'; readonly late?: unknown }
  | { readonly _tag: 'Rejected'; readonly error: unknown }

/**
 * Why the same command is sent again. `Unreachable`: the infrastructure is away or overloaded, which affects all
 * commands. `NoAnswer`: the dispatch took too long, threw, or answered a value that is neither a result nor a tagged
 * error. Whether the command was done is unknown; the dispatcher recognizes its id.
 */
export interface SendFailure {
  readonly _tag: 'Unreachable' | 'NoAnswer'
  readonly why: string
}

/** Errors of the infrastructure, or of overload. */
const retryableErrors: ReadonlySet<string> = new Set([
  'StoreUnavailable',
  'StoreOverloaded',
  'DispatcherOverloaded',
  'DispatcherStopped',
  'VersionConflict',
  'BoundaryChanged',
])

const noAnswer = (why: string): E.Either<SendFailure, never> => E.left({ _tag: 'NoAnswer', why })

const ofError = (error: unknown): E.Either<SendFailure, CommandAnswer> => {
  if (typeof error !== 'object' || error === null || !('_tag' in error) || typeof error._tag !== 'string') {
    return noAnswer(`dispatch failed with an error that has no _tag: ${describeUnknown(error)}`)
  }
  if (retryableErrors.has(error._tag)) return E.left({ _tag: 'Unreachable', why: describeUnknown(error) })
  if (error._tag !== 'HandlersNotReached') return E.right({ _tag: 'Rejected', error })
  // The events of the command are stored; only the handlers that the dispatch awaits have not arrived. When the log was
  // rewound since, the events may be lost.
  const why: unknown = 'why' in error ? error.why : undefined
  return typeof why === 'object' && why !== null && '_tag' in why && why._tag === 'LogRewound'
    ? noAnswer('the log was rewound after the command was done')
    : E.right({ _tag: 'Done', late: error })
}

const answerErrors: UserCodeErrors<unknown, E.Either<SendFailure, CommandAnswer>> = {
  failed: ({ _tag, why }) => noAnswer(_tag === 'Threw' ? `dispatch threw: ${why}` : why),
  left: ofError,
}

/**
 * Sends a command once, and waits at most `timeout` milliseconds for its answer. `undefined` when it does not end soon
 * after the signal fires: then it is abandoned. Never rejects.
 */
export const sendOnce = async (
  send: SendCommand,
  [command, context]: Parameters<SendCommand>,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<E.Either<SendFailure, CommandAnswer> | undefined> => {
  const sent = UserCode.runEffect('dispatch', () => send(command, context), answerErrors)
  const answered = await orAbandoned(sent, signal, timeout)
  if (answered !== undefined) return E.isRight(answered) ? E.right({ _tag: 'Done' }) : answered.left
  return signal.aborted ? undefined : noAnswer(`dispatch gave no answer within ${timeout} ms`)
}
