import { account, type TransferCommand, transfer } from '@foldlog/bank'
import { EventCodec, type RecordedEvent } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { ada, credit, limit } from '../account/fixtures.ts'
import { accountOf, cents, idOf } from '../transfer/fixtures.ts'
import type { Database } from './Database.ts'

export const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

/** A transfer as a test requests it. */
export interface Asked {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

/** The bank's own books in a database, which a test uses beside the program. */
export interface BankHarness {
  readonly store: PostgresStore
  readonly open: (id: string, funds: number) => Promise<void>
  readonly close: (id: string) => Promise<void>
  readonly request: (asked: Asked) => Promise<void>
  readonly statusOf: (id: string) => Promise<string>
  readonly log: () => Promise<ReadonlyArray<RecordedEvent>>
  /** The number of completed transfers. */
  readonly ended: () => Promise<number>
  /** Terminates all connections of the program. */
  readonly endBackends: () => Promise<void>
}

const closing: Array<() => Promise<unknown>> = []

afterAll(async () => {
  for (const close of closing) await close()
})

export const makeHarness = async ({ url, sql: watcher }: Database): Promise<BankHarness> => {
  const sql = postgres(url, {
    max: 4,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'watcher' },
  })
  right(await migrate({ sql, schema: 'bank' })())
  const store = makePostgresStore({ sql, schema: 'bank' })
  const { dispatch, load, stop } = makeDispatcher({ store, aggregates: [account, transfer] })
  closing.push(stop, store.stop, () => sql.end({ timeout: 1 }))
  return {
    store,
    open: async (accountId, funds) => {
      right(await dispatch({ type: 'OpenAccount', data: { accountId, name: ada, overdraft: limit(0) } })())
      right(await dispatch({ type: 'Deposit', data: { accountId, entry: credit(funds) } })())
    },
    close: async (accountId) => {
      right(await dispatch({ type: 'CloseAccount', data: { accountId } })())
    },
    request: async ({ id, from, to, amount }) => {
      const command: TransferCommand = {
        type: 'RequestTransfer',
        data: { transferId: idOf(id), from: accountOf(from), to: accountOf(to), amount: cents(amount) },
      }
      right(await dispatch(command, { commandId: id })())
    },
    statusOf: async (id) => right(await load(transfer, id)()).state.status,
    log: async () => {
      const all: Array<RecordedEvent> = []
      for (let after = 0; ; ) {
        const { events, position, end } = right(await store.readLog({ after, count: 5_000 })())
        all.push(...events)
        after = position
        if (end) return all
      }
    },
    ended: async () => {
      const [row] = await watcher<Array<{ count: string }>>`
        select count(*) from bank.events
        where type in ('TransferCompleted', 'TransferRefused', 'TransferCompensated')`
      return Number(row?.count)
    },
    endBackends: async () => {
      await watcher`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name <> 'watcher'`
    },
  }
}

/** The money according to the log: all balances, and the decisions of the accounts about each transfer, in order. */
export const booked = (log: ReadonlyArray<RecordedEvent>) => {
  const ofAccounts = log.filter(({ stream }) => stream.startsWith('account-'))
  const balances = new Map<string, number>()
  const said = new Map<string, Array<string>>()
  for (const { stream, event } of right(EventCodec.decodeAll(account.events)(ofAccounts))) {
    const add = (amount: number) => balances.set(stream, (balances.get(stream) ?? 0) + amount)
    if (event.type === 'MoneyDeposited' || event.type === 'TransferReceived' || event.type === 'TransferReturned') {
      add(event.data.amount)
    }
    if (event.type === 'MoneyWithdrawn' || event.type === 'TransferSent') add(-event.data.amount)
    if ('transferId' in event.data) {
      const { transferId } = event.data
      said.set(transferId, [...(said.get(transferId) ?? []), event.type])
    }
  }
  const ends = new Map<string, Array<string>>()
  for (const { stream, type } of log) {
    if (!stream.startsWith('transfer-') || type === 'TransferRequested') continue
    const id = stream.slice('transfer-'.length)
    ends.set(id, [...(ends.get(id) ?? []), type])
  }
  return {
    total: [...balances.values()].reduce((sum, balance) => sum + balance, 0),
    balances,
    /** The events of a transfer, in order: the decisions of accounts, then its end. */
    storyOf: (id: string): string => [...(said.get(id) ?? []), ...(ends.get(id) ?? [])].join(' '),
  }
}

/** The possible histories of a transfer. */
export const stories: ReadonlySet<string> = new Set([
  'TransferSent TransferReceived TransferCompleted',
  'TransferSent TransferNotReceived TransferReturned TransferCompensated',
  'TransferNotSent TransferRefused',
])
