import { makeApplication } from '@foldlog/application'
import type { Logger } from '@foldlog/core'
import type { Dispatcher } from '@foldlog/dispatcher'
import type { RuntimeLimits } from '@foldlog/subscriptions'
import { account } from '../account/Service.ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { BooksStore } from '../books/Bank.ts'
import { defaultDeadline, processCommandTypes, transferProcess } from '../transfer/Process.ts'
import { transfer } from '../transfer/Service.ts'
import { withTimeout } from './withTimeout.ts'

/**
 * The handlers of the bank: the table of accounts, and the process that carries out transfers.
 *
 * @category model
 * @since 0.1.0
 */
export type BankHandler = 'accounts' | 'transfers'

type Dispatch = Dispatcher<typeof account | typeof transfer>['dispatch']

/**
 * The options of the bank. `runHandlers` names the handlers to run, all of them by default; `deadline` is that of
 * transfers, in milliseconds after their request; `middleware` wraps the dispatch of every command.
 *
 * @category model
 * @since 0.1.0
 */
export interface BankApplicationOptions {
  readonly store: BooksStore
  readonly runHandlers?: ReadonlyArray<BankHandler>
  readonly deadline?: number
  readonly middleware?: (next: Dispatch) => Dispatch
  readonly limits?: Partial<RuntimeLimits>
  readonly logger?: Logger
}

/**
 * Limits the time that a command of the process has for its answer. After the deadline the process asks the account to
 * decline; that would be late if it still waited for the answer.
 */
const inTime =
  (deadline: number, next: Dispatch): Dispatch =>
  (command, context) => {
    const work = next(command, context)
    return processCommandTypes.has(command.type) ? withTimeout(deadline)(work) : work
  }

/**
 * The bank without its server: accounts, transfers, the table of accounts, and the process of transfers. Any number of
 * processes may run it. A killed one is replaced within three seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bankApplication = (options: BankApplicationOptions) => {
  const { store, runHandlers, deadline = defaultDeadline, middleware = (next) => next, limits, logger } = options
  return makeApplication({
    store,
    aggregates: [account, transfer],
    handlers: [accountsTable, transferProcess(deadline)],
    runHandlers,
    middleware: (next) => inTime(deadline, middleware(next)),
    limits: { handlers: { leaseTime: 3_000, ...limits } },
    logger,
  })
}

/**
 * The bank without its server.
 *
 * @category model
 * @since 0.1.0
 */
export type BankApplication = ReturnType<typeof bankApplication>
