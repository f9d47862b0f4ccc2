import { type Append, type Appended, Tag } from '@foldlog/core'
import { transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { connect, type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne, readPositions } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
  await fresh.watcher.unsafe(`create table "${fresh.schema}".mine (n int)`)
})

afterEach(() => fresh.close())

const one = (name: string, expected: Append['expected'] = 'any'): Append => ({
  stream: streamName(name),
  expected,
  events: [newEvent()],
})

const note = (tx: postgres.TransactionSql, n: number) => tx`insert into ${tx(fresh.schema)}.mine values (${n})`

const notes = async () =>
  (await fresh.watcher.unsafe(`select n from "${fresh.schema}".mine order by n`)).map(({ n }) => n)

const backendOf = async (tx: postgres.TransactionSql) => Number((await tx`select pg_backend_pid() as pid`)[0]?.['pid'])

const kill = (pid: number) => fresh.watcher`select pg_terminate_backend(${pid}, 60000)`

/** What a body does, as a promise. */
const inTransaction = <A>(body: (tx: postgres.TransactionSql) => Promise<E.Either<unknown, A>>) =>
  transaction(fresh.sql)((tx) => () => body(tx))()

describe('appends within a transaction of the caller’s', () => {
  it('are committed with its other writes', async () => {
    const outcome = await inTransaction(async (tx) => {
      await note(tx, 1)
      const appended = await fresh.store.inTransaction(tx).append(one('s-1'))()
      expect(await readPositions(fresh)).toEqual({ events: [], settled: 0 })
      return appended
    })
    expect(outcome).toMatchObject({ right: { version: 1, positions: [1] } })
    expect([await readPositions(fresh), await notes()]).toEqual([{ events: [1], settled: 1 }, [1]])
  })

  it('are rolled back with it; the same append is then stored', async () => {
    const append = one('s-1', 'noStream')
    const outcome = await inTransaction(async (tx) => {
      await note(tx, 1)
      expect(await fresh.store.inTransaction(tx).append(append)()).toMatchObject({ right: { version: 1 } })
      return E.left('changed my mind')
    })
    expect(outcome).toEqual(E.left('changed my mind'))
    expect([(await readPositions(fresh)).events, await notes()]).toEqual([[], []])
    expect(await fresh.store.append(append)()).toMatchObject({ right: { version: 1, repeated: false } })
  })

  it('are rolled back alone when a savepoint is', async () => {
    const outcome = await inTransaction(async (tx) => {
      const { append } = fresh.store.inTransaction(tx)
      await append(one('s-1'))()
      await tx
        .savepoint(async (inner) => {
          expect(await fresh.store.inTransaction(inner).append(one('s-1', 1))()).toMatchObject({
            right: { version: 2 },
          })
          throw new Error('back')
        })
        .catch(() => {})
      return append(one('s-1', 1))()
    })
    expect(outcome).toMatchObject({ right: { version: 2, positions: [3] } })
    expect((await readPositions(fresh)).events).toEqual([1, 3])
  })

  it('leave the transaction usable when the store rejects them', async () => {
    const known = one('s-1')
    await fresh.store.append(known)()
    await fresh.store.append(one('gone-1'))()
    await fresh.store.deleteStream(streamName('gone-1'), 'any')()
    const outcome = await inTransaction(async (tx) => {
      const { append, appendAll } = fresh.store.inTransaction(tx)
      expect(await append(one('s-1', 7))()).toMatchObject({ left: { _tag: 'VersionConflict', actual: 1 } })
      expect(await append(one('gone-1'))()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
      expect(await append({ ...known, stream: streamName('s-2') })()).toMatchObject({ left: { _tag: 'EventIdReused' } })
      expect(await append({ ...known, events: [] })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
      expect(await appendAll([one('s-1'), one('s-3', 3)])()).toMatchObject({ left: { _tag: 'VersionConflict' } })
      expect(await append(known)()).toMatchObject({ right: { repeated: true, version: 1 } })
      await note(tx, 1)
      return append(one('s-1', 1))()
    })
    expect(outcome).toMatchObject({ right: { version: 2, positions: [3] } })
    expect(await notes()).toEqual([1])
  })

  it.each([
    ['without tags', {}],
    ['with tags', { tags: [Tag.of('course', 1)] }],
  ])('hold one floor lock, however many they are: %s', async (_, more) => {
    const client = connect(fresh.url, { max: 1 })
    // A session's first transaction checks the sequences, and later ones lock their floors on a shorter path.
    for (const name of ['first', 'second']) {
      await client.unsafe('begin')
      for (let i = 0; i < 20; i++) {
        const append = { ...one(`${name}-${i}`), events: [{ ...newEvent(), ...more }] }
        expect(await fresh.store.inTransaction(client).append(append)()).toMatchObject({ right: { version: 1 } })
      }
      const [row] = await client.unsafe(
        `select count(*)::int as floors from pg_locks
         where locktype = 'advisory' and objsubid = 1 and pid = pg_backend_pid()`,
      )
      expect(row).toEqual({ floors: 1 })
      await client.unsafe('commit')
    }
    await client.end({ timeout: 5 })
  })

  it('abort the transaction when the server refuses them', async () => {
    const outcome = await inTransaction(async (tx) => {
      const { append } = fresh.store.inTransaction(tx)
      await note(tx, 1)
      await tx`select 1 / 0`.catch(() => {})
      return append(one('s-1'))()
    })
    expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: false } })
    expect([(await readPositions(fresh)).events, await notes()]).toEqual([[], []])
  })
})

describe('a transaction whose connection dies', () => {
  it.each(['between two statements', 'in the middle of a statement', 'before its commit', 'in a savepoint'])(
    'is StoreUnavailable %s, stores nothing, and leaves the process and the client alive',
    async (when) => {
      const ends: Array<unknown> = []
      const outcome = await inTransaction(async (tx) => {
        const { append } = fresh.store.inTransaction(tx)
        ends.push(await append(one('s-1'))())
        const pid = await backendOf(tx)
        const sleep = (on: postgres.TransactionSql) =>
          on`select pg_sleep(60)`.catch((error: unknown) => ends.push(error))
        if (when === 'in the middle of a statement') await Promise.all([sleep(tx), kill(pid)])
        else if (when === 'in a savepoint') await tx.savepoint((inner) => Promise.all([sleep(inner), kill(pid)]))
        else await kill(pid)
        if (when === 'before its commit') return E.right('done')
        for (let i = 0; i < 3; i++) ends.push(await append(one('s-1'))())
        await note(tx, 1)
        return E.right('done')
      })
      expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
      for (const end of ends.slice(1).filter((end) => typeof end === 'object' && end !== null && '_tag' in end)) {
        expect(end).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
      }
      // Whatever is left on any connection of the client reaches the server before these. (The first on the new
      // connection may be given the error of the old one.)
      await Promise.allSettled(Array.from({ length: 100 }, () => fresh.sql`select pg_sleep(0.001)`))
      expect([(await readPositions(fresh)).events, await notes()]).toEqual([[], []])
      expect(await inTransaction((tx) => fresh.store.inTransaction(tx).append(one('s-1'))())).toMatchObject({
        right: { version: 1 },
      })
    },
  )

  it('is stored as a whole or not at all, however often, and an append whose outcome is unknown is stored once', async () => {
    let [over, done, killed] = [false, 0, 0]
    const killing = (async () => {
      for (let next = 10; !over; ) {
        if (done < next) {
          await new Promise((resolve) => setTimeout(resolve, 2))
          continue
        }
        next = done + 10
        const rows = await fresh.watcher`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = ${fresh.application} order by state <> 'idle' desc, random() limit 1`
        killed += rows.length
      }
    })()
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let i = 0; i < 25; i++) {
          const append = one(`w-${worker}`)
          const attempt = transaction(fresh.sql)((tx) => async (): Promise<E.Either<unknown, Appended>> => {
            const appended = await fresh.store.inTransaction(tx).append(append)()
            if (E.isLeft(appended) || appended.right.repeated) return appended
            // Not again when an earlier attempt was committed after all.
            const noted = await TE.tryCatch(async () => await note(tx, worker * 1_000 + i), String)()
            return E.isLeft(noted) ? noted : appended
          })
          let outcome = await attempt()
          while (E.isLeft(outcome)) outcome = await attempt()
          expect(outcome.right.version).toBe(i + 1)
          done++
        }
      }),
    )
    over = true
    await killing
    expect(killed).toBeGreaterThan(5)
    expect((await readPositions(fresh)).events).toHaveLength(200)
    expect(await notes()).toHaveLength(200)
    expect(new Set(await notes()).size).toBe(200)
    await appendOne(fresh, 'w-0')
  })
})
