import { makeHandlerTransactions, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { right } from '../fixtures.ts'
import { failAtCommit, lost } from './failAtCommit.ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  // One connection: when it is not released, or released too early, the next statement notices.
  fresh = await freshStore(undefined, {}, { max: 1 })
  await fresh.watcher.unsafe(`
    create table "${fresh.schema}".mine (n int unique);
    create table "${fresh.schema}".other (n int unique deferrable initially deferred)`)
})

afterEach(() => fresh.close())

type Body = (tx: postgres.TransactionSql) => Promise<unknown>

/** A transaction that appends, runs a function, and ends with a Right. */
const appending = (body: Body) =>
  transaction(fresh.sql)((tx) => async () => {
    await right(
      fresh.store.inTransaction(tx).append({ stream: streamName('s-1'), expected: 'any', events: [newEvent()] }),
    )
    await body(tx)
    return E.right('done')
  })()

const note = (tx: postgres.TransactionSql, n: number) => tx`insert into ${tx(fresh.schema)}.mine values (${n})`

const stored = async () => {
  const rows = await fresh.watcher.unsafe(
    `select (select count(*) from "${fresh.schema}".events)::int as events, array_to_json(array(select n from "${fresh.schema}".mine order by n)) as mine`,
  )
  return { events: rows[0]?.['events'], mine: rows[0]?.['mine'] }
}

/**
 * Checks that nothing of a finished transaction reaches the only connection afterwards, and that the connection is
 * free.
 */
const isFree = async () => {
  await fresh.sql`select 1`
  expect(
    await fresh.watcher`select state from pg_stat_activity where application_name = ${fresh.application} and state <> 'idle'`,
  ).toEqual([])
}

const ignored = (error: unknown) => error

/** Each aborts the transaction without a Left of the body. */
const aborting: Readonly<Record<string, Body>> = {
  'catches a statement that failed': (tx) => tx`select 1 / 0`.catch(ignored),
  'catches one of several': (tx) => Promise.allSettled([note(tx, 1), tx`select 1 / 0`, note(tx, 2)]),
  'does not await one that fails': async (tx) => {
    tx`select 1 / 0`.catch(ignored)
  },
  'does not await one that fails late': async (tx) => {
    tx`select 1 / length(pg_sleep(0.2)::text)`.catch(ignored)
  },
  'does not await one with parameters': async (tx) => {
    tx.unsafe('select 1 / $1::text::int', ['0'], { prepare: true }).catch(ignored)
  },
  'does not await one in a savepoint that has succeeded': async (tx) => {
    await tx.savepoint(async (inner) => {
      inner`select 1 / length(pg_sleep(0.1)::text)`.catch(ignored)
    })
  },
  'catches that an append was refused by the server': async (tx) => {
    const append = { stream: streamName('t-1'), expected: 'any', events: [newEvent()] } as const
    await tx`set local search_path = nowhere`
    await tx`select from nowhere`.catch(ignored)
    expect(E.isLeft(await fresh.store.inTransaction(tx).append(append)())).toBe(true)
  },
  'catches that it repeats a value': async (tx) => {
    await note(tx, 1)
    await note(tx, 1).catch(ignored)
  },
}

describe('a transaction that the server did not commit', () => {
  for (const [name, body] of Object.entries(aborting))
    it(`returns no Right to a body that ${name}`, async () => {
      expect(await appending(body)).toMatchObject({
        left: { _tag: 'StoreUnavailable', why: expect.stringContaining('nothing is stored') },
      })
      expect(await stored()).toEqual({ events: 0, mine: [] })
      await isFree()
    })

  it('returns an error that names the first failure, contains the error of the client, and says what to do', async () => {
    const outcome = await appending(async (tx) => {
      await tx`select 1 / 0`.catch(ignored)
      await note(tx, 1).catch(ignored)
    })
    expect(outcome).toMatchObject({
      left: {
        retryable: false,
        why: expect.stringMatching(/division by zero.*must await every statement and end with a Left/),
        cause: { code: '22012' },
      },
    })
  })

  it('can be retried when a deadlock aborted it', async () => {
    const raise = (tx: postgres.TransactionSql) =>
      tx.unsafe(`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`)
    expect(await appending((tx) => raise(tx).catch(ignored))).toMatchObject({ left: { retryable: true } })
  })

  it('returns no Right when the server cannot commit, and its connection is free by then', async () => {
    const twice = await appending((tx) => tx`insert into ${tx(fresh.schema)}.other values (1), (1)`)
    expect(twice).toMatchObject({ left: { _tag: 'StoreUnavailable', why: expect.stringContaining('duplicate key') } })
    await failAtCommit(fresh, 'events')
    expect(await appending(async () => {})).toMatchObject(lost)
    expect(await stored()).toEqual({ events: 0, mine: [] })
    await isFree()
  })

  it('returns no Right when the body throws', async () => {
    const outcome = await appending(() => Promise.reject(new Error('thrown by the body')))
    expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', why: 'thrown by the body' } })
    expect(await stored()).toEqual({ events: 0, mine: [] })
    await isFree()
  })

  it('returns no Right when the body ends the transaction itself, or prepares it', async () => {
    for (const end of ['commit', 'rollback', 'ABORT', 'end']) {
      const outcome = await appending(async (tx) => {
        await tx.unsafe(end)
        // The connection is free: this statement would be stored in autocommit.
        await note(tx, 9).catch(ignored)
      })
      expect(outcome).toMatchObject({
        left: { retryable: false, why: expect.stringContaining('ended its transaction') },
      })
    }
    const prepared = await appending((tx) => tx.prepare('mine').catch(ignored))
    expect(prepared).toMatchObject({ left: { retryable: false, why: expect.stringContaining('prepared') } })
    expect(await stored()).toMatchObject({ mine: [] })
    await isFree()
  })

  it('commits nothing for a transactional handler either', async () => {
    const { store, sql, schema } = fresh
    await appendOne(fresh, 's-1')
    await right(store.register({ name: 'handler', generation: 1, partitions: 1, start: 0 }))
    const beats = await right(
      store.heartbeat([
        { name: 'handler', generation: 1, member: 'm', leaseTime: 3_600_000, capacity: 1, report: null },
      ]),
    )
    const lease = beats[0]?.leases[0]
    if (lease === undefined) throw new Error('no lease')
    const { commitWithin } = makeHandlerTransactions({ sql, schema })
    const outcome = await commitWithin({ ...lease, position: 1, changes: [] }, (tx) => async () => {
      await note(tx, 1)
      await tx`select 1 / 0`.catch(ignored)
      return E.right(undefined)
    })()
    expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', why: expect.stringContaining('division') } })
    expect(await right(store.checkpoints(['handler']))).toMatchObject({ positions: { handler: 0 } })
    expect(await stored()).toEqual({ events: 1, mine: [] })
  })
})

describe('a transaction that can be committed', () => {
  const fine: Readonly<Record<string, Body>> = {
    'what failed was in a savepoint': (tx) => tx.savepoint((inner) => inner`select 1 / 0`).catch(ignored),
    'what failed was in a savepoint of its own making': async (tx) => {
      await tx.unsafe('savepoint own')
      await tx`select 1 / 0`.catch(ignored)
      await tx.unsafe('rollback to savepoint own')
    },
    'a statement was not awaited, and succeeds': async (tx) => {
      note(tx, 7).catch(ignored)
    },
    'a slow one in a savepoint was not awaited, and succeeds': async (tx) => {
      tx.savepoint(async (inner) => {
        await inner`select pg_sleep(0.1)`
        await note(inner as postgres.TransactionSql, 7)
      }).catch(ignored)
    },
  }
  for (const [name, body] of Object.entries(fine))
    it(`returns a Right although ${name}`, async () => {
      expect(
        await appending(async (tx) => {
          await note(tx, 1)
          await body(tx)
        }),
      ).toEqual(E.right('done'))
      const late = name.includes('not awaited') ? [7] : []
      expect(await stored()).toEqual({ events: 1, mine: [1, ...late] })
      await isFree()
    })
})

describe('a statement that is sent after the end of the transaction', () => {
  it('is rejected, because the connection would store it in autocommit or in another transaction', async () => {
    let leaked: postgres.TransactionSql | undefined
    expect(
      await appending(async (tx) => {
        leaked = tx
      }),
    ).toEqual(E.right('done'))
    if (leaked === undefined) throw new Error('no transaction')
    await expect(note(leaked, 1)).rejects.toMatchObject({ message: expect.stringContaining('is over') })
    await expect(leaked.savepoint(async () => {})).rejects.toMatchObject({
      message: expect.stringContaining('is over'),
    })
    expect(await stored()).toEqual({ events: 1, mine: [] })
    await isFree()
  })
})
