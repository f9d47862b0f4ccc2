import type {
  Clock,
  HandlerStore,
  LogTail,
  OpenAppend,
  OpenAppends,
  PartialOptions,
  StoreUnavailable,
} from '@foldlog/core'
import type { HandlerStatus } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { HandlerReport } from './HandlerReport.ts'
import { HandlerStop } from './HandlerStop.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { resumeAction } from './internal/partition/StopDocument.ts'
import { WaitingCommand } from './WaitingCommand.ts'

/**
 * The status of all handlers, in every process: the position up to which the log is settled, and each generation of
 * each handler.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeStatus {
  /** The position up to which the log is settled. */
  readonly settledPosition: number
  /**
   * The open appends that hold the settled position back, the lowest first; empty when the store does not list them.
   * While one is open, handlers are `running`, and their lag is 0, though later events wait.
   */
  readonly openAppends: ReadonlyArray<OpenAppend>
  readonly handlers: ReadonlyArray<GenerationStatus>
}

/**
 * The state of a handler in one word. `stopped`: in all processes, see {@link HandlerStop}. `no process`: no process
 * works on it, nor has one recently; when its code is gone, `remove` or `rename` it. `waiting for lease`: no member
 * holds a partition that has events to handle. `kept`: a generation that served before, frozen until a rollback to it.
 * Otherwise it is the worst state of its members.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerState =
  | 'running'
  | 'catching up'
  | 'retrying'
  | 'stopped'
  | 'no process'
  | 'waiting for lease'
  | 'kept'

/**
 * One generation of a handler: what the store knows of it, and what follows from that. `position`: every event up to it
 * has been handled, in all partitions. `lag` is the number of positions that the log is ahead of that, 0 when no event
 * waits. `lagSeconds` is how many seconds the first event has waited. `rate` is the number of events per second, of all
 * members. `building` is true when the generation is going to serve and does not yet: a rebuild, a new version, or a
 * rollback. `reasons` say why it is stopped, for an operator, and `stopped` says where. `waitsFor` says why a
 * generation that is going to serve has not taken over; it is empty when it is about to. `waitingCommands` are commands
 * of processes that have waited for an answer for more than a second, or have had an attempt without an answer. The
 * longest wait comes first, with at most ten commands of each member.
 *
 * @category model
 * @since 0.1.0
 */
export interface GenerationStatus extends HandlerStatus {
  readonly state: HandlerState
  readonly building: boolean
  readonly position: number
  readonly lag: number
  readonly lagSeconds: number
  readonly rate: number
  readonly holders: ReadonlyArray<string>
  readonly stopped: ReadonlyArray<HandlerStop>
  readonly reasons: ReadonlyArray<string>
  readonly waitsFor: ReadonlyArray<string>
  readonly waitingCommands: ReadonlyArray<WaitingCommand>
}

const defined = <A>(list: ReadonlyArray<A | undefined>): ReadonlyArray<A> =>
  list.flatMap((one) => (one === undefined ? [] : [one]))

const stateOf = (
  { role, partitions, members, stops }: HandlerStatus,
  reports: ReadonlyArray<HandlerReport>,
  waiting: boolean,
): HandlerState => {
  const isReported = (state: HandlerReport['state']): boolean => reports.some((report) => report.state === state)
  if (role === 'previous') return 'kept'
  if (stops.some(({ requestedAction }) => requestedAction !== resumeAction)) return 'stopped'
  if (role !== 'outdated' && members.length === 0 && partitions.every(({ holder }) => holder === null))
    return 'no process'
  if (partitions.some(({ holder, waitingSince }) => holder === null && waitingSince !== null))
    return 'waiting for lease'
  if (isReported('retrying')) return 'retrying'
  return waiting && isReported('catching up') ? 'catching up' : 'running'
}

const positionOf = ({ partitions }: HandlerStatus): number =>
  partitions.reduce((least, one) => Math.min(least, one.position), Number.POSITIVE_INFINITY)

/** Why a generation that is going to serve does not yet, by the rule of the store's `promote`. */
const waitsFor = (
  { name, role, parked, generation }: HandlerStatus,
  position: number,
  others: ReadonlyArray<HandlerStatus>,
): ReadonlyArray<string> => {
  if (role !== 'building' && role !== 'returning') return []
  const own = others.filter((one) => one.name === name)
  const serving = own.find(({ serves }) => serves)
  const behind = serving === undefined ? 0 : positionOf(serving) - position
  const returns = own.find((one) => one.role === 'returning' && one.generation !== generation)
  return [
    ...(behind > 0 ? [`it is ${behind} positions behind the generation that serves`] : []),
    ...(role === 'building' && parked > 0
      ? [`${parked} of its events ${parked === 1 ? 'is' : 'are'} parked: retry or discard them, or rebuild`]
      : []),
    ...(returns === undefined ? [] : [`generation ${returns.generation} is being rolled back to`]),
  ]
}

const generationStatusOf =
  (settledPosition: number, now: number, all: ReadonlyArray<HandlerStatus>) =>
  (status: HandlerStatus): GenerationStatus => {
    const { partitions, members, stops } = status
    const stopped = defined(stops.map(HandlerStop.parse)).filter(({ resuming }) => !resuming)
    const position = positionOf(status)
    const since = defined(partitions.map(({ waitingSince }) => waitingSince?.getTime()))
    const reports = defined(members.map(({ report }) => HandlerReport.parse(report)))
    return {
      ...status,
      state: stateOf(status, reports, since.length > 0),
      building: status.role === 'building' || status.role === 'returning',
      position,
      lag: since.length === 0 ? 0 : Math.max(0, settledPosition - position),
      lagSeconds: since.length === 0 ? 0 : Math.max(0, (now - Math.min(...since)) / 1_000),
      rate: reports.reduce((sum, { rate }) => sum + rate, 0),
      holders: [...new Set(defined(partitions.map(({ holder }) => holder ?? undefined)))].sort(),
      stopped,
      reasons: stopped.map(({ position, reason }) => `at position ${position}: ${reason}`),
      waitsFor: waitsFor(status, position, all),
      waitingCommands: reports
        .flatMap((report) => [...WaitingCommand.parse(report.waitingCommands)])
        .sort((one, another) => one.since.getTime() - another.since.getTime()),
    }
  }

/**
 * Makes the status from what the store knows. `now` is the time, in milliseconds since 1970.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (
  settledPosition: number,
  handlers: ReadonlyArray<HandlerStatus>,
  now: number,
  openAppends: ReadonlyArray<OpenAppend> = [],
): RuntimeStatus => ({
  settledPosition,
  openAppends,
  handlers: handlers.map(generationStatusOf(settledPosition, now, handlers)),
})

/**
 * Reads the status of all handlers. It needs only a store, no runtime.
 *
 * @category constructors
 * @since 0.1.0
 */
const read =
  (
    store: Pick<LogTail, 'settledPosition'> & Pick<HandlerStore, 'handlerStatuses'> & PartialOptions<OpenAppends>,
    clock: Clock = Date.now,
  ): TE.TaskEither<StoreUnavailable, RuntimeStatus> =>
  async () => {
    const [settledPosition, handlers, open] = await Promise.all([
      runSafely(store.settledPosition),
      runSafely(store.handlerStatuses),
      store.openAppends === undefined ? E.right([]) : runSafely(store.openAppends),
    ])
    if (E.isLeft(settledPosition)) return settledPosition
    if (E.isLeft(handlers)) return handlers
    return E.isLeft(open) ? open : E.right(make(settledPosition.right, handlers.right, clock(), open.right))
  }

/**
 * Functions on {@link RuntimeStatus}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const RuntimeStatus = { make, read } as const
