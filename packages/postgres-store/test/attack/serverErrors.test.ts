import { makeHandlerTransactions, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { right } from '../fixtures.ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, testUrl, until } from './freshStore.ts'
import { appendOne } from './openAppend.ts'

const most = 3

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore(undefined, {}, { max: most })
  await fresh.watcher.unsafe(`
    create table "${fresh.schema}".mine (n int);
    create function "${fresh.schema}".fail(code text) returns void language plpgsql as $$
    begin raise exception 'raised on purpose' using errcode = code; end $$`)
})

afterEach(() => fresh.close())

const fail = (tx: postgres.TransactionSql, code: string) => tx`select ${tx(fresh.schema)}.fail(${code})`

/** More transactions at once than the client has connections: all of them succeed. */
const allConnectionsServe = async () => {
  let [inside, together] = [0, 0]
  const outcomes = await Promise.all(
    Array.from({ length: most + 1 }, () =>
      transaction(fresh.sql)((tx) => async () => {
        together = Math.max(together, ++inside)
        // All but the last one are in their transactions at the same time: on connections of their own.
        await until(() => together === most)
        await tx`insert into ${tx(fresh.schema)}.mine values (1)`
        inside--
        return E.right('done')
      })(),
    ),
  )
  expect(outcomes).toEqual(outcomes.map(() => E.right('done')))
  await until(async () => (await busy()).length === 0)
}

const busy = () =>
  fresh.watcher`select state from pg_stat_activity where application_name = ${fresh.application} and state <> 'idle'`

/**
 * Codes that mean a lost connection, or a server that is away, when the server says FATAL. As errors they are raised by
 * a full disk, a foreign server that cannot be reached, or a function.
 */
const codes = ['53100', '53200', '53300', '53400', '08006', '08001', '57P01', '57P03', '25P03']

describe('an error of the server, with any code,', () => {
  it.each(codes)(
    'fails the statement and rolls back the transaction, whose connection serves others: %s',
    async (code) => {
      const failing = (when: string) =>
        transaction(fresh.sql)((tx) => async () => {
          await tx`insert into ${tx(fresh.schema)}.mine values (0)`
          const failure = await TE.tryCatch(
            () => fail(tx, code).then(() => {}),
            (cause) => cause,
          )()
          expect(failure).toMatchObject({ left: { code, severity: 'ERROR' } })
          if (when === 'thrown') throw E.isLeft(failure) ? failure.left : undefined
          return when === 'a Left' ? E.left('given up') : E.right('forgotten')
        })()
      for (let i = 0; i <= most; i++) {
        expect(await failing('a Left')).toEqual(E.left('given up'))
        expect(await failing('thrown')).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
        expect(await failing('a Right')).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
      }
      await allConnectionsServe()
      expect(await fresh.watcher`select from ${fresh.watcher(fresh.schema)}.mine where n = 0`).toEqual([])
    },
  )

  it('leaves the transaction usable in a savepoint', async () => {
    const outcome = await transaction(fresh.sql)((tx) => async () => {
      await tx.savepoint((inner) => fail(inner as postgres.TransactionSql, '53100')).catch(() => {})
      return right(
        fresh.store.inTransaction(tx).append({ stream: streamName('s-1'), expected: 'any', events: [newEvent()] }),
      ).then(E.right)
    })()
    expect(outcome).toMatchObject({ right: { version: 1 } })
    await allConnectionsServe()
  })

  it('is an error of the transaction when the commit raises it', async () => {
    await fresh.watcher.unsafe(`
      create function "${fresh.schema}".full() returns trigger language plpgsql as $$
      begin raise exception 'no room' using errcode = '53100'; end $$;
      create constraint trigger full_disk after insert on "${fresh.schema}".mine
      deferrable initially deferred for each row when (new.n = 0) execute function "${fresh.schema}".full()`)
    for (let i = 0; i <= most; i++)
      expect(
        await transaction(fresh.sql)((tx) => async () => {
          await tx`insert into ${tx(fresh.schema)}.mine values (0)`
          return E.right('done')
        })(),
      ).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('no room') } })
    await allConnectionsServe()
  })

  it('leaves the checkpoint of a handler as it was, and later commits succeed', async () => {
    const { store, sql, schema } = fresh
    await appendOne(fresh, 's-1')
    await right(store.register({ name: 'handler', generation: 1, partitions: 1, start: 0 }))
    const [beat] = await right(
      store.heartbeat([
        { name: 'handler', generation: 1, member: 'm', leaseTime: 3_600_000, capacity: 1, report: null },
      ]),
    )
    const lease = beat?.leases[0]
    if (lease === undefined) throw new Error('no lease')
    const { commitWithin } = makeHandlerTransactions({ sql, schema })
    const commit = { ...lease, position: 1, changes: [] }
    for (let i = 0; i <= 2 * most; i++)
      expect(
        await commitWithin(commit, (tx) =>
          TE.tryCatch(
            () => fail(tx, '53100').then(() => {}),
            () => 'full',
          ),
        )(),
      ).toEqual(E.left('full'))
    expect(await right(store.checkpoints(['handler']))).toMatchObject({ positions: { handler: 0 } })
    expect(await commitWithin(commit, () => TE.right(undefined))()).toEqual(E.right('committed'))
    await allConnectionsServe()
  })
})

describe('a statement that is answered after its time', () => {
  it.each([
    ['with an error', 'select 1 / length(pg_sleep(0.6)::text)'],
    ['with rows', 'select pg_sleep(0.6)'],
  ])('loses its connection: %s', async (_, text) => {
    for (let i = 0; i <= most; i++)
      expect(
        await transaction(fresh.sql, { timeout: 200 })((tx) => async () => {
          await tx`insert into ${tx(fresh.schema)}.mine values (0)`
          await tx.unsafe(text)
          return E.right('done')
        })(),
      ).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
    await allConnectionsServe()
    expect(await fresh.watcher`select from ${fresh.watcher(fresh.schema)}.mine where n = 0`).toEqual([])
  })

  // As with connections that were opened before the store was made.
  it('rolls back the transaction on a connection whose socket is unknown, and returns it to the client', async () => {
    const sql = connect(testUrl, { max: 1 })
    try {
      // A client without options is unknown, and none of its sockets is observed.
      const hidden = new Proxy(sql, {
        get: (target, key): unknown => (key === 'options' ? undefined : Reflect.get(target, key)),
      })
      for (const text of ['select 1 / length(pg_sleep(0.6)::text)', 'select pg_sleep(0.6)']) {
        const outcome = await transaction(hidden, { timeout: 200 })((tx) => async () => {
          await tx`insert into ${tx(fresh.schema)}.mine values (0)`
          await tx.unsafe(text)
          return E.right('done')
        })()
        expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
        expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
      }
      expect(await fresh.watcher`select from ${fresh.watcher(fresh.schema)}.mine where n = 0`).toEqual([])
    } finally {
      await sql.end({ timeout: 1 })
    }
  })
})
