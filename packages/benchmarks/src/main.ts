import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { describeUnknown } from '@foldlog/core'
import { benchmark } from './benchmark.ts'
import { Documentation } from './Documentation.ts'
import { makeProgram } from './program.ts'
import { Report, type ReportJson } from './Report.ts'
import { resultTable } from './resultTable.ts'
import { plots } from './scale/plots.ts'
import type { ScaleReport } from './scale/ScaleReport.ts'
import { scale } from './scale/scale.ts'
import { scaleTable } from './scale/scaleTable.ts'

/** npm runs scripts in the root of the repository; a file name is relative to the directory where the user typed it. */
const from = process.env['npm_lifecycle_event'] === 'bench' ? process.env['INIT_CWD'] : undefined

const printLine = (line: string): void => void process.stderr.write(`${line}\n`)

// A reader that closes the pipe of the output early is no failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause
})

/** Makes the folder too: ten minutes of figures must not be lost because it is missing. */
const writeJson = async (file: string, value: unknown): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`)
}

// These programs have written the file.
const readJson = async <A>(file: string): Promise<A | undefined> =>
  existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as A) : undefined

const drawIn = async (directory: string, report: ScaleReport): Promise<void> => {
  for (const { name, svg } of plots(report)) await writeFile(join(directory, `${name}.svg`), svg)
}

const program = makeProgram({
  benchmark: async ({ before, ...settings }, json) => {
    const earlier = before === undefined ? undefined : resolve(from ?? '', before)
    const report = await benchmark({ ...settings, before: earlier }, ({ workload }, took) =>
      printLine(`${workload} took ${Math.round(took / 1_000)} s`),
    )
    const all = Report.toJson(report)
    process.stdout.write(`${resultTable(all)}\n`)
    if (json !== undefined) await writeJson(resolve(from ?? '', json), all)
    process.exitCode = Report.isVerified(report) ? 0 : 1
  },
  scale: async (settings, directory) => {
    const report = await scale(settings, ({ events }) => printLine(`${events} events are measured`))
    process.stdout.write(`${scaleTable(report.stages)}\n`)
    await mkdir(directory, { recursive: true })
    await writeJson(join(directory, 'scale.json'), report)
    await drawIn(directory, report)
    const verified = report.stages.every(({ results }) => results.every((result) => result.verified))
    process.exitCode = verified ? 0 : 1
  },
  report: async (directory) => {
    const page = `${directory}.md`
    const results = await readJson<ReportJson>(join(directory, 'results.json'))
    const grown = await readJson<ScaleReport>(join(directory, 'scale.json'))
    if (grown !== undefined) await drawIn(directory, grown)
    const updated = Documentation.update(await readFile(page, 'utf8'), results, grown)
    if (updated === undefined) throw new Error(`${page} has no place for figures`)
    await writeFile(page, updated)
  },
})

// Exit code 1 means that expected rows are missing, and nothing else.
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
for (const command of program.commands) command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
try {
  await program.parseAsync()
} catch (cause) {
  printLine(describeUnknown(cause))
  process.exitCode = 2
}
// A hanging candidate may keep connections open.
process.exit()
