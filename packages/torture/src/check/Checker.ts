import type { FaultSpan } from '../FaultSpan.ts'
import { type Entry, Journal, type JournalRecord } from '../Journal.ts'
import type { Observations } from '../Observations.ts'
import { checkAppends } from './checkAppends.ts'
import { checkHandled } from './checkHandled.ts'
import { checkOrder } from './checkOrder.ts'
import { checkReader } from './checkReader.ts'
import { checkRecoveries } from './checkRecoveries.ts'
import { Findings } from './Findings.ts'
import type { Handled } from './Handled.ts'
import { Handling } from './Handling.ts'
import { Idle } from './Idle.ts'
import { Log, type LogRow } from './Log.ts'
import { Stall } from './Stall.ts'

/**
 * All that is known of a round when everything has come to rest. `log`: the table of events, by position; `handled`: what handlers
 * have done, undefined when there were none.
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
}

const tally = (entries: ReadonlyArray<Entry>): Findings['appends'] => {
  const ended = entries.map((entry) => Journal.last(entry).is)
  const count = (is: (typeof ended)[number]) => ended.filter((end) => end === is).length
  return {
    acknowledged: count('acknowledged'),
    refused: count('refused'),
    abandoned: count('abandoned') + count('unknown'),
    unknown: entries.filter(({ outcomes }) => outcomes.length === 0 || outcomes.some(({ is }) => is === 'unknown'))
      .length,
  }
}

/**
 * What is wrong with a round: a function of its evidence, and of nothing else.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = ({ log: rows, journals, readers, faults, handled }: Evidence): Findings => {
  const entries = journals.flatMap(Journal.entries)
  const log = Log.make(rows, entries)
  const idle = handled === undefined ? [] : Idle.times(handled.looks, handled.losses, handled.restarts)
  const findings = [
    ...checkAppends(log, entries),
    ...checkOrder(log),
    ...readers.flatMap((observations) => checkReader(log, observations)),
    ...checkRecoveries(faults),
    ...(handled === undefined
      ? []
      : [...checkHandled(log, handled), ...Idle.tooLong(idle, 2 * handled.leaseTime, faults)]),
  ]
  const handling = handled === undefined ? Handling.none : Handling.of(handled, idle, faults)
  return Findings.of(tally(entries), rows.length, findings, Stall.longest(readers, faults), handling)
}
