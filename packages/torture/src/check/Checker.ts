import type { FaultSpan } from '../FaultSpan.ts'
import { Journal, type JournalEntry, type JournalRecord } from '../Journal.ts'
import type { Observations } from '../Observations.ts'
import { checkAppends } from './checkAppends.ts'
import { checkBoundaries } from './checkBoundaries.ts'
import { checkChecks } from './checkChecks.ts'
import { checkEffects } from './checkEffects.ts'
import { checkOrder } from './checkOrder.ts'
import { checkReader } from './checkReader.ts'
import { checkRecoveries } from './checkRecoveries.ts'
import { checkRewinds, mayHaveBeenLost, seenAtTheEnd } from './checkRewinds.ts'
import { Findings } from './Findings.ts'
import type { HandlerEvidence } from './HandlerEvidence.ts'
import { HandlerTotals } from './HandlerTotals.ts'
import { IdlePeriod } from './IdlePeriod.ts'
import { Log, type LogRow } from './Log.ts'
import type { Rewind } from './Rewind.ts'
import { Stall } from './Stall.ts'

/**
 * The evidence of a round when all work has ended. `log`: the table of events, by position; `handled`: the work of
 * handlers, undefined when there were none; `rewinds`: the rewinds of the log; `alarms`: the handlers that are stopped
 * because of a rewind.
 *
 * @category model
 * @since 0.1.0
 */
export interface Evidence {
  readonly log: ReadonlyArray<LogRow>
  readonly journals: ReadonlyArray<ReadonlyArray<JournalRecord>>
  readonly readers: ReadonlyArray<Observations>
  readonly faults: ReadonlyArray<FaultSpan>
  readonly handlers?: HandlerEvidence | undefined
  readonly rewinds?: ReadonlyArray<Rewind>
  readonly alarms?: ReadonlyArray<string>
}

const countOutcomes = (
  log: Log,
  entries: ReadonlyArray<JournalEntry>,
  rewinds: ReadonlyArray<Rewind>,
): Findings['appends'] => {
  const isUndone = (entry: JournalEntry): boolean =>
    Journal.last(entry).is === 'acknowledged' && mayHaveBeenLost(rewinds)(entry) && isMissing(log, entry)
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

const isMissing = (log: Log, { sent }: JournalEntry): boolean =>
  sent.parts.every(({ ids }) => ids.every((id) => log.withId(id).length === 0))

/**
 * Finds the defects of a round. The result depends on its evidence alone.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (evidence: Evidence): Findings => {
  const { log: rows, journals, readers, faults, handlers, rewinds = [], alarms = [] } = evidence
  const entries = journals.flatMap(Journal.entries)
  const log = Log.make(rows, entries)
  const idle = handlers === undefined ? [] : IdlePeriod.find(handlers.samples, handlers.losses, handlers.restarts)
  const seen = readers.flatMap((observations) =>
    checkReader(log, seenAtTheEnd(observations), rewinds.length > 0 ? 'silent' : 'altered'),
  )
  const findings = [
    ...checkAppends(log, entries, mayHaveBeenLost(rewinds)),
    ...checkOrder(log),
    ...checkBoundaries(log, entries, rewinds.length > 0),
    ...checkChecks(log, entries),
    ...seen,
    ...checkRewinds(log, entries, readers, rewinds, alarms),
    ...checkRecoveries(faults),
    ...(handlers === undefined
      ? []
      : [
          ...checkEffects(log, handlers, rewinds.length > 0),
          ...IdlePeriod.longerThan(idle, 2 * handlers.leaseTime, faults),
        ]),
  ]
  const totals = handlers === undefined ? HandlerTotals.none : HandlerTotals.of(handlers, idle, faults)
  return Findings.of(
    countOutcomes(log, entries, rewinds),
    rows.length,
    findings,
    Stall.longest(readers, faults),
    totals,
  )
}
