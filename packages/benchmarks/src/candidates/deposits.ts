import { Command } from '@castore/core'
import { CommandHandler, type CommandHandlerRetryOptions } from '@event-driven-io/emmett'
import type { EventStore, SnapshotStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import {
  type Account,
  account,
  accountWithSnapshots,
  afterDeposit,
  initialState,
  mayDeposit,
} from '../domain/account.ts'
import { payload } from '../domain/payload.ts'
import { expectRight } from '../expectRight.ts'
import { Castore } from './castore.ts'
import { Emmett, type EmmettEvent } from './emmett.ts'

/**
 * Deposits an amount: loads the account, decides, appends. Rejects when it could not.
 *
 * @category model
 * @since 0.1.0
 */
export type Deposit = (account: string) => Promise<unknown>

/** The amount of every deposit is one. */
const amount = 1

/**
 * The options of foldlog's commands: the number of states in its cache, and whether it keeps snapshots.
 *
 * @category model
 * @since 0.1.0
 */
export interface DispatcherSettings {
  readonly cache?: number
  readonly snapshots?: SnapshotStore
}

/**
 * Deposits by foldlog's dispatcher.
 *
 * @category constructors
 * @since 0.1.0
 */
const foldlog = (store: EventStore, settings: DispatcherSettings = {}): Deposit => {
  const aggregates = [settings.snapshots === undefined ? account : accountWithSnapshots]
  const { dispatch } = makeDispatcher({ store, aggregates, ...settings })
  return (id) => expectRight(dispatch({ type: 'Deposit', data: { account: id, deposit: payload(amount) } }))
}

const evolve = (state: Account, { data }: EmmettEvent): Account => afterDeposit(state, data.amount)

/**
 * Deposits by Emmett's command handler.
 *
 * @category constructors
 * @since 0.1.0
 */
const emmett = ({ store }: Pick<Emmett, 'store'>, retry?: CommandHandlerRetryOptions): Deposit => {
  const handle = CommandHandler({
    evolve,
    initialState: () => initialState,
    mapToStreamId: (id) => `account-${id}`,
    ...(retry === undefined ? {} : { retry }),
  })
  return (id) =>
    handle(store, id, (state) => {
      if (!mayDeposit(state, amount)) throw new Error('refused')
      return Emmett.event(amount)
    })
}

/**
 * Deposits by a command of Castore.
 *
 * @category constructors
 * @since 0.1.0
 */
const castore = ({ store }: Pick<Castore, 'store'>): Deposit => {
  const { handler } = new Command({
    commandId: 'DEPOSIT',
    requiredEventStores: [store],
    handler: async (id: string, [accounts]: [typeof store]) => {
      const { aggregate } = await accounts.getAggregate(id)
      const { version = 0, balance = 0 } = aggregate ?? {}
      if (!mayDeposit({ balance, deposits: version }, amount)) throw new Error('refused')
      await accounts.pushEvent(Castore.event(id, version + 1, amount))
    },
  })
  return (id) => handler(id, [store])
}

/**
 * The deposit of every candidate.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Deposits = { foldlog, emmett, castore } as const
