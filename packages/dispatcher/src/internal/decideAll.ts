import {
  Decider,
  type EncodeFailure,
  type Event,
  ExpectedVersion,
  type HistoryId,
  type NewEvent,
  rewoundConflict,
  type StreamName,
  versionConflict,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { decisionFailed, within } from './attempting.ts'
import { derivedIds } from './derivedIds.ts'
import type { Erased } from './Erased.ts'
import type { Job } from './Job.ts'

/** A command that was accepted: its events (perhaps none), their stored forms, and the version of the stream after them. */
export interface Accepted {
  readonly job: Job
  readonly events: ReadonlyArray<Event>
  readonly news: ReadonlyArray<NewEvent>
  readonly version: number
}

export interface Refused {
  readonly job: Job
  readonly error: unknown
}

/** What was decided on commands one after another, each against the state that those before it left. */
export interface Decided {
  readonly accepted: ReadonlyArray<Accepted>
  readonly refused: ReadonlyArray<Refused>
  readonly state: unknown
  readonly version: number
}

/** What effectful decisions get, and the milliseconds they have. */
export interface Effects {
  readonly env: unknown
  readonly timeout: number
}

const encode = (
  aggregate: Erased,
  stream: StreamName,
  { commandId, metadata }: Job,
  events: ReadonlyArray<Event>,
): E.Either<EncodeFailure, ReadonlyArray<NewEvent>> => {
  const idOf = derivedIds(stream, commandId)
  const news: Array<NewEvent> = []
  for (const [place, event] of events.entries()) {
    const encoded = aggregate.events.encode(event)
    if (E.isLeft(encoded)) return encoded
    const { type, schemaVersion, data } = encoded.right
    news.push({ type, schemaVersion, data, id: idOf(place), metadata })
  }
  return E.right(news)
}

interface Step {
  readonly events: ReadonlyArray<Event>
  readonly news: ReadonlyArray<NewEvent>
  readonly state: unknown
}

/** Throws when the domain does. */
const decideOne = async (
  aggregate: Erased,
  stream: StreamName,
  job: Job,
  state: unknown,
  { env, timeout }: Effects,
): Promise<E.Either<unknown, Step>> => {
  const { command } = job
  const { decider, effects } = aggregate
  // `hasOwn`: a command may be called `constructor`.
  const effect = effects !== undefined && Object.hasOwn(effects, command.type) ? effects[command.type] : undefined
  const decided =
    effect === undefined ? decider.decide(command, state) : await within(timeout, () => effect(command, state)(env)())
  if (E.isLeft(decided)) return decided
  const events = decided.right
  const news = encode(aggregate, stream, job, events)
  if (E.isLeft(news)) return news
  return E.right({ events, news: news.right, state: Decider.fold(decider)(events, state) })
}

/**
 * The state that commands are decided on, as it is in `history`. `unshared` are the other histories, named by callers,
 * that do not have its last event.
 */
export interface Basis {
  readonly state: unknown
  readonly version: number
  readonly history: HistoryId
  readonly unshared: ReadonlySet<HistoryId>
}

/** A caller that knows another state than the one that is there is refused, as by the domain. */
const meets = (
  stream: StreamName,
  { expected, readIn }: Job,
  version: number,
  from: Basis,
): E.Either<unknown, void> => {
  if (!ExpectedVersion.accepts(expected, version)) return E.left(versionConflict(stream, expected, version))
  if (readIn === undefined || readIn === from.history) return E.right(undefined)
  // Events that were decided just now are in no other history.
  return version === from.version && !from.unshared.has(readIn)
    ? E.right(undefined)
    : E.left(rewoundConflict(stream, expected, version))
}

/** Decides commands in order. One that is refused, cannot be encoded or throws leaves the state as it was: its neighbours do not notice. */
export const decideAll = async (
  aggregate: Erased,
  stream: StreamName,
  jobs: ReadonlyArray<Job>,
  from: Basis,
  effects: Effects,
): Promise<Decided> => {
  let { state, version } = from
  const accepted: Array<Accepted> = []
  const refused: Array<Refused> = []
  for (const job of jobs) {
    const met = meets(stream, job, version, from)
    const step = E.isLeft(met)
      ? met
      : await decideOne(aggregate, stream, job, state, effects).catch((cause: unknown) =>
          E.left(decisionFailed(job.command.type, cause)),
        )
    if (E.isLeft(step)) {
      refused.push({ job, error: step.left })
    } else {
      const { events, news } = step.right
      state = step.right.state
      version += events.length
      accepted.push({ job, events, news, version })
    }
  }
  return { accepted, refused, state, version }
}
