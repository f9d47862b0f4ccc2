import { Masks } from '@foldlog/operations'
import type { Command } from 'commander'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { FoldlogConfig } from '../FoldlogConfig.ts'
import { type CliError, codeOf, describeCliError, exitCodes, failed } from './CliError.ts'
import { loadConfig } from './loadConfig.ts'
import { type Answer, outputOf, writeAnswer } from './output/Output.ts'
import { type CommonOptions, openStore, type Session } from './Session.ts'

/** What a process is to the program. */
export interface Environment {
  readonly process: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'stdin'>
  readonly variables: NodeJS.ProcessEnv
  readonly directory: string
  readonly user: string
  readonly signal: AbortSignal
  readonly setCode: (code: number) => void
  /** When present, it runs the work of each command, on a store that is already open. */
  readonly host?: ((work: Work) => Promise<void>) | undefined
}

/** The work of a command: an answer at its end, besides what it has written meanwhile. */
export type Work = (session: Session) => TE.TaskEither<CliError, Answer | undefined>

/** The work of a command that needs no store. */
export type ConfigWork = (config: FoldlogConfig, session: Pick<Session, 'output'>) => TE.TaskEither<CliError, Answer>

type AllOptions = CommonOptions & { readonly json?: boolean }

const finish = (
  { process, setCode }: Environment,
  json: boolean,
  result: E.Either<CliError, Answer | undefined>,
): void => {
  const output = outputOf(process, json)
  if (E.isLeft(result)) {
    output.problem(`foldlog: ${describeCliError(result.left)}`)
    setCode(codeOf(result.left))
    return
  }
  if (result.right !== undefined) writeAnswer(output, result.right)
  setCode(result.right?.code ?? exitCodes.done)
}

/** Runs the work of a command with the configuration, and writes its answer. */
export const runWithConfig = async (environment: Environment, command: Command, work: ConfigWork): Promise<void> => {
  if (environment.host !== undefined) return environment.host((session) => work(session.config, session))
  const options = command.optsWithGlobals<AllOptions>()
  const json = options.json === true
  const config = await loadConfig(environment.directory, options.config)
  const output = outputOf(environment.process, json)
  finish(environment, json, E.isLeft(config) ? config : await work(config.right, { output })())
}

/** Fails as soon as the process is interrupted. */
const interrupted = (signal: AbortSignal): Promise<E.Either<CliError, never>> =>
  new Promise((resolve) => {
    const stop = () => resolve(E.left(failed('interrupted')))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })

/** Whether an interruption ends a command at once, or the command finishes what it has begun. */
export type AtInterruption = 'ends' | 'finishes'

/** Runs the work of a command on the store, ends the store, and writes the answer. */
export const runOnStore = async (
  environment: Environment,
  command: Command,
  work: Work,
  atInterruption: AtInterruption = 'ends',
): Promise<void> => {
  if (environment.host !== undefined) return environment.host(work)
  const options = command.optsWithGlobals<AllOptions>()
  const json = options.json === true
  const config = await loadConfig(environment.directory, options.config)
  if (E.isLeft(config)) return finish(environment, json, config)
  const opened = await openStore(config.right, options, environment)
  if (E.isLeft(opened)) return finish(environment, json, opened)
  const { store, release, sql, schema } = opened.right
  const session: Session = {
    store,
    release,
    sql,
    schema,
    domain: config.right,
    config: config.right,
    output: outputOf(environment.process, json),
    signal: environment.signal,
    by: options.by ?? environment.user,
    masks: options.unmasked === true ? Masks.none : Masks.of(config.right.masks ?? {}),
  }
  try {
    const done = work(session)()
    const first = atInterruption === 'finishes' ? done : Promise.race([done, interrupted(environment.signal)])
    finish(environment, json, await first)
  } finally {
    const released = release()
    // The store waits for its open statements. After an interruption the process ends without them.
    if (atInterruption === 'finishes' || !environment.signal.aborted) await released
  }
}
