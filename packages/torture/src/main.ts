import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { either as E } from 'fp-ts'
import { makeProgram } from './program.ts'
import { Report } from './Report.ts'
import { reportTable } from './reportTable.ts'
import { runTorture } from './runTorture.ts'

const interruption = new AbortController()

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second interrupt ends at once. The workers and the server end with this process.
    if (interruption.signal.aborted) process.exit(130)
    interruption.abort()
  })
}

// A reader that closes the pipe of the output early is no failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause
})

/** npm runs scripts in the root of the repository; a file name is relative to the directory where the user typed it. */
const from = process.env['npm_lifecycle_event'] === 'torture' ? process.env['INIT_CWD'] : undefined

const report = (line: string): void => void process.stderr.write(`${line}\n`)

const program = makeProgram(Date.now() % 2 ** 31, async ({ settings, json }) => {
  const result = await runTorture(settings, interruption.signal, report)()
  if (E.isLeft(result)) {
    report(result.left.message)
    process.exitCode = 2
    return
  }
  const text = JSON.stringify(Report.toJson(result.right), undefined, 2)
  process.stdout.write(`${reportTable(result.right)}\n${text}\n`)
  if (json !== undefined) await writeFile(resolve(from ?? '', json), `${text}\n`)
  process.exitCode = Report.isClean(result.right) ? 0 : 1
})

// Exit code 1 means that something was lost, and nothing else.
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
await program.parseAsync()
