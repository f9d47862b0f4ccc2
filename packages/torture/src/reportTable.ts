import Table from 'cli-table3'
import { defects, type Finding } from './check/Defect.ts'
import { Report } from './Report.ts'

const count = (number: number): string => number.toLocaleString('en-US')

const meanings: Readonly<Record<(typeof defects)[number], string>> = {
  lost: 'lost',
  doubled: 'doubled',
  reordered: 'reordered within a stream',
  missed: 'missed by a reader',
  repeated: 'seen twice by a reader',
  torn: 'missing from an append that was stored',
  stray: 'stored although rejected',
  altered: 'different from the acknowledgement',
  boundaryViolations: 'decided on other events than the log has, or refused without a reason',
  checkViolations: 'stored although a checked stream was not as expected',
  effectsMissing: 'without effect',
  effectsDoubled: 'with an effect more than once',
  effectsReordered: 'with an effect out of order',
  moneyDrift: 'coins lost or created',
  partitionsIdle: 'partitions idle for two leases',
  standstills: 'recoveries slower than their bound',
  silent: 'losses undetected',
  alarmed: 'false alarms',
}

const describe = ({ defect, position, stream, writers, what }: Finding): string =>
  `${defect}: position ${position ?? 'none'}, ${stream}, ${writers.join(' and ') || 'no writer'}: ${what}`

/**
 * Formats a report as a table, with its findings below.
 *
 * @category destructors
 * @since 0.1.0
 */
export const reportTable = (report: Report): string => {
  const { appends, events, defective, evidence, stall, handlers: handling } = report.findings
  const table = new Table({
    head: ['', '', 'number'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right'],
  })
  const section = (title: string, rows: ReadonlyArray<readonly [string, string]>): void => {
    for (const [i, [name, number]] of rows.entries()) table.push([i === 0 ? title : '', name, number])
  }
  section(
    'faults',
    Object.entries(report.faults).map(([kind, number]) => [kind, count(number)]),
  )
  section(
    'paths',
    Object.entries(report.paths).map(([path, number]) => [path, count(number)]),
  )
  section('appends', [
    ['acknowledged', count(appends.acknowledged)],
    ['refused', count(appends.refused)],
    ['unknown for a time', count(appends.unknown)],
    ['abandoned with unknown outcome', count(appends.abandoned)],
    ['lost by a rewind of the log', count(appends.undone)],
  ])
  section('events', [
    ['in the log', count(events)],
    ...defects.map((defect) => [meanings[defect], count(defective[defect])] as const),
  ])
  const ran = handling.effects > 0 || handling.moneyMoved > 0
  const done = (number: number): string => (ran ? count(number) : 'not run')
  section('handlers', [
    ['effects', done(handling.effects)],
    ['coins moved', done(handling.moneyMoved)],
    ['longest time idle with events waiting', ran ? `${count(handling.longestIdleMs)} ms` : 'not run'],
    [
      `of ${handling.longestIdleOf.split(', behind')[0] || 'no writer'}: ${handling.longestIdleCause || 'no fault'}`,
      '',
    ],
  ])
  section('processes', [
    ['crashed', count(report.crashed.length)],
    ['unfinished', count(report.unfinished.length)],
  ])
  section('longest stall', [
    [stall.reader === '' ? 'none' : `${stall.reader}: ${stall.cause}`, `${count(stall.milliseconds)} ms`],
  ])
  const wrong = [...evidence.map(describe), ...report.crashed, ...report.unfinished]
  const verdict = Report.isClean(report) ? 'Nothing is lost.' : wrong.join('\n')
  return `${table.toString()}\nseed ${report.seed}, ${report.seconds} s of faults. ${verdict}`
}
