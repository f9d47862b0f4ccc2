import {
  type EncodeFailure,
  type Event,
  ExpectedVersion,
  type HistoryId,
  type NewEvent,
  type StreamName,
} from '@foldlog/core'
import { copyJson, Limits, rewoundConflict, versionConflict } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AcceptedCommand, AcceptedPart } from './AcceptedCommand.ts'
import { type AppendOrder, makeAppendOrder } from './AppendOrder.ts'
import type { Batch, LoadedStates } from './Batch.ts'
import type { DecidedEvents } from './CommandRoute.ts'
import { foldEvents } from './foldEvents.ts'
import { idsOf } from './idsOf.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { resolvedOf } from './ResolvedStreams.ts'
import type { Target } from './Target.ts'
import { domainCodeFailed } from './userCode.ts'

export interface RejectedCommand {
  readonly pending: PendingCommand
  readonly error: unknown
}

/** A state in memory: of a stream that has the decided events, too. */
export interface CurrentState {
  readonly state: unknown
  readonly version: number
}

/**
 * The decisions on a sequence of commands, each made on the states that the previous ones left. `undecided` are the
 * last commands, whose events need an append of their own.
 */
export interface Decisions {
  readonly accepted: ReadonlyArray<AcceptedCommand>
  readonly rejected: ReadonlyArray<RejectedCommand>
  readonly undecided: ReadonlyArray<PendingCommand>
  /** The states that the decisions left, by the names of the targets. */
  readonly states: ReadonlyMap<StreamName, CurrentState>
  /** The streams with events of accepted commands, by the names of the targets, in the order of the log. */
  readonly appended: AppendOrder['streams']
}

/** The histories, named by callers, that do not have the last event of a state, by the names of the targets. */
export type UnsharedHistories = ReadonlyMap<StreamName, ReadonlySet<HistoryId>>

const encode = (
  { aggregate }: Target,
  { command, hasCallerId, metadata }: PendingCommand,
  events: ReadonlyArray<Event>,
  idOf: ReturnType<typeof idsOf>,
  from: number,
): E.Either<EncodeFailure, ReadonlyArray<NewEvent>> => {
  // Only an id of the caller's can be reused, so the events of other commands do not grow.
  const first = hasCallerId && from === 0 ? { ...metadata, commandType: command.type } : metadata
  const newEvents: Array<NewEvent> = []
  for (const [index, event] of events.entries()) {
    const encoded = aggregate.events.encode(event)
    if (E.isLeft(encoded)) return encoded
    const { type, schemaVersion, tags } = encoded.right
    // Most codecs encode to the value itself, and `evolve` gets that before it is stored.
    const data = copyJson(encoded.right.data)
    const stored = { type, schemaVersion, data, id: idOf(from + index), metadata: index === 0 ? first : metadata }
    newEvents.push(tags === undefined ? stored : { ...stored, tags })
  }
  return E.right(newEvents)
}

interface Step {
  readonly parts: ReadonlyArray<AcceptedPart>
  /** The states of the targets after the command, in their order. */
  readonly after: ReadonlyArray<CurrentState>
}

/** Encodes the events of a decision and folds them. Throws when the domain code throws. */
const applyDecision = (
  { resolved }: Batch,
  pending: PendingCommand,
  current: ReadonlyMap<StreamName, CurrentState>,
  states: ReadonlyArray<unknown>,
  decided: E.Either<unknown, DecidedEvents>,
): E.Either<unknown, Step> => {
  if (E.isLeft(decided)) return decided
  const { targets } = pending
  const idOf = idsOf(resolved, pending)
  const parts: Array<AcceptedPart> = []
  const after: Array<CurrentState> = []
  let index = 0
  for (const [i, target] of targets.entries()) {
    const events = decided.right[i] ?? []
    const newEvents = encode(target, pending, events, idOf, index)
    if (E.isLeft(newEvents)) return newEvents
    index += events.length
    const version = (current.get(target.name)?.version ?? 0) + events.length
    after.push({ state: foldEvents(target.aggregate.decider, events, states[i]), version })
    parts.push({ target, stream: resolvedOf(resolved, target).stream, events, newEvents: newEvents.right, version })
  }
  return E.right({ parts, after })
}

/** Decides one command. Most decisions have no effects; these return no promise. */
const decideOne = (
  batch: Batch,
  pending: PendingCommand,
  current: ReadonlyMap<StreamName, CurrentState>,
): E.Either<unknown, Step> | Promise<E.Either<unknown, Step>> => {
  const { command, route, targets } = pending
  const failed = (cause: unknown) => E.left(domainCodeFailed(command.type, cause))
  try {
    const states = targets.map(({ name }) => current.get(name)?.state)
    const apply = (decided: E.Either<unknown, DecidedEvents>) => applyDecision(batch, pending, current, states, decided)
    const answer = route.decide(command, states, batch.effects)
    return answer instanceof Promise ? answer.then(apply).catch(failed) : apply(answer)
  } catch (cause) {
    return failed(cause)
  }
}

/** Refuses a command whose caller has seen another state than the current one, like a refusal of the domain. */
const checkExpectedVersion = (
  { resolved }: Batch,
  { expected, readIn, targets: [target] }: PendingCommand,
  current: ReadonlyMap<StreamName, CurrentState>,
  from: LoadedStates,
  unshared: UnsharedHistories,
): E.Either<unknown, void> => {
  if (expected === 'any' || target === undefined) return E.right(undefined)
  const { name } = target
  const { stream } = resolvedOf(resolved, target)
  const version = current.get(name)?.version ?? 0
  const basis = from.get(name)
  if (!ExpectedVersion.accepts(expected, version)) return E.left(versionConflict(stream, expected, version))
  if (readIn === undefined || readIn === basis?.history) return E.right(undefined)
  // Events that were decided in this batch are in no other history.
  return version === basis?.version && unshared.get(name)?.has(readIn) !== true
    ? E.right(undefined)
    : E.left(rewoundConflict(stream, expected, version))
}

/**
 * Decides commands in order. A command that is refused, cannot be encoded or throws leaves the states unchanged, so the
 * other commands are not affected.
 */
export const decideAll = async (
  batch: Batch,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
  unshared: UnsharedHistories,
): Promise<Decisions> => {
  const states = new Map<StreamName, CurrentState>(from)
  const accepted: Array<AcceptedCommand> = []
  const rejected: Array<RejectedCommand> = []
  const order = makeAppendOrder()
  const rested = new Set<StreamName>()
  for (const [i, pending] of commands.entries()) {
    // An append checks a limited number of streams. Few batches can reach it.
    if (from.size > Limits.checksPerAppend) {
      for (const { name } of pending.targets) rested.add(name)
      if (i > 0 && rested.size > Limits.checksPerAppend)
        return { accepted, rejected, undecided: commands.slice(i), states, appended: order.streams }
    }
    const checked = checkExpectedVersion(batch, pending, states, from, unshared)
    const attempt = E.isLeft(checked) ? checked : decideOne(batch, pending, states)
    const step = attempt instanceof Promise ? await attempt : attempt
    if (E.isLeft(step)) {
      rejected.push({ pending, error: step.left })
      continue
    }
    const { parts, after } = step.right
    if (!order.add(parts)) return { accepted, rejected, undecided: commands.slice(i), states, appended: order.streams }
    for (const [at, { target }] of parts.entries()) {
      const state = after[at]
      if (state !== undefined) states.set(target.name, state)
    }
    accepted.push({ pending, parts })
  }
  return { accepted, rejected, undecided: [], states, appended: order.streams }
}
