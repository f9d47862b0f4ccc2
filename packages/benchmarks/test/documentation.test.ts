import { describe, expect, it } from '@jest/globals'
import { Documentation } from '../src/Documentation.ts'
import type { ReportJson } from '../src/Report.ts'
import { plots } from '../src/scale/plots.ts'
import type { ScaleReport, Stage } from '../src/scale/ScaleReport.ts'

const standing = { median: 1_234, low: 1_000, high: 2_000, p50: 1.5, p99: 9, verified: true }

const results = (ratio: number): ReportJson['results'] => [
  {
    workload: 'append-rate',
    unit: 'events/s',
    verified: true,
    met: false,
    foldlog: standing,
    others: {
      peer: {
        ...standing,
        median: 617,
        ratio,
        ratioLow: 1.5,
        ratioHigh: 12,
        goal: 10,
        wrong: [{ expected: 5, found: 4 }],
      },
    },
    absent: { pgbench: 'the program is not on this machine' },
  },
]

const machine = { processor: 'any', cores: 2, memory: 8, system: 'linux' }

const report: ReportJson = { machine, versions: { node: '20' }, seconds: 20, rounds: 5, results: results(2) }

const stage = (events: number): Stage => ({
  events,
  results: results(events),
  sizes: [
    { name: 'events', bytes: events * 300 },
    { name: 'events_pkey', bytes: events * 30 },
  ],
})

const grown: ScaleReport = { machine, versions: {}, small: 100, stages: [stage(100), stage(1_000)] }

const marked = (between: string): string =>
  `# Title\n\n<!-- from here on written by \`npm run bench -- report\` -->${between}<!-- up to here -->\n\nthe rest\n`

describe('the page of figures', () => {
  it('gets the figures of the last run, which replace older ones, and keeps the rest', () => {
    const page = Documentation.update(marked('\n\nfigures of yesterday\n\n'), report, undefined) ?? ''
    expect(page).toMatch(/^# Title\n/)
    expect(page).toMatch(/\n\nthe rest\n$/)
    expect(page).not.toContain('yesterday')
    expect(page).toMatch(/\| `append-rate` +\| peer +\| 2\.00 +\| 1\.50 to 12\.00 +\| 4 of 5 +\|/)
    expect(page).not.toMatch(/goal|missed/)
    expect(page).toContain('the program is not on this machine')
    expect(page).toMatch(/\| `append-rate` +\| 1,234 events\/s +\| 1\.50 +\| 9\.00 +\|/)
  })

  it('begins with the ratios to each library, the best of its candidates, and to bare SQL', () => {
    const ratio = (median: number) => ({ ...standing, ratio: median, ratioLow: median, ratioHigh: median })
    const [row] = results(2)
    const others = { emmett: ratio(9), 'emmett-best': ratio(3), act: ratio(4), select: ratio(0.5), other: ratio(1) }
    const wide = row === undefined ? [] : [{ ...row, others }, ...results(2)]
    const page = Documentation.update(marked(''), { ...report, results: wide }, undefined) ?? ''
    const overview = page.slice(page.indexOf('## At a glance'), page.indexOf('## All figures'))
    expect(overview).toMatch(/\| workload +\| Emmett +\| Castore +\| act +\| dcb-es +\| bare SQL +\|/)
    expect(overview).toMatch(/\| `append-rate` +\| 3\.00 +\| +\| 4\.00 +\| +\| 0\.50 +\|/)
    // A workload without any of them is not in it.
    expect(overview.match(/append-rate/g)).toHaveLength(1)
  })

  it('is unchanged when it is written again', () => {
    const once = Documentation.update(marked(''), report, grown) ?? ''
    expect(Documentation.update(once, report, grown)).toBe(once)
  })

  it('shows how a log grows', () => {
    const page = Documentation.update(marked(''), undefined, grown) ?? ''
    expect(page).toMatch(/\| 1,000 +\| append-rate +\| 1000\.00 +\|/)
    expect(page).toMatch(/\| 1,000 +\| 330 +\| events 300, events_pkey 30 +\|/)
    expect(page).toContain('![append-rate](benchmarks/append-rate.svg)')
  })

  it('is not written when it has no place for the figures', () => {
    expect(Documentation.update('# Title\n', report, grown)).toBeUndefined()
  })
})

describe('plots', () => {
  it('have a point for each stage and each log', () => {
    const [rate, size] = plots(grown)
    expect(rate?.name).toBe('append-rate')
    expect(rate?.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(rate?.svg.match(/<circle/g)).toHaveLength(4)
    expect(rate?.svg).toContain('a small log, in the same minutes')
    expect(size?.name).toBe('size')
    expect(size?.svg.match(/<circle/g)).toHaveLength(2)
  })
})
