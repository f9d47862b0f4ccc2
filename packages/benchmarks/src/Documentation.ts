import { markdownTable } from 'markdown-table'
import { formatFigure } from './formatFigure.ts'
import type { ReportJson, ResultJson } from './Report.ts'
import { ScaleReport, type Stage } from './scale/ScaleReport.ts'
import { workloads } from './workloads/workloads.ts'

const begin = '<!-- from here on written by `npm run bench -- report` -->'
const end = '<!-- up to here -->'

const rowsOf = ({ workload, foldlog, others, absent }: ResultJson): ReadonlyArray<Array<string>> => [
  ...Object.entries(others).map(([name, { ratio, ratioLow, ratioHigh, note, wrong = [] }]) => [
    `\`${workload}\``,
    note === undefined ? name : `${name} (${note})`,
    ratio.toFixed(2),
    `${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)}`,
    wrong.length === 0 ? 'all' : wrong.map(({ expected, found }) => `${found} of ${expected}`).join(', '),
  ]),
  ...Object.entries(absent).map(([name, why]) => [`\`${workload}\``, name, '', why, '']),
  ...(foldlog === null ? [[`\`${workload}\``, 'foldlog', '', 'has no figures', '']] : []),
]

/** The columns of the overview: the names of candidates, the best first where a library has several. */
const overviewColumns: ReadonlyArray<readonly [title: string, names: ReadonlyArray<string>]> = [
  ['Emmett', ['emmett-best', 'emmett']],
  ['Castore', ['castore']],
  ['act', ['act']],
  ['dcb-es', ['dcb-es']],
  ['bare SQL', ['insert', 'copy', 'select']],
]

const overviewRow = ({ workload, foldlog, others }: ResultJson): ReadonlyArray<Array<string>> => {
  const ratios = overviewColumns.map(([, names]) => {
    const found = names.map((name) => others[name]).find((other) => other !== undefined)
    return found === undefined ? '' : found.ratio.toFixed(2)
  })
  return foldlog === null || ratios.every((ratio) => ratio === '') ? [] : [[`\`${workload}\``, ...ratios]]
}

const ownRows = ({ results }: ReportJson): ReadonlyArray<Array<string>> =>
  results.flatMap(({ workload, unit, foldlog }) => {
    if (foldlog === null) return []
    const { median, p50, p99, note = '' } = foldlog
    const time = (value: number | null) => (value === null ? '' : value.toFixed(2))
    return [[`\`${workload}\``, `${formatFigure(median)} ${unit}`, time(p50), time(p99), note]]
  })

const meanings = (): string => workloads.map(({ name, what }) => `- \`${name}\`: ${what}`).join('\n')

const settingsOf = ({ machine, versions, seconds, rounds }: ReportJson): string => {
  const { processor, cores, memory, system } = machine
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${cores} cores (${processor}), ${memory} GB, ${system}. ${used.join('; ')}. ${seconds} seconds and ${rounds} rounds for each workload.`
}

const resultsIn = (report: ReportJson): string => {
  const compared = [
    ['workload', 'against', 'foldlog is x times better', 'from round to round', 'rows found'],
    ...report.results.flatMap(rowsOf),
  ]
  const overview = [['workload', ...overviewColumns.map(([title]) => title)], ...report.results.flatMap(overviewRow)]
  const own = [['workload', 'foldlog, on this machine', 'p50 ms', 'p99 ms', ''], ...ownRows(report)]
  return [
    '## At a glance',
    'How many times better foldlog is, in the median of the rounds. An empty cell: the candidate is not in that workload.',
    markdownTable(overview),
    meanings(),
    '## All figures',
    settingsOf(report),
    markdownTable(compared),
    'The figures of foldlog on that machine, which say little about another one:',
    markdownTable(own),
  ].join('\n\n')
}

const stageRows = ({ events, results }: Stage): ReadonlyArray<Array<string>> =>
  results.flatMap(({ workload, others }) =>
    Object.values(others).map(({ ratio, ratioLow, ratioHigh }) => [
      Math.round(events).toLocaleString('en-US'),
      workload,
      ratio.toFixed(2),
      `${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)}`,
    ]),
  )

const scaleIn = ({ small, stages }: ScaleReport): string => {
  const compared = [
    ['events', 'measured', 'this log is x times better', 'from round to round'],
    ...stages.flatMap(stageRows),
  ]
  const sizes = stages.map((stage) => [
    Math.round(stage.events).toLocaleString('en-US'),
    Math.round(ScaleReport.bytesPerEvent(stage)).toLocaleString('en-US'),
    stage.sizes.map(({ name, bytes }) => `${name} ${Math.round(bytes / stage.events)}`).join(', '),
  ])
  const pictures = [...(stages[0]?.results ?? []).map(({ workload }) => workload), 'size']
  return [
    '## As the log grows',
    `Each stage beside a new log of ${small.toLocaleString('en-US')} events, in turns.`,
    markdownTable(compared),
    markdownTable([['events', 'bytes per event', 'of which'], ...sizes]),
    ...pictures.map((name) => `![${name}](benchmarks/${name}.svg)`),
  ].join('\n\n')
}

/**
 * Writes figures into a document, between its two marks. Undefined when it has no marks.
 *
 * @category combinators
 * @since 0.1.0
 */
const update = (
  document: string,
  results: ReportJson | undefined,
  scale: ScaleReport | undefined,
): string | undefined => {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) return undefined
  const parts = [results && resultsIn(results), scale && scaleIn(scale)].filter((part) => part !== undefined)
  return `${document.slice(0, from)}${[begin, ...parts, end].join('\n\n')}${document.slice(to + end.length)}`
}

/**
 * Functions on the page with the figures.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Documentation = { update } as const
