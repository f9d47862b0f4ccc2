import { Interruption } from '@foldlog/application'
import { reportLostOutput } from '@foldlog/hono-server'
import { either as E } from 'fp-ts'
import { describeBankError } from './books/BankError.ts'
import { Environment } from './commands/Environment.ts'
import { makeProgram, withDefault } from './program/program.ts'
import { Output } from './report/Output.ts'

const output = Output.ofProcess(process)
const interruption = Interruption.of(process)

// `npm start -- accounts | head` closes the pipe early. That is no failure, and an import continues.
const hasLostOutput = reportLostOutput(process)

const environment = Environment.ofProcess(output, interruption.signal, process.env, process.cwd())

await makeProgram(environment, async (work) => {
  const result = await work()
  if (E.isLeft(result)) output.problem(describeBankError(result.left))
  process.exitCode = interruption.exitCode() ?? (E.isLeft(result) || hasLostOutput() ? 1 : 0)
}).parseAsync([...withDefault(process.argv.slice(2))], { from: 'user' })
