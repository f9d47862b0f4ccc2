import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from '@jest/globals'
import type { ReportJson } from '../src/Report.ts'
import type { ScaleReport } from '../src/scale/ScaleReport.ts'
import { workloads } from '../src/workloads/workloads.ts'

const main = fileURLToPath(new URL('../dist/esm/main.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'foldlog-benchmarks-test-'))
// In a folder that does not exist yet.
const file = join(directory, 'figures', 'report.json')

afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface Run {
  readonly code: number
  readonly output: string
}

/** A run of the built program. */
const bench = (...parameters: ReadonlyArray<string>): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...parameters], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, output: `${out}${err}` }),
    )
  })

// The program has written the file.
const report = (): ReportJson => JSON.parse(readFileSync(file, 'utf8')) as ReportJson

describe('a short run of every workload', () => {
  it('runs completely, and finds every row', async () => {
    const server = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
    const { code, output } = await bench('--seconds', '0.05', '--rounds', '1', '--json', file, '--database', server)
    // Jest shows the output when the code differs.
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    const { results, machine, versions } = report()
    expect(results.map(({ workload }) => workload)).toEqual(workloads.map(({ name }) => name))
    for (const { workload, foldlog, others, absent } of results) {
      expect(foldlog).toMatchObject({ verified: true, median: expect.any(Number) })
      // Emmett's consumer skips events whose transactions end in another order than they began.
      for (const [name, one] of Object.entries(others))
        if (workload !== 'latency' || name !== 'emmett')
          expect([workload, name, one.wrong]).toEqual([workload, name, undefined])
      // All others are installed npm packages. A consumer of another library may not finish on a busy machine: that
      // is shown, and is no failure of foldlog.
      const missing = Object.entries(absent).filter(([name]) => name !== 'pgbench')
      for (const [name, why] of missing) process.stdout.write(`${workload}: ${name} has no figures: ${why}\n`)
      if (workload.startsWith('append') || workload.startsWith('command')) expect(missing).toEqual([])
    }
    expect(machine.cores).toBeGreaterThan(0)
    expect(versions).toMatchObject({ '@event-driven-io/emmett-postgresql': '0.42.0' })
    for (const { name } of workloads) expect(output).toContain(name)
  }, 400_000)
})

describe('a growing log', () => {
  it('is measured at each stage, with every row, and plotted', async () => {
    const server = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
    const settings = ['--events', '1000', '--seconds', '0.05', '--rounds', '1', '--directory', directory]
    const { code, output } = await bench('scale', ...settings, '--database', server)
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    // The program has written the file.
    const { stages } = JSON.parse(readFileSync(join(directory, 'scale.json'), 'utf8')) as ScaleReport
    expect(stages).toHaveLength(4)
    expect(stages.map(({ events }) => events >= 100)).toEqual([true, true, true, true])
    for (const { results, sizes } of stages) {
      expect(results.map(({ verified }) => verified)).toEqual([true, true, true, true, true])
      expect(sizes.map(({ name }) => name)).toEqual(expect.arrayContaining(['events', 'events_pkey', 'streams']))
    }
    expect(readdirSync(directory).filter((name) => name.endsWith('.svg'))).toHaveLength(6)
    expect(output).toContain('bytes per event')
  }, 200_000)
})

describe('the server', () => {
  it('is started when none is given, and commits to the disk', async () => {
    const { code, output } = await bench('--seconds', '0.01', '--rounds', '1', '--only', 'append-1', '--json', file)
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    expect(report().results.map(({ workload }) => workload)).toEqual(['append-1'])
    expect(report().versions['server']).toContain('fsync on')
  }, 100_000)
})

describe('the command line', () => {
  it.each([
    ['--seconds', '0'],
    ['--rounds', '1.5'],
    ['--nothing', '1'],
    ['--only', 'nothing'],
    ['scale', '--events', '1'],
    ['report', '--directory', 'nowhere'],
  ])('rejects %s %s', async (...parameters) => {
    const { code, output } = await bench(...parameters)
    expect(code).toBe(2)
    expect(output).toMatch(/Usage: npm run bench -- |ENOENT|There is no workload nothing; the workloads are append-1, /)
  })
})
