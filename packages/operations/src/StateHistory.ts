import type { AnyAggregate, RecordedEvent, StreamName } from '@foldlog/core'
import { ownInitialState, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import { EventDescription } from './EventDescription.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { DomainFunctionFailed, OperationError } from './OperationError.ts'

/**
 * The state of a stream after one of its events, 0 for the state before the first. `recordedAt` is the time of that
 * event. `current` is the version of its last event.
 *
 * @category model
 * @since 0.1.0
 */
export interface StateAt {
  readonly stream: StreamName
  readonly version: number
  readonly recordedAt: Date | null
  readonly current: number
  readonly state: unknown
}

/**
 * One event of a stream, the state after it, and what it has changed in the state.
 *
 * @category model
 * @since 0.1.0
 */
export interface StateStep extends EventDescription {
  readonly state: unknown
  readonly differences: ReadonlyArray<Difference>
}

/**
 * A part of the history of a stream: the state before its first step, then the steps.
 *
 * @category model
 * @since 0.1.0
 */
export interface StateHistory {
  readonly before: StateAt
  readonly steps: ReadonlyArray<StateStep>
  readonly end: boolean
}

/**
 * A version, from 0, or a time: then every event that was recorded at or before it counts.
 *
 * @category model
 * @since 0.1.0
 */
export type StateMoment = number | Date

type Folded = E.Either<DomainFunctionFailed | OperationError, unknown>

const evolveAll = (domain: OperatedDomain, { decider }: AnyAggregate, state: unknown, event: RecordedEvent): Folded => {
  const { decoding } = EventDescription.of(domain)(event)
  if (decoding._tag === 'NoCodec') return rejectInput('stream', 'has no codec')
  if (decoding._tag === 'Undecodable')
    return E.left(decoding.failure ?? { _tag: 'DomainFunctionFailed', function: 'decode', why: decoding.why })
  // The decider and the events are of one aggregate.
  const evolve = decider.evolve as (state: unknown, event: unknown) => unknown
  const next = UserCode.run('evolve', () =>
    decoding.events.reduce<unknown>((before, one) => evolve(before, one), state),
  )
  return E.isLeft(next) ? E.left({ _tag: 'DomainFunctionFailed', function: 'evolve', why: next.left.why }) : next
}

type Step = (event: RecordedEvent, before: unknown, after: unknown) => boolean

/**
 * Folds a stream from its beginning. `goesOn` says whether an event belongs to the fold; `step` sees each event of it.
 * Snapshots are not used: what is shown is what the events say.
 */
const fold = async (
  domain: OperatedDomain,
  store: OperatedStore,
  stream: StreamName,
  goesOn: (event: RecordedEvent) => boolean,
  step: Step = () => true,
): Promise<E.Either<OperationError, StateAt & { readonly end: boolean }>> => {
  const aggregate = OperatedDomain.aggregateOf(domain, stream)
  if (E.isLeft(aggregate)) return aggregate
  let [state, version, current]: [unknown, number, number] = [
    ownInitialState(aggregate.right.decider.initialState),
    0,
    0,
  ]
  let recordedAt: Date | null = null
  const stoppedAt = (end: boolean) => E.right({ stream, version, recordedAt, current, state, end })
  for (;;) {
    const page = await store.readStream(stream, { from: version + 1 })()
    if (E.isLeft(page)) return page
    current = page.right.version
    for (const event of page.right.events) {
      if (!goesOn(event)) return stoppedAt(false)
      const next = evolveAll(domain, aggregate.right, state, event)
      if (E.isLeft(next)) return next
      const more = step(event, state, next.right)
      ;[state, version, recordedAt] = [next.right, event.version, event.recordedAt]
      if (!more) return stoppedAt(page.right.end && event === page.right.events.at(-1))
    }
    if (page.right.end) return stoppedAt(true)
  }
}

const isMoment = (at: unknown): at is StateMoment =>
  (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) || (at instanceof Date && !Number.isNaN(Number(at)))

/**
 * The state of a stream at a version or a time, folded from its events by the decider of its aggregate; now, when `at`
 * is absent. A version beyond the end is `InvalidInput`.
 *
 * At a time, the state has the events up to the last one that was recorded at or before it, even when the clock of the
 * store was set back between them.
 *
 * @category destructors
 * @since 0.1.0
 */
const stateAt =
  (domain: OperatedDomain, store: OperatedStore) =>
  (stream: StreamName, at?: StateMoment): TE.TaskEither<OperationError, StateAt> =>
  async () => {
    if (at !== undefined && !isMoment(at)) return rejectInput('at', 'must be a version from 0 up, or a valid date')
    const version = at instanceof Date ? await versionAt(store, stream, at) : E.right(at ?? Number.MAX_SAFE_INTEGER)
    if (E.isLeft(version)) return version
    const found = await fold(domain, store, stream, (event) => event.version <= version.right)
    if (E.isLeft(found)) return found
    const { end: _, ...state } = found.right
    return typeof at === 'number' && state.version < at
      ? rejectInput('at', `${stream} has no version ${at}: its last version is ${state.current}`)
      : E.right(state)
  }

/** Reads backwards to the last event that was recorded at or before a time. */
const versionAt = async (
  store: OperatedStore,
  stream: StreamName,
  time: Date,
): Promise<E.Either<OperationError, number>> => {
  for (let from: number | undefined; ; ) {
    const page = await store.readStream(stream, { direction: 'backward', from })()
    if (E.isLeft(page)) return page
    const found = page.right.events.find(({ recordedAt }) => recordedAt <= time)
    if (found !== undefined) return E.right(found.version)
    const last = page.right.events.at(-1)
    if (page.right.end || last === undefined) return E.right(0)
    from = last.version - 1
  }
}

/**
 * Steps of a stream after a version (0 when absent), at most `count` of them (100 when absent), each with the state
 * after it and what it has changed.
 *
 * @category destructors
 * @since 0.1.0
 */
const steps =
  (domain: OperatedDomain, store: OperatedStore) =>
  (
    stream: StreamName,
    { after = 0, count = 100 }: { readonly after?: number | undefined; readonly count?: number | undefined } = {},
  ): TE.TaskEither<OperationError, StateHistory> =>
  async () => {
    if (!Number.isSafeInteger(count) || count < 1 || count > 10_000)
      return rejectInput('count', 'must be an integer from 1 to 10000')
    const before = await stateAt(domain, store)(stream, after)()
    if (E.isLeft(before)) return before
    const found: Array<StateStep> = []
    const describe = EventDescription.of(domain)
    const folded = await fold(
      domain,
      store,
      stream,
      () => true,
      (event, old, state) => {
        if (event.version <= after) return true
        found.push({ ...describe(event), state, differences: Difference.between(old, state) })
        return found.length < count
      },
    )
    return E.isLeft(folded) ? folded : E.right({ before: before.right, steps: found, end: folded.right.end })
  }

/**
 * Functions on {@link StateHistory}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StateHistory = { stateAt, steps } as const
