import type { Logger } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type HandlerRuntime, makeHandlerRuntime, type RuntimeLimits, type SendCommand } from '@foldlog/subscriptions'
import { function as F } from 'fp-ts'
import { account } from '../account/Service.ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { BooksStore } from '../books/Bank.ts'
import { defaultDeadline, type TransferProcessCommand, transferProcess } from '../transfer/Process.ts'
import { transfer } from '../transfer/Service.ts'
import { ensuring } from './ensuring.ts'
import { withTimeout } from './withTimeout.ts'

/**
 * The handlers of the bank: the table of accounts, and the process that carries out transfers.
 *
 * @category model
 * @since 0.1.0
 */
export type BankHandler = 'accounts' | 'transfers'

/**
 * The options of the handlers. `only` names the handlers to run, all of them by default; `deadline` is that of
 * transfers, in milliseconds after their request; `send` carries out commands, by default with its own dispatcher.
 *
 * @category model
 * @since 0.1.0
 */
export interface BankRuntimeOptions {
  readonly store: BooksStore
  readonly only?: ReadonlyArray<BankHandler>
  readonly deadline?: number
  readonly send?: SendTransferCommand
  readonly limits?: Partial<RuntimeLimits>
  readonly logger?: Logger
}

type SendTransferCommand = SendCommand<TransferProcessCommand>

const all: ReadonlyArray<BankHandler> = ['accounts', 'transfers']

const sendTo = (store: BooksStore): { readonly send: SendTransferCommand; readonly stop: () => Promise<void> } => {
  const { dispatch, stop } = makeDispatcher({ store, aggregates: [account, transfer] })
  return { send: dispatch, stop }
}

/**
 * Runs the handlers of the bank in this process. Any number of processes may do the same. A killed worker is replaced
 * within three seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeBankRuntime = (options: BankRuntimeOptions): HandlerRuntime => {
  const { store, only = all, deadline = defaultDeadline, logger } = options
  const { send, stop } = options.send === undefined ? sendTo(store) : { send: options.send, stop: async () => {} }
  const handlers = { accounts: accountsTable, transfers: transferProcess(deadline) }
  const runtime = makeHandlerRuntime({
    store,
    handlers: only.map((name) => handlers[name]),
    // After the deadline the process requests that the account declines.
    dispatch: (command, context) => withTimeout(deadline)(send(command, context)),
    limits: { leaseTime: 3_000, ...options.limits },
    ...(logger === undefined ? undefined : { logger }),
  })
  return {
    ...runtime,
    run: (signal) => F.pipe(runtime.run(signal), ensuring(stop)),
    stop: async () => {
      await runtime.stop()
      await stop()
    },
  }
}
