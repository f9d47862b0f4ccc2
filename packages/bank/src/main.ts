import { constants } from 'node:os'
import { reportLostOutput } from '@foldlog/hono-server'
import { either as E } from 'fp-ts'
import { describeBankError } from './books/BankError.ts'
import { Environment } from './commands/Environment.ts'
import { makeProgram, withDefault } from './program/program.ts'
import { Output } from './report/Output.ts'

const output = Output.ofProcess(process)
const interruption = new AbortController()
let ended: { readonly code: number; readonly at: number } | undefined

/** Milliseconds. A terminal sends Ctrl-C to npm and to this process, and npm may forward its own: both count as one. */
const echo = 500

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const again = { code: 128 + constants.signals[name], at: performance.now() }
    ended ??= again
    interruption.abort()
    // A second interrupt ends at once.
    if (again.at - ended.at > echo) process.exit(again.code)
  })
}

// `npm start -- accounts | head` closes the pipe early. That is no failure, and an import continues.
const hasLostOutput = reportLostOutput(process)

const environment = Environment.ofProcess(output, interruption.signal, process.env, process.cwd())

await makeProgram(environment, async (work) => {
  const result = await work()
  if (E.isLeft(result)) output.problem(describeBankError(result.left))
  process.exitCode = ended?.code ?? (E.isLeft(result) || hasLostOutput() ? 1 : 0)
}).parseAsync([...withDefault(process.argv.slice(2))], { from: 'user' })
