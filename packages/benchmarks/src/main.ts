import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { benchmark } from './benchmark.ts'
import { makeProgram } from './program.ts'
import { Report } from './Report.ts'
import { resultTable } from './resultTable.ts'

/** npm runs scripts in the root of the repository; a file name of the user's is meant from where he typed it. */
const from = process.env['npm_lifecycle_event'] === 'bench' ? process.env['INIT_CWD'] : undefined

const tell = (line: string): void => void process.stderr.write(`${line}\n`)

// A reader of our output that has seen enough is no failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause
})

const program = makeProgram({
  benchmark: async (settings, json) => {
    const report = await benchmark(settings, (result) => tell(`${result.workload} is measured`))
    const all = Report.toJson(report)
    process.stdout.write(`${resultTable(all)}\n`)
    if (json !== undefined) await writeFile(resolve(from ?? '', json), `${JSON.stringify(all, undefined, 2)}\n`)
    process.exitCode = Report.isVerified(report) ? 0 : 1
  },
})

// 1 says that something was not there that should be, and must say nothing else.
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
try {
  await program.parseAsync()
} catch (cause) {
  tell(typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause))
  process.exitCode = 2
}
// A contestant that hangs may keep connections open.
process.exit()
