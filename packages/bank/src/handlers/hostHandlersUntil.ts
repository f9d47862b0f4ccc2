import type { StartError } from '@foldlog/application'
import type { StoreUnavailable } from '@foldlog/core'
import { RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { BooksStore } from '../books/Bank.ts'
import { type BankApplication, type BankHandler, bankApplication } from './bankApplication.ts'
import { pause } from './pause.ts'

/**
 * The condition of a wait: `done` is called until it returns true, the signal fires, or `timeout` milliseconds have
 * passed. Its argument says whether the handlers run in this process.
 *
 * @category model
 * @since 0.1.0
 */
export interface HostingOptions<Err> {
  readonly store: BooksStore
  readonly handlers: ReadonlyArray<BankHandler>
  readonly done: (hosting: boolean) => TE.TaskEither<Err, boolean>
  readonly signal: AbortSignal
  readonly timeout?: number
}

/** Milliseconds between two checks of the condition, and of the workers. */
const checkInterval = 20
const workerCheckInterval = 1_000

/** Checks whether all these handlers have a worker, in any process. */
const haveWorkers =
  (store: BooksStore, names: ReadonlyArray<BankHandler>): TE.TaskEither<StoreUnavailable, boolean> =>
  async () => {
    const status = await RuntimeStatus.read(store)()
    if (E.isLeft(status)) return status
    const hosted = new Set(
      status.right.handlers.flatMap(({ name, serves, members }) => (serves && members.length > 0 ? [name] : [])),
    )
    return E.right(names.every((name) => hosted.has(name)))
  }

/**
 * Waits for a result of handlers. Runs them in this process when no other process does, also when the other process
 * ends meanwhile. Returns whether the condition became true.
 *
 * @category combinators
 * @since 0.1.0
 */
export const hostHandlersUntil =
  <Err>({ store, handlers, done, signal, timeout }: HostingOptions<Err>): TE.TaskEither<Err | StartError, boolean> =>
  async () => {
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout
    let application: BankApplication | undefined
    let nextCheck = 0

    const hostIfNeeded = async (): Promise<E.Either<StartError, void>> => {
      if (application !== undefined || performance.now() < nextCheck) return E.right(undefined)
      nextCheck = performance.now() + workerCheckInterval
      const hosted = await haveWorkers(store, handlers)()
      if (E.isLeft(hosted)) return hosted
      if (hosted.right) return E.right(undefined)
      application = bankApplication({ store, runHandlers: handlers })
      return application.start()
    }

    try {
      for (;;) {
        const finished = await done(application !== undefined)()
        if (E.isLeft(finished) || finished.right) return finished
        if (signal.aborted || performance.now() > until) return E.right(false)
        const checked = await hostIfNeeded()
        if (E.isLeft(checked)) return checked
        await pause(checkInterval, signal)
      }
    } finally {
      await application?.stop()
    }
  }
