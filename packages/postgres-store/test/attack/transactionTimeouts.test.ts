import { makeHandlerTransactions, type TransactionOptions, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { type FreshStore, freshStore, testUrl, until } from './freshStore.ts'
import { appendOne } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  // One connection: one that is never given back is missed at once.
  fresh = await freshStore(undefined, {}, { max: 1 })
  // A checkpoint does not go beyond the last event.
  await appendOne(fresh, 's-1')
  await fresh.watcher.unsafe(
    `create table "${fresh.schema}".mine (n int); insert into "${fresh.schema}".mine values (1)`,
  )
})

afterEach(() => fresh.close())

const unavailable = { left: { _tag: 'StoreUnavailable', retryable: true } }

const inTransaction = <A>(
  options: TransactionOptions,
  body: (tx: postgres.TransactionSql) => Promise<E.Either<unknown, A>>,
) => transaction(fresh.sql, options)((tx) => () => body(tx))()

const add = (tx: postgres.TransactionSql) => tx`update ${tx(fresh.schema)}.mine set n = n + 1`

const stored = async () => (await fresh.watcher.unsafe(`select n from "${fresh.schema}".mine`))[0]?.['n']

const openTransactions = async () =>
  fresh.watcher`select pid from pg_stat_activity where application_name = ${fresh.application} and state like 'idle in transaction%'`

/** What the client can still do: with its only connection. */
const isUsable = async () => {
  const [row] = await fresh.sql`select 1 as one`
  expect(row).toEqual({ one: 1 })
  expect(await openTransactions()).toEqual([])
}

const never = new Promise<never>(() => {})

/** Holds the row of `mine` while `work` runs. */
const whileLocked = async <A>(work: () => Promise<A>): Promise<A> => {
  let result: { readonly is: A } | undefined
  await fresh.watcher.begin(async (tx) => {
    await tx.unsafe(`select from "${fresh.schema}".mine for update`)
    result = { is: await work() }
  })
  if (result === undefined) throw new Error('nothing was done')
  return result.is
}

describe('a transaction that waits too long', () => {
  it('is cancelled while it waits for a connection, and releases a connection that it gets later', async () => {
    let bodies = 0
    const { outcome, waiting } = await whileLocked(async () => {
      const waiting = fresh.sql.unsafe(`select n from "${fresh.schema}".mine for update`).execute()
      await until(
        async () =>
          (
            await fresh.watcher`select from pg_stat_activity where application_name = ${fresh.application} and wait_event_type = 'Lock'`
          ).length > 0,
      )
      const outcome = await inTransaction({ timeout: 50 }, async () => {
        bodies++
        return E.right(undefined)
      })
      return { outcome, waiting }
    })
    expect(outcome).toMatchObject(unavailable)
    await waiting
    await isUsable()
    expect(bodies).toBe(0)
  })

  it('is cancelled while a statement of its body waits, and stores nothing', async () => {
    const outcome = await whileLocked(() =>
      inTransaction({ timeout: 200 }, async (tx) => {
        await add(tx)
        return E.right('done')
      }),
    )
    expect(outcome).toMatchObject(unavailable)
    await isUsable()
    expect(await stored()).toBe(1)
  })
})

describe('a body that falls silent', () => {
  it('is ended by the server, and holds its locks no longer', async () => {
    const outcome = await inTransaction({ timeout: 200 }, async (tx) => {
      await add(tx)
      return never
    })
    expect(outcome).toMatchObject(unavailable)
    expect(await whileLocked(stored)).toBe(1)
    await isUsable()
  })

  it('is ended sooner when the server has a shorter limit', async () => {
    const limits = await inTransaction({ timeout: 60_000 }, async (tx) => {
      const shown = async () =>
        (await tx`show idle_in_transaction_session_timeout`)[0]?.['idle_in_transaction_session_timeout']
      const ours = await shown()
      await tx`set idle_in_transaction_session_timeout = '2s'`
      return E.right([ours, await shown()])
    })
    expect(limits).toEqual(E.right(['1min', '2s']))
    const kept = await inTransaction({ timeout: 60_000 }, async (tx) => {
      const rows = await tx`show idle_in_transaction_session_timeout`
      return E.right(rows[0]?.['idle_in_transaction_session_timeout'])
    })
    expect(kept).toEqual(E.right('2s'))
  })
})

describe('transactions of handlers', () => {
  it('leave half of the connections to heartbeats', async () => {
    const many = await freshStore(undefined, {}, { max: 4 })
    try {
      await appendOne(many, 's-1')
      await many.store.register({ name: 'handler', generation: 1, partitions: 16, start: 0 })()
      const beats = await many.store.heartbeat([
        { name: 'handler', generation: 1, member: 'member', leaseTime: 3_600_000, capacity: 16, report: null },
      ])()
      const leases = E.isRight(beats) ? (beats.right[0]?.leases ?? []) : []
      expect(leases).toHaveLength(16)
      let [running, most] = [0, 0]
      let [beating, waited] = [0, 0]
      const { commitWithin } = makeHandlerTransactions({ sql: many.sql, schema: many.schema })
      const commits = leases.map((lease) =>
        commitWithin({ ...lease, position: 1, changes: [] }, () => async () => {
          most = Math.max(most, ++running)
          // Held until a statement of another kind has succeeded beside all transactions that may be in progress.
          await many.sql`select 1`
          beating++
          running--
          return E.right(undefined)
        })(),
      )
      const outcomes = await Promise.all(commits)
      waited = outcomes.filter((outcome) => E.isRight(outcome) && outcome.right === 'committed').length
      expect({ beating, waited, most }).toEqual({ beating: 16, waited: 16, most: 2 })
    } finally {
      await many.close()
    }
  })

  it('are not begun once they are cancelled, and leave their permit to the next', async () => {
    const many = await freshStore(testUrl, {}, { max: 2 })
    try {
      await appendOne(many, 's-1')
      await many.store.register({ name: 'handler', generation: 1, partitions: 4, start: 0 })()
      const beats = await many.store.heartbeat([
        { name: 'handler', generation: 1, member: 'member', leaseTime: 3_600_000, capacity: 4, report: null },
      ])()
      const leases = E.isRight(beats) ? (beats.right[0]?.leases ?? []) : []
      const { commitWithin } = makeHandlerTransactions({ sql: many.sql, schema: many.schema })
      const begun: Array<number> = []
      let finish = (): void => {}
      const first = new Promise<void>((resolve) => {
        finish = resolve
      })
      const giveUp = new AbortController()
      const commits = leases.map((lease, i) =>
        commitWithin(
          { ...lease, position: 1, changes: [] },
          () => async () => {
            begun.push(i)
            if (i === 0) await first
            return E.right(undefined)
          },
          i === 1 || i === 2 ? giveUp.signal : undefined,
        )(),
      )
      await until(() => begun.length === 1)
      giveUp.abort()
      const given = { _tag: 'Left', left: { _tag: 'StoreUnavailable' } }
      // Both while the first is still in progress.
      expect(await Promise.all([commits[1], commits[2]])).toMatchObject([given, given])
      expect(begun).toEqual([0])
      finish()
      expect(await Promise.all([commits[0], commits[3]])).toEqual([E.right('committed'), E.right('committed')])
      expect(begun).toEqual([0, 3])
    } finally {
      await many.close()
    }
  })
})
