import type { HandlerStatus } from '@foldlog/core/store'
import { isRewind, leaseTimeOf, reportedOf, resumeAction } from '../partition/StopDocument.ts'

/** Follows, from poll to poll, which processes have added their lost events to the stops of one handler. */
export interface ReportWatch {
  /** Adds what the store knows now. `now` is in milliseconds since 1970. */
  readonly observe: (generations: ReadonlyArray<HandlerStatus>, now: number) => void
  /** Whether every process has left the group, or is not waited for any longer. */
  readonly isSettled: () => boolean
  /** Members that were in the group, sent no heartbeats, and did not come back. */
  readonly lapsed: () => ReadonlyArray<string>
}

/** Milliseconds between two polls, unless a lease is shorter than 10 of them. */
const maxPause = 100

const longestLease = (generations: ReadonlyArray<HandlerStatus>): number =>
  Math.max(0, ...generations.flatMap(({ stops }) => stops.map(leaseTimeOf)))

/** Milliseconds until the next poll. A member must be seen several times within one lease. */
export const pauseFor = (generations: ReadonlyArray<HandlerStatus>): number =>
  Math.max(1, Math.min(maxPause, (longestLease(generations) || Number.POSITIVE_INFINITY) / 10))

const membersOf = (generations: ReadonlyArray<HandlerStatus>): HandlerStatus['members'] =>
  generations
    .filter(({ stops }) => stops.some((stop) => stop.requestedAction !== resumeAction && isRewind(stop)))
    .flatMap(({ members }) => members)

/**
 * The members that have not left the group of a stopped handler. A member leaves when it has compared the stop with
 * what it has handled.
 */
export const unreportedMembers = (generations: ReadonlyArray<HandlerStatus>): ReadonlyArray<string> =>
  membersOf(generations).map(({ member }) => member)

interface Seen {
  /** By the clock of the store. */
  readonly until: number
  /** How long the member was watched since its last heartbeat, in milliseconds. */
  readonly unrenewed: number
}

/**
 * The store shows neither a process that it does not know yet, because a restored log can be older than the process,
 * nor a member whose lease has expired. Both are known again from their next heartbeat on. So the watch goes on for one
 * lease, in which each running process sends a heartbeat; and a member that disappears at the end of its lease has
 * lapsed: it has not left, and has not reported, unless a stop names it. It gets one lease more to come back, and no
 * more than that: it may have crashed.
 *
 * A watch has a clock of its own: the clock of the process that stopped the handler can differ, and time in which this
 * process was suspended does not count, because the others may have been suspended too.
 */
export const makeReportWatch = (): ReportWatch => {
  let watched = 0
  let last: number | undefined
  let leaseTime = 0
  let seen: ReadonlyMap<string, Seen> = new Map()
  /** The lapsed members, with the value of `watched` at which each was seen to lapse. */
  const lapsed = new Map<string, number>()

  /** A running member sends a heartbeat three times per lease. The clock of the store can differ from the one here. */
  const hasLapsed = ({ until, unrenewed }: Seen, now: number): boolean =>
    until <= now || (leaseTime > 0 && unrenewed >= leaseTime / 2)

  return {
    observe: (generations, now) => {
      const elapsed = last === undefined ? 0 : Math.min(pauseFor(generations), Math.max(0, now - last))
      last = now
      watched += elapsed
      leaseTime = Math.max(leaseTime, longestLease(generations))
      const before = seen
      seen = new Map(
        membersOf(generations).map(({ member, until }) => {
          const earlier = before.get(member)
          const isRenewed = earlier?.until !== until.getTime()
          return [member, { until: until.getTime(), unrenewed: isRenewed ? 0 : earlier.unrenewed + elapsed }]
        }),
      )
      for (const [member, one] of before) {
        if (!seen.has(member) && hasLapsed({ ...one, unrenewed: one.unrenewed + elapsed }, now))
          lapsed.set(member, watched)
      }
      // It may have come back, reported and left between two polls.
      const reported = generations.flatMap(({ stops }) => stops.flatMap(reportedOf))
      for (const member of [...seen.keys(), ...reported]) lapsed.delete(member)
    },
    isSettled: () => seen.size === 0 && [0, ...lapsed.values()].every((since) => watched - since >= leaseTime),
    lapsed: () => [...lapsed.keys()],
  }
}
