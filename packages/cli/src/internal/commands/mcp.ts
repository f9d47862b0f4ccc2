import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { describeCliError } from '../CliError.ts'
import { consoleTo } from '../mcp/consoleTo.ts'
import { toolsOf } from '../mcp/questions.ts'
import { loadSdk } from '../mcp/Sdk.ts'
import { type CallTool, serveTools } from '../mcp/serveTools.ts'
import { jsonText, type Output } from '../output/Output.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import type { Session } from '../Session.ts'

/** Makes the program of an environment, and runs it with arguments. */
export interface Programs {
  readonly make: (environment: Environment) => Command
  readonly run: (args: ReadonlyArray<string>, environment: Environment) => Promise<void>
  readonly version: string
}

/** A tool has one answer, and writes nothing else: the standard output belongs to the protocol. */
const silent: Output = {
  json: true,
  width: undefined,
  line: () => {},
  problem: () => {},
  progress: () => ({ at: () => {}, end: () => {} }),
}

/** Runs a command on an open store, and returns its answer. */
const calling =
  (environment: Environment, session: Session, run: Programs['run']): CallTool =>
  async (args) => {
    let answer: E.Either<string, string> | undefined
    let problem = ''
    const host = async (work: Work) => {
      const done = await work({ ...session, output: silent })()
      answer = E.isLeft(done) ? E.left(describeCliError(done.left)) : E.right(jsonText(done.right?.json))
    }
    const stderr = {
      write: (text: string) => {
        problem += text
        return true
      },
    }
    const written = { ...environment.process, stdout: stderr, stderr } as never // The program only writes to them.
    await run(args, { ...environment, host, process: written, setCode: () => {} })
    return answer ?? E.left(problem.trim())
  }

/** The command that serves the questions to assistants. */
export const addMcp = (program: Command, environment: Environment, { make, run, version }: Programs): void => {
  const serve: Work = (session) => async () => {
    const sdk = await loadSdk()
    if (E.isLeft(sdk)) return sdk
    await serveTools(sdk.right, environment, version, toolsOf(make(environment)), calling(environment, session, run))
    return E.right(undefined)
  }
  program
    .command('mcp')
    .description('serve the questions, none of the actions, as tools of the Model Context Protocol on stdin and stdout')
    .action(async (_: unknown, command: Command) => {
      // Before the configuration is loaded, which may write to the console.
      const restore = consoleTo(environment.process.stderr)
      try {
        await runOnStore(environment, command, serve, 'finishes')
      } finally {
        restore()
      }
    })
}
