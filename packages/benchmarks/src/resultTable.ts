import Table from 'cli-table3'
import { formatFigure } from './formatFigure.ts'
import type { ReportJson, ResultJson, SummaryJson } from './Report.ts'

const milliseconds = (value: number | null): string => (value === null ? '' : value.toFixed(2))

const rowsOf = ({ wrong = [] }: Pick<SummaryJson, 'wrong'>): string =>
  wrong.length === 0 ? 'yes' : wrong.map(({ expected, found }) => `NO: ${found} of ${expected}`).join(', ')

const goalOf = (ratio: number, goal: number | undefined): string =>
  goal === undefined ? '' : `${goal} ${ratio >= goal ? 'met' : 'MISSED'}`

const linesOf = ({ workload, unit, foldlog, others, absent }: ResultJson): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<ReadonlyArray<string>> = []
  if (foldlog !== null) {
    const { median, low, high, p50, p99, note = '' } = foldlog
    const spread = `${formatFigure(low)} - ${formatFigure(high)}`
    const name = note === '' ? 'foldlog' : `foldlog (${note})`
    rows.push([name, formatFigure(median), spread, milliseconds(p50), milliseconds(p99), '', '', rowsOf(foldlog)])
  }
  for (const [name, one] of Object.entries(others)) {
    const { median, low, high, p50, p99, ratio, ratioLow, ratioHigh, goal, note = '' } = one
    rows.push([
      note === '' ? name : `${name} (${note})`,
      formatFigure(median),
      `${formatFigure(low)} - ${formatFigure(high)}`,
      milliseconds(p50),
      milliseconds(p99),
      `${ratio.toFixed(2)} (${ratioLow.toFixed(2)} - ${ratioHigh.toFixed(2)})`,
      goalOf(ratio, goal),
      rowsOf(one),
    ])
  }
  for (const [name, why] of Object.entries(absent)) rows.push([`${name}: ${why}`, '', '', '', '', '', '', ''])
  return rows.map((row, i) => [i === 0 ? workload : i === 1 ? unit : '', ...row])
}

const head = [
  'workload',
  'contestant',
  'median',
  'spread',
  'p50 ms',
  'p99 ms',
  'foldlog is x times better',
  'goal',
  'rows',
]

/**
 * Formats a report as a table. `rows` shows whether all expected rows were stored.
 *
 * @category destructors
 * @since 0.1.0
 */
export const resultTable = ({ results }: Pick<ReportJson, 'results'>): string => {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
  })
  for (const result of results) for (const row of linesOf(result)) table.push([...row])
  return table.toString()
}
