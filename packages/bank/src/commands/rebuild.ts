import type { HandlerOperations } from '@foldlog/application'
import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { bankApplication } from '../handlers/bankApplication.ts'
import { ensuring } from '../handlers/ensuring.ts'
import { pause } from '../handlers/pause.ts'
import { count } from '../report/money.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

/** Milliseconds between two polls of the progress. */
const pollInterval = 100

interface Generations {
  readonly settledPosition: number
  readonly serving: number
  readonly built: GenerationStatus | undefined
}

const readGenerations = (store: BooksStore): TE.TaskEither<BankError, Generations> =>
  F.pipe(
    RuntimeStatus.read(store),
    TE.map(({ settledPosition, handlers }) => {
      const own = handlers.filter(({ name }) => name === accountsTable.name)
      return {
        settledPosition,
        serving: own.find(({ serves }) => serves)?.generation ?? 0,
        built: own.find(({ building }) => building),
      }
    }),
  )

/** A change of the generation that serves, and the lines that the user sees of it. */
interface GenerationChange {
  readonly request: (operations: HandlerOperations) => TE.TaskEither<BankError, void>
  readonly hasHappened: (now: Generations, before: Generations) => boolean
  /** Called at every poll until the change has happened. An error ends the wait. */
  readonly onPoll: (now: Generations) => E.Either<BankError, void>
  readonly begun: string
  readonly happened: string
  /** How the change continues when the wait is interrupted. */
  readonly continues: string
}

/** Requests a change, and waits until it has happened, with the handler in this process too. */
const changeGeneration = (
  { output, signal }: Environment,
  store: BooksStore,
  { request, hasHappened, onPoll, begun, happened, continues }: GenerationChange,
): TE.TaskEither<BankError, void> => {
  const { start, stop, operations } = bankApplication({ store, runHandlers: ['accounts'] })
  const untilItHasHappened =
    (before: Generations): TE.TaskEither<BankError, void> =>
    async () => {
      for (;;) {
        const now = await readGenerations(store)()
        if (E.isLeft(now)) return now
        if (hasHappened(now.right, before)) return E.right(output.line(happened))
        const polled = onPoll(now.right)
        if (E.isLeft(polled)) return polled
        if (signal.aborted) return E.left({ _tag: 'NotFinished', what: continues })
        await pause(pollInterval, signal)
      }
    }
  return F.pipe(
    start,
    TE.chainW(() => readGenerations(store)),
    TE.chainFirst(() => request(operations)),
    TE.chainFirstIOK(() => () => output.line(begun)),
    TE.chain(untilItHasHappened),
    ensuring(stop),
  )
}

/** Why a new table cannot take over without help. */
const blockedBy = (built: GenerationStatus | undefined): string | undefined =>
  built !== undefined && (built.parked > 0 || built.state === 'stopped')
    ? [...built.waitsFor, ...built.reasons].join('; ')
    : undefined

/** Writes a line for each tenth of a rebuild, and fails when the rebuild is blocked. */
const reportProgress = ({ output }: Environment): GenerationChange['onPoll'] => {
  let reported = -1
  return ({ built, settledPosition }) => {
    const position = built?.position ?? 0
    const tenths = settledPosition === 0 ? 0 : Math.min(9, Math.floor((position * 10) / settledPosition))
    if (tenths !== reported) {
      const percent = String(tenths * 10).padStart(3)
      output.line(`${percent}%  position ${count(position)} of ${count(settledPosition)}`)
    }
    reported = tenths
    const block = blockedBy(built)
    return block === undefined
      ? E.right(undefined)
      : E.left({ _tag: 'NotFinished', what: `the new table is not shown, and the old one stays: ${block}` })
  }
}

const rebuild = (environment: Environment, store: BooksStore): TE.TaskEither<BankError, void> =>
  changeGeneration(environment, store, {
    request: ({ rebuild }) => rebuild(accountsTable.name),
    hasHappened: (now, before) => now.serving > before.serving,
    onPoll: reportProgress(environment),
    begun: 'Rebuilding accounts; the present table is shown meanwhile.',
    happened: '100%\nRebuilt: the new table is shown from now on.',
    continues: 'the rebuild goes on when `serve` runs or `rebuild` is called again',
  })

const rollBack = (environment: Environment, store: BooksStore): TE.TaskEither<BankError, void> =>
  changeGeneration(environment, store, {
    request: ({ rollBack }) => rollBack(accountsTable.name),
    hasHappened: (now, before) => now.serving !== before.serving,
    onPoll: () => E.right(undefined),
    begun: 'The previous table of accounts catches up.',
    happened: 'Rolled back: the previous table is shown from now on.',
    continues: 'the rollback goes on when `serve` runs or `rollback` is called again',
  })

/**
 * Rebuilds the table of accounts from the log, while the present one is shown: `npm start -- rebuild accounts`. It ends
 * when the new table is shown.
 *
 * @category commands
 * @since 0.1.0
 */
export const rebuildCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ store }) => rebuild(environment, store))

/**
 * Shows the table of accounts again that was shown before the last rebuild: `npm start -- rollback accounts`. The
 * command ends when that table is shown.
 *
 * @category commands
 * @since 0.1.0
 */
export const rollBackCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ store }) => rollBack(environment, store))
