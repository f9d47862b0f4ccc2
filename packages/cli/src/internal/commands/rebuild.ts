import { setTimeout as pause } from 'node:timers/promises'
import { makeApplicationEither } from '@foldlog/application'
import { describeError, type FoldlogError } from '@foldlog/core'
import { makeActions, OperatedDomain, type OperationError } from '@foldlog/operations'
import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import type { Command } from 'commander'
import { either as E, taskEither as TE } from 'fp-ts'
import { type CliError, exitCodes, failed, usage } from '../CliError.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import type { Session } from '../Session.ts'
import { withWhy } from './handlers.ts'

/** Milliseconds between two looks at the progress. */
const pollInterval = 200

interface Generations {
  readonly settledPosition: number
  readonly serving: number
  readonly built: GenerationStatus | undefined
}

const generationsOf = async ({ store }: Session, name: string): Promise<E.Either<CliError, Generations>> => {
  const status = await RuntimeStatus.read(store)()
  if (E.isLeft(status)) return status
  const own = status.right.handlers.filter((one) => one.name === name)
  const serving = own.find(({ serves }) => serves)?.generation ?? 0
  return E.right({
    settledPosition: status.right.settledPosition,
    serving,
    built: own.find(({ building }) => building),
  })
}

/** Waits until another generation serves, and reports how far it is. */
const untilItServes = async (
  session: Session,
  name: string,
  before: Generations,
): Promise<E.Either<CliError, void>> => {
  const bar = session.output.progress(name, before.settledPosition)
  try {
    for (;;) {
      const now = await generationsOf(session, name)
      if (E.isLeft(now)) return now
      const { serving, built } = now.right
      if (serving !== before.serving) return E.right(undefined)
      if (built !== undefined && (built.parked > 0 || built.state === 'stopped'))
        return E.left(failed(`the new generation does not serve: ${[...built.waitsFor, ...built.reasons].join('; ')}`))
      if (session.signal.aborted)
        return E.left(failed('the rebuild goes on wherever the handler runs, or when this command is called again'))
      bar.at(built?.position ?? 0)
      await pause(pollInterval)
    }
  } finally {
    bar.end()
  }
}

/** Rebuilds a projection in this process, beside whatever other processes run it. */
const rebuild =
  (name: string, why: string): Work =>
  (session) =>
  async () => {
    const { store, domain, config, by } = session
    const projection = OperatedDomain.projectionOf(domain, name)
    if (E.isLeft(projection)) return projection
    const application = makeApplicationEither({
      store,
      aggregates: domain.aggregates ?? [],
      handlers: domain.handlers ?? [],
      runHandlers: [name],
      env: config.env,
    } as never) // The types of aggregates and handlers are not known here; the function checks them.
    if (E.isLeft(application)) return E.left(usage(describeError(application.left)))
    const { start, stop, operations } = application.right
    const before = await generationsOf(session, name)
    if (E.isLeft(before)) return before
    if (before.right.serving === 0)
      return E.left(failed(`${name} has never run, so there is nothing to rebuild: start a process that runs it`))
    const started = await start()
    if (E.isLeft(started)) return started
    try {
      const request = TE.mapLeft(
        (error: FoldlogError): OperationError =>
          error._tag === 'StoreUnavailable' || error._tag === 'InvalidInput'
            ? error
            : { _tag: 'InvalidInput', what: 'handler', why: describeError(error) },
      )(operations.rebuild(name))
      const requested = await makeActions(store, { by, why }).rebuild(name, request)()
      if (E.isLeft(requested)) return requested
      const done = await untilItServes(session, name, before.right)
      if (E.isLeft(done)) return done
    } finally {
      await stop()
    }
    const after = await generationsOf(session, name)
    if (E.isLeft(after)) return after
    return E.right({
      text: `${name} is rebuilt: generation ${after.right.serving} serves, ${before.right.serving} is kept for a rollback.`,
      json: { handler: name, serving: after.right.serving, previous: before.right.serving },
      code: exitCodes.done,
    })
  }

/** The command that rebuilds a projection. */
export const addRebuild = (program: Command, environment: Environment): void => {
  withWhy(
    program
      .command('rebuild')
      .description('rebuild a projection of the configuration beside the one that serves, until it serves')
      .argument('<handler>'),
  ).action((name: string, { why }: { readonly why: string }, command: Command) =>
    runOnStore(environment, command, rebuild(name, why), 'finishes'),
  )
}
