import {
  type AppendError,
  type Appended,
  type EventStore,
  type HistoryId,
  type Logger,
  rewoundConflict,
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
import type { Home } from './Homes.ts'
import type { Job, Outcome } from './Job.ts'
import { outcomeOf } from './outcomeOf.ts'
import type { State, States } from './States.ts'
import { unsharedHistories } from './unsharedHistories.ts'

/** What a batch of commands needs to run. */
export interface BatchOptions {
  readonly store: EventStore
  readonly states: States
  readonly effects: Effects
  readonly retry: RetryPolicy
  readonly logger: Logger
}

/**
 * Commands to decide, on `fresh` when that was just read. `lost` is the race that they lost before, or the append that
 * was refused because the log was rewound.
 */
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
 * Runs commands for one stream: decides them in memory against the evolving state, appends what was decided with one
 * exact expected version, and decides again what lost a race. Every job is settled once, or given back. Jobs that are
 * given back were not decided, because their home was found with events and now has none. No command id may stand
 * twice.
 *
 * Why no result is wrong although the cache may be stale. An accepted command is appended at the exact version it was decided at, or not at all. A
 * refusal is told only when the version it was decided at was the stream's own: an append of the same batch has proved it, or a read has. A command
 * that was handled before brings ids that are stored (see derivedIds), so it cannot be stored twice, in whatever process it is repeated.
 *
 * Why no result rests on lost events. After a rewind a stream can reach the same version with other events, so a
 * version alone proves nothing. It is compared together with the history of the log in which it was read.
 * - An append brings the history of its state. The store accepts it only when the event at the expected version is in
 *   the part of the log that both histories share. The versions of a stream follow the positions of the log, so all
 *   earlier events of the stream are in that part too, and the state is the state of the stream. At version 0 there is
 *   nothing to share.
 * - A read confirms a cached state when it finds the same version in the same history. A read in another history drops
 *   the state and folds anew, and the commands are decided again.
 * - A state is never folded from two histories (see States), and a state that is kept after an append has the history
 *   in which the append was stored.
 * - A caller that names the history of its expected version is refused when that history does not have the last event
 *   of the state (see unsharedHistories). A state that is not the state of the log any more is read again first.
 * - A plain restart of the server begins a new history and loses nothing. Then the first append of a stream is
 *   accepted, because all of it is shared, and the first refusal costs one fold.
 *
 * Why nobody is told what is not known. When an append ends with anything but a verdict, its fate is open: all its
 * commands end with that error, and refusals too, because what they were refused on may not be there. Nothing of it is
 * kept in the cache, so those who wait behind it start from what the store says. If the append nevertheless arrives
 * later, its exact version prevents it from being stored beside theirs, and its history prevents it from being stored
 * behind other events that have reached that version.
 */
export const runBatch = async (
  options: BatchOptions,
  aggregate: Erased,
  home: Home,
  all: ReadonlyArray<Job>,
): Promise<ReadonlyArray<Job>> => {
  const { store, states, effects, retry, logger } = options
  const { stream } = home
  /** Jobs that are given back. */
  const homeless: Array<Job> = []
  let misfits = 0

  /** What leaves no trace (a refusal, no event) is told unless the command was handled before: then its first result is. */
  const settleUnlessEarlier = async (endings: ReadonlyArray<Ending>, readIn?: HistoryId): Promise<Pending> => {
    const asked = endings.flatMap(({ job }) => (job.identified ? [job] : []))
    if (asked.length === 0) return settle(endings)
    const earlier = await earlierResults(store, aggregate, stream, asked, readIn)
    const outcomeFor = ({ job, outcome }: Ending): Outcome => {
      if (!job.identified) return outcome
      return E.isLeft(earlier) ? earlier : (earlier.right.get(job) ?? outcome)
    }
    return settle(endings.map((ending) => ({ job: ending.job, outcome: outcomeFor(ending) })))
  }

  /** A store that cannot be reached is not asked again: that would only double the wait. */
  const notLoaded = (jobs: ReadonlyArray<Job>, error: LoadError): Promise<Pending> | Pending =>
    error._tag === 'StoreUnavailable' ? settle(endAll(jobs, error)) : settleUnlessEarlier(endAll(jobs, error))

  const withoutEvents = ({ accepted, refused }: Decided, history: HistoryId): Promise<Pending> =>
    settleUnlessEarlier(
      [
        ...accepted.flatMap((one) =>
          one.events.length === 0 ? [{ job: one.job, outcome: outcomeOf(stream, one, history) }] : [],
        ),
        ...refused.map(({ job, error }) => ({ job, outcome: E.left(error) })),
      ],
      history,
    )

  /** One of them, or all of them together, are what a store does not take. Halves, in order, find out which. */
  const halve = async (jobs: ReadonlyArray<Job>, error: unknown): Promise<Pending> => {
    if (jobs.length === 1) return settleUnlessEarlier(endAll(jobs, error))
    const half = Math.ceil(jobs.length / 2)
    homeless.push(...(await runBatch(options, aggregate, home, jobs.slice(0, half))))
    homeless.push(...(await runBatch(options, aggregate, home, jobs.slice(half))))
    return none
  }

  /** Settles what is stored already; the rest has to be decided again, on a state that has that in it: if the cache is behind, its append conflicts. */
  const settleStored = async (
    jobs: ReadonlyArray<Job>,
    decided: Decided,
    error: unknown,
    readIn: HistoryId,
  ): Promise<Pending> => {
    const wrote = decided.accepted.flatMap(({ job, events }) => (events.length > 0 ? [job] : []))
    const earlier = await earlierResults(store, aggregate, stream, wrote, readIn)
    if (E.isLeft(earlier)) return settle(endAll(jobs, earlier.left))
    if (earlier.right.size === 0) {
      // The log may have been rewound between the append and the look, so all jobs are decided again, once. Otherwise
      // the ids are stored, but not as these commands: an application used them for something else. Trying again would
      // not end.
      return misfits++ === 0 ? { jobs } : halve(jobs, error)
    }
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
        // Versions only grow unless the log is rewound.
        const rewound = error.rewound === true || error.actual < from.version
        const facts = { stream, commands: jobs.length, actual: error.actual }
        if (rewound) {
          const { version, history } = from
          logger.warn('the log was rewound, commands are decided again on its current events', {
            ...facts,
            version,
            history,
          })
        } else logger.debug('others were faster, commands are decided again', facts)
        const now = await states.current(aggregate, stream, rewound ? undefined : from)
        return E.isLeft(now) ? notLoaded(jobs, now.left) : { jobs, fresh: now.right, lost: error }
      }
      case 'EventIdReused':
        return settleStored(jobs, decided, error, from.history)
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
    const { version, history } = result
    states.keep(aggregate, stream, { state: decided.state, version, history, snapshotAt: from.snapshotAt })
    for (const one of decided.accepted) {
      if (one.events.length > 0) one.job.settle(outcomeOf(stream, one, history, result))
    }
    return withoutEvents(decided, history)
  }

  const attempt = async ({ jobs, fresh }: Pending): Promise<Pending> => {
    const cached = fresh ?? states.cached(stream)
    const loaded = cached === undefined ? await states.current(aggregate, stream, undefined) : E.right(cached)
    if (E.isLeft(loaded)) return notLoaded(jobs, loaded.left)
    const from = loaded.right
    if (home.found && from.version === 0) {
      homeless.push(...jobs)
      return none
    }
    const unshared = await unsharedHistories(store, stream, jobs, from)
    if (E.isLeft(unshared)) return notLoaded(jobs, unshared.left)
    if (unshared.right === undefined) {
      const now = await states.current(aggregate, stream, from)
      // Counts as a lost race: the log may be rewound again and again.
      const lost = rewoundConflict(stream, from.version, from.version)
      return E.isLeft(now) ? notLoaded(jobs, now.left) : { jobs, fresh: now.right, lost }
    }
    const decided = await decideAll(aggregate, stream, jobs, { ...from, unshared: unshared.right }, effects)
    const events = decided.accepted.flatMap(({ news }) => news)
    if (events.length > 0) {
      const result = await store.append({ stream, expected: from.version, events, history: from.history })()
      if (E.isLeft(result)) return notAppended(jobs, decided, from, result.left)
      return result.right.repeated
        ? settleStored(
            jobs,
            decided,
            storeUnavailable('the store repeats an append it does not find', false, result.right),
            result.right.history,
          )
        : appended(decided, from, result.right)
    }
    if (cached === undefined || fresh !== undefined) return withoutEvents(decided, from.history)
    const now = await states.current(aggregate, stream, cached)
    if (E.isLeft(now)) return notLoaded(jobs, now.left)
    const { version, history } = now.right
    const confirmed = version === cached.version && history === cached.history
    return confirmed ? withoutEvents(decided, history) : { jobs, fresh: now.right }
  }

  /**
   * Only a lost race is subject to the retry policy; a rewind counts as one. This ends: an attempt that loses no race
   * settles a command, or makes the next attempt the last. Only one attempt is made for ids that are not found.
   */
  const untilLost = async (pending: Pending): Promise<Pending> => {
    const next = await attempt(pending)
    return next.jobs.length > 0 && next.lost === undefined ? untilLost(next) : next
  }

  let pending = await untilLost({ jobs: all })
  // Nearly always so: a policy is not asked for nothing.
  if (pending.jobs.length === 0) return homeless
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
  return homeless
}
