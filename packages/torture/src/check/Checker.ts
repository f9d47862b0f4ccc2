import type { FaultSpan } from '../FaultSpan.ts'
import { type Entry, Journal, type JournalRecord } from '../Journal.ts'
import type { Observations } from '../Observations.ts'
import { checkAppends } from './checkAppends.ts'
import { checkHandled } from './checkHandled.ts'
import { checkOrder } from './checkOrder.ts'
import { checkReader } from './checkReader.ts'
import { checkRecoveries } from './checkRecoveries.ts'
import { checkRewinds, mayBeLost, seenInTheEnd } from './checkRewinds.ts'
import { Findings } from './Findings.ts'
import type { Handled } from './Handled.ts'
import { Handling } from './Handling.ts'
import { Idle } from './Idle.ts'
import { Log, type LogRow } from './Log.ts'
import type { Rewind } from './Rewind.ts'
import { Stall } from './Stall.ts'

/**
 * All that is known of a round when everything has come to rest. `log`: the table of events, by position; `handled`:
 * what handlers have done, undefined when there were none; `rewinds`: how the log went back; `alarms`: handlers that
 * are stopped because the log went back.
 *
 * @category model
 * @since 0.1.0
 */
export interface Evidence {
  readonly log: ReadonlyArray<LogRow>
  readonly journals: ReadonlyArray<ReadonlyArray<JournalRecord>>
  readonly readers: ReadonlyArray<Observations>
  readonly faults: ReadonlyArray<FaultSpan>
  readonly handled?: Handled | undefined
  readonly rewinds?: ReadonlyArray<Rewind>
  readonly alarms?: ReadonlyArray<string>
}

const tally = (log: Log, entries: ReadonlyArray<Entry>, rewinds: ReadonlyArray<Rewind>): Findings['appends'] => {
  const isUndone = (entry: Entry): boolean =>
    Journal.last(entry).is === 'acknowledged' && mayBeLost(rewinds)(entry) && isMissing(log, entry)
  const ended = entries.map((entry) => Journal.last(entry).is)
  const count = (is: (typeof ended)[number]) => ended.filter((end) => end === is).length
  return {
    acknowledged: count('acknowledged'),
    refused: count('refused'),
    abandoned: count('abandoned') + count('unknown'),
    unknown: entries.filter(({ outcomes }) => outcomes.length === 0 || outcomes.some(({ is }) => is === 'unknown'))
      .length,
    undone: entries.filter(isUndone).length,
  }
}

const isMissing = (log: Log, { sent }: Entry): boolean =>
  sent.parts.every(({ ids }) => ids.every((id) => log.withId(id).length === 0))

/**
 * What is wrong with a round: a function of its evidence, and of nothing else.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (evidence: Evidence): Findings => {
  const { log: rows, journals, readers, faults, handled, rewinds = [], alarms = [] } = evidence
  const entries = journals.flatMap(Journal.entries)
  const log = Log.make(rows, entries)
  const idle = handled === undefined ? [] : Idle.times(handled.looks, handled.losses, handled.restarts)
  const seen = readers.flatMap((observations) =>
    checkReader(log, seenInTheEnd(observations), rewinds.length > 0 ? 'silent' : 'altered'),
  )
  const findings = [
    ...checkAppends(log, entries, mayBeLost(rewinds)),
    ...checkOrder(log),
    ...seen,
    ...checkRewinds(log, entries, readers, rewinds, alarms),
    ...checkRecoveries(faults),
    ...(handled === undefined
      ? []
      : [...checkHandled(log, handled, rewinds.length > 0), ...Idle.tooLong(idle, 2 * handled.leaseTime, faults)]),
  ]
  const handling = handled === undefined ? Handling.none : Handling.of(handled, idle, faults)
  return Findings.of(tally(log, entries, rewinds), rows.length, findings, Stall.longest(readers, faults), handling)
}
