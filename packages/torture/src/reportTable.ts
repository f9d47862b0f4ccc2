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
  stray: 'stored although refused',
  altered: 'other than acknowledged',
  effectsMissing: 'without effect',
  effectsDoubled: 'with an effect more than once',
  effectsReordered: 'with an effect out of order',
  moneyDrift: 'coins gone or made',
  partitionsIdle: 'partitions idle for two leases',
  standstills: 'times a fault was not over within its bound',
  silent: 'passed over in silence',
  alarmed: 'alarmed for nothing',
}

const describe = ({ defect, position, stream, writers, what }: Finding): string =>
  `${defect}: position ${position ?? 'none'}, ${stream}, ${writers.join(' and ') || 'nobody'}: ${what}`

/**
 * A report as one table for people, and what is wrong below it.
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
  section('appends', [
    ['acknowledged', count(appends.acknowledged)],
    ['refused', count(appends.refused)],
    ['unknown for a time', count(appends.unknown)],
    ['given up unknown', count(appends.abandoned)],
    ['undone: the log went back', count(appends.undone)],
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
    [`of ${handling.longestIdleOf.split(', behind')[0] || 'nobody'}: ${handling.longestIdleCause || 'no fault'}`, ''],
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
