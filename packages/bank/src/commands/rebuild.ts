import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { makeBankRuntime } from '../handlers/bankRuntime.ts'
import { pause } from '../handlers/pause.ts'
import { count } from '../report/money.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

/** Milliseconds between two looks at how far it is. */
const pollInterval = 100

interface Generations {
  readonly head: number
  readonly serving: number
  readonly built: GenerationStatus | undefined
}

const generationsOf =
  (store: BooksStore): TE.TaskEither<BankError, Generations> =>
  async () => {
    const status = await RuntimeStatus.read(store)()
    if (E.isLeft(status)) return status
    const own = status.right.handlers.filter(({ name }) => name === accountsTable.name)
    return E.right({
      head: status.right.settledPosition,
      serving: own.find(({ serves }) => serves)?.generation ?? 0,
      built: own.find(({ building }) => building),
    })
  }

/** Why a table is not shown, when that does not pass by itself. */
const blockedBy = (built: GenerationStatus | undefined): string | undefined =>
  built !== undefined && (built.parked > 0 || built.state === 'stopped')
    ? [...built.waitsFor, ...built.reasons].join('; ')
    : undefined

const rebuild =
  ({ output, signal }: Environment, store: BooksStore): TE.TaskEither<BankError, void> =>
  async () => {
    const runtime = makeBankRuntime({ store, only: ['accounts'] })
    try {
      const started = await runtime.start()
      if (E.isLeft(started)) return started
      const before = await generationsOf(store)()
      if (E.isLeft(before)) return before
      const begun = await runtime.rebuild(accountsTable.name)()
      if (E.isLeft(begun)) return begun
      output.line('Rebuilding accounts beside the table that is shown until then.')
      for (let told = ''; ; ) {
        const now = await generationsOf(store)()
        if (E.isLeft(now)) return now
        const { head, serving, built } = now.right
        if (serving > before.right.serving) {
          output.line('100%\nRebuilt: the new table is shown from now on.')
          return E.right(undefined)
        }
        const tenths = built === undefined || head === 0 ? 0 : Math.floor((built.position * 10) / head)
        const line = `${String(Math.min(9, tenths) * 10).padStart(3)}%  position ${count(built?.position ?? 0)} of ${count(head)}`
        if (told.slice(0, 4) !== line.slice(0, 4)) output.line(line)
        told = line
        const block = blockedBy(built)
        if (block !== undefined) {
          return E.left({ _tag: 'NotFinished', what: `the new table is not shown, and the old one stays: ${block}` })
        }
        if (signal.aborted) {
          return E.left({ _tag: 'NotFinished', what: 'the rebuild goes on when `serve` runs or it is asked for again' })
        }
        await pause(pollInterval, signal)
      }
    } finally {
      await runtime.stop()
    }
  }

const rollBack =
  ({ output, signal }: Environment, store: BooksStore): TE.TaskEither<BankError, void> =>
  async () => {
    const runtime = makeBankRuntime({ store, only: ['accounts'] })
    try {
      const started = await runtime.start()
      if (E.isLeft(started)) return started
      const before = await generationsOf(store)()
      if (E.isLeft(before)) return before
      const asked = await runtime.rollBack(accountsTable.name)()
      if (E.isLeft(asked)) return asked
      output.line('The table of accounts that was shown before catches up.')
      for (;;) {
        const now = await generationsOf(store)()
        if (E.isLeft(now)) return now
        if (now.right.serving !== before.right.serving) {
          output.line('Rolled back: the earlier table is shown from now on.')
          return E.right(undefined)
        }
        if (signal.aborted) {
          return E.left({
            _tag: 'NotFinished',
            what: 'the rollback goes on when `serve` runs or `rollback` is called again',
          })
        }
        await pause(pollInterval, signal)
      }
    } finally {
      await runtime.stop()
    }
  }

/**
 * Rebuilds the table of accounts from the log, beside the one that is shown: `npm start -- rebuild accounts`. It ends
 * when the new one is shown.
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
