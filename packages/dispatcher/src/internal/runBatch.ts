import {
  type AppendError,
  type Appended,
  type EventStore,
  type Logger,
  type StreamName,
  storeUnavailable,
  type VersionConflict,
} from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { RetryPolicy } from 'retry-ts'
import { retrying } from 'retry-ts/lib/Task.js'
import type { LoadError } from '../DispatchError.ts'
import { type Decided, decideAll, type Effects } from './decideAll.ts'
import type { Erased } from './Erased.ts'
import { earlierResults } from './earlier.ts'
import type { Job, Outcome } from './Job.ts'
import { outcomeOf } from './outcomeOf.ts'
import type { State, States } from './States.ts'

/** What a batch of commands needs to run. */
export interface BatchOptions {
  readonly store: EventStore
  readonly states: States
  readonly effects: Effects
  readonly retry: RetryPolicy
  readonly logger: Logger
}

/** Commands that are to be decided; against `fresh`, when that was read just now. `lost` is the race they lost before. */
interface Pending {
  readonly jobs: ReadonlyArray<Job>
  readonly fresh?: State
  readonly lost?: VersionConflict
}

const none: Pending = { jobs: [] }

interface Ending {
  readonly job: Job
  readonly outcome: Outcome
}

const endAll = (jobs: ReadonlyArray<Job>, error: unknown): ReadonlyArray<Ending> =>
  jobs.map((job) => ({ job, outcome: E.left(error) }))

const settle = (endings: ReadonlyArray<Ending>): Pending => {
  for (const { job, outcome } of endings) job.settle(outcome)
  return none
}

/**
 * Runs commands for one stream: decides them in memory against the evolving state, appends what was decided with one exact expected version, and
 * decides again what lost a race. Every job is settled, once; no command id may stand twice.
 *
 * Why no result is wrong although the cache may be stale. An accepted command is appended at the exact version it was decided at, or not at all. A
 * refusal is told only when the version it was decided at was the stream's own: an append of the same batch has proved it, or a read has. A command
 * that was handled before brings ids that are stored (see derivedIds), so it cannot be stored twice, in whatever process it is repeated.
 *
 * Why nobody is told what is not known. When an append ends with anything but a verdict, its fate is open: all its commands end with that error, and
 * refusals too, because what they were refused on may not be there. Nothing of it is kept in the cache, so those who wait behind it start from what
 * the store says. Should the append arrive later all the same, its exact version keeps it from writing over theirs.
 */
export const runBatch = async (
  options: BatchOptions,
  aggregate: Erased,
  stream: StreamName,
  all: ReadonlyArray<Job>,
): Promise<void> => {
  const { store, states, effects, retry, logger } = options

  /** What leaves no trace (a refusal, no event) is told unless the command was handled before: then its first result is. */
  const settleUnlessEarlier = async (endings: ReadonlyArray<Ending>): Promise<Pending> => {
    const asked = endings.flatMap(({ job }) => (job.identified ? [job] : []))
    if (asked.length === 0) return settle(endings)
    const earlier = await earlierResults(store, aggregate, stream, asked)
    const outcomeFor = ({ job, outcome }: Ending): Outcome => {
      if (!job.identified) return outcome
      return E.isLeft(earlier) ? earlier : (earlier.right.get(job) ?? outcome)
    }
    return settle(endings.map((ending) => ({ job: ending.job, outcome: outcomeFor(ending) })))
  }

  /** A store that cannot be reached is not asked again: that would only double the wait. */
  const notLoaded = (jobs: ReadonlyArray<Job>, error: LoadError): Promise<Pending> | Pending =>
    error._tag === 'StoreUnavailable' ? settle(endAll(jobs, error)) : settleUnlessEarlier(endAll(jobs, error))

  const withoutEvents = ({ accepted, refused }: Decided): Promise<Pending> =>
    settleUnlessEarlier([
      ...accepted.flatMap((one) =>
        one.events.length === 0 ? [{ job: one.job, outcome: outcomeOf(stream, one) }] : [],
      ),
      ...refused.map(({ job, error }) => ({ job, outcome: E.left(error) })),
    ])

  /** One of them, or all of them together, are what a store does not take. Halves, in order, find out which. */
  const halve = async (jobs: ReadonlyArray<Job>, error: unknown): Promise<Pending> => {
    if (jobs.length === 1) return settleUnlessEarlier(endAll(jobs, error))
    const half = Math.ceil(jobs.length / 2)
    await runBatch(options, aggregate, stream, jobs.slice(0, half))
    await runBatch(options, aggregate, stream, jobs.slice(half))
    return none
  }

  /** Settles what is stored already; the rest has to be decided again, on a state that has that in it: if the cache is behind, its append conflicts. */
  const settleStored = async (jobs: ReadonlyArray<Job>, decided: Decided, error: unknown): Promise<Pending> => {
    const wrote = decided.accepted.flatMap(({ job, events }) => (events.length > 0 ? [job] : []))
    const earlier = await earlierResults(store, aggregate, stream, wrote)
    if (E.isLeft(earlier)) return settle(endAll(jobs, earlier.left))
    // The ids are stored, but not as these commands: an application used them for something else. Trying again would not end.
    if (earlier.right.size === 0) return halve(jobs, error)
    for (const [job, outcome] of earlier.right) {
      job.settle(
        F.pipe(
          outcome,
          // An id that nobody else knows was stored by ourselves: the store sent the append again after a lost answer.
          E.map((result) => ({ ...result, duplicate: job.identified })),
        ),
      )
    }
    return { jobs: jobs.filter((job) => !earlier.right.has(job)) }
  }

  const notAppended = async (
    jobs: ReadonlyArray<Job>,
    decided: Decided,
    from: State,
    error: AppendError,
  ): Promise<Pending> => {
    switch (error._tag) {
      case 'VersionConflict': {
        logger.debug('others were faster, commands are decided again', {
          stream,
          commands: jobs.length,
          actual: error.actual,
        })
        const now = await states.current(aggregate, stream, from)
        return E.isLeft(now) ? notLoaded(jobs, now.left) : { jobs, fresh: now.right, lost: error }
      }
      case 'EventIdReused':
        return settleStored(jobs, decided, error)
      case 'InvalidInput':
        return halve(jobs, error)
      case 'StreamDeleted':
        states.forget(stream)
        return settleUnlessEarlier(endAll(jobs, error))
      default:
        states.forget(stream)
        return settle(endAll(jobs, error))
    }
  }

  const appended = async (decided: Decided, from: State, result: Appended): Promise<Pending> => {
    states.keep(aggregate, stream, { state: decided.state, version: result.version, snapshotAt: from.snapshotAt })
    for (const one of decided.accepted) {
      if (one.events.length > 0) one.job.settle(outcomeOf(stream, one, result))
    }
    return withoutEvents(decided)
  }

  const attempt = async ({ jobs, fresh }: Pending): Promise<Pending> => {
    const cached = fresh ?? states.cached(stream)
    const loaded = cached === undefined ? await states.current(aggregate, stream, undefined) : E.right(cached)
    if (E.isLeft(loaded)) return notLoaded(jobs, loaded.left)
    const from = loaded.right
    const decided = await decideAll(aggregate, stream, jobs, from, effects)
    const events = decided.accepted.flatMap(({ news }) => news)
    if (events.length > 0) {
      const result = await store.append({ stream, expected: from.version, events })()
      if (E.isLeft(result)) return notAppended(jobs, decided, from, result.left)
      return result.right.repeated
        ? settleStored(
            jobs,
            decided,
            storeUnavailable('the store repeats an append it does not find', false, result.right),
          )
        : appended(decided, from, result.right)
    }
    if (cached === undefined || fresh !== undefined) return withoutEvents(decided)
    const now = await states.current(aggregate, stream, cached)
    if (E.isLeft(now)) return notLoaded(jobs, now.left)
    return now.right.version === cached.version ? withoutEvents(decided) : { jobs, fresh: now.right }
  }

  /** Only a lost race is a matter for the retry policy. Ends: an attempt that loses none settles a command, or makes the next one the last. */
  const untilLost = async (pending: Pending): Promise<Pending> => {
    const next = await attempt(pending)
    return next.jobs.length > 0 && next.lost === undefined ? untilLost(next) : next
  }

  let pending = await untilLost({ jobs: all })
  // Nearly always so: a policy is not asked for nothing.
  if (pending.jobs.length === 0) return
  await retrying(
    retry,
    // The first of these attempts is the one above.
    ({ iterNumber }) =>
      async () => {
        if (iterNumber > 0) pending = await untilLost(pending)
        return pending
      },
    ({ jobs }) => jobs.length > 0,
  )()
  settle(endAll(pending.jobs, pending.lost))
}
