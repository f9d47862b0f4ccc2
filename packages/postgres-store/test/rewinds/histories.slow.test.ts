import type { Appended, LogPosition } from '@foldlog/core'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { connect, PostgresServers, until, withConnection } from '@foldlog/test-kit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

let servers: PostgresServers
const closing: Array<() => Promise<unknown>> = []

beforeAll(async () => {
  servers = await PostgresServers.start()
}, 120_000)

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

afterAll(() => servers.close())

/** A client and a store of its own, like another process. */
const open = (url: string): { readonly sql: postgres.Sql; readonly store: PostgresStore } => {
  const sql = connect(url)
  const store = makePostgresStore({ sql, statementTimeout: 10_000, retryTimeout: 60_000 })
  closing.push(async () => {
    await store.stop()
    await sql.end({ timeout: 1 })
  })
  return { sql, store }
}

let databases = 0

/** A log in a database of its own on the primary. */
const openLog = async () => {
  const name = `log_${++databases}`
  await servers.primary.withConnection((sql) => sql.unsafe(`create database ${name}`))
  const url = Object.assign(new URL(servers.primary.url), { pathname: `/${name}` }).href
  await withConnection(url, (sql) => right(migrate({ sql })))
  return { name, url, ...open(url) }
}

let streams = 0

const append = (store: Pick<PostgresStore, 'append'>): Promise<Appended> =>
  right(store.append({ stream: streamName(`s-${++streams}`), expected: 'any', events: [newEvent({})] }))

const placeOf = ({ positions, history }: Appended): LogPosition => ({ position: positions.at(-1) ?? 0, history })

interface History {
  readonly id: string
  readonly begins: number
}

const historiesOf = async (sql: postgres.Sql): Promise<ReadonlyArray<History>> => {
  const rows = await sql`select id::text, begins::int from foldlog.log_histories order by number`
  return rows.map(({ id, begins }) => ({ id: String(id), begins: Number(begins) }))
}

const lives = async (sql: postgres.Sql): Promise<boolean> =>
  (await sql`select is_current from foldlog.checked_log_state`)[0]?.['is_current'] === true

const crash = async (sql: postgres.Sql): Promise<void> => {
  await servers.primary.restart()
  await until('the client to be connected', async () => (await sql`select 1`).length === 1)
}

/** A log with three events, whose server was restarted afterwards: the next append begins the second history. */
const restarted = async () => {
  const log = await openLog()
  let last: Appended = await append(log.store)
  for (let i = 0; i < 2; i++) last = await append(log.store)
  await crash(log.sql)
  expect(await lives(log.sql)).toBe(false)
  return { ...log, before: placeOf(last) }
}

describe('the first append after a restart', () => {
  it('begins one history, however many appends come at once', async () => {
    const { url, sql, before } = await restarted()
    const stores = Array.from({ length: 12 }, () => open(url).store)
    const appended = await Promise.all(stores.flatMap((store) => [append(store), append(store)]))
    const histories = await historiesOf(sql)
    expect(histories.map(({ begins }) => begins)).toEqual([0, before.position])
    expect(new Set(appended.map(({ history }) => history))).toEqual(new Set([histories[1]?.id]))
    expect(histories[1]?.id).not.toBe(before.history)
  })

  it('invalidates no place that was read before, and no event of the new history', async () => {
    const { store, before } = await restarted()
    const place = placeOf(await append(store))
    expect(await right(store.verify(before))).toBeUndefined()
    expect(await right(store.verify(place))).toBeUndefined()
    const beyond = { position: place.position, history: before.history }
    expect(await store.verify(beyond)()).toMatchObject({ left: { _tag: 'LogRewound', common: before.position } })
  })

  /** Runs in the transaction: `append` appends like a process that has only this transaction. */
  const ways: ReadonlyArray<{
    readonly how: string
    readonly stored: number
    readonly run: (sql: postgres.Sql, append: () => Promise<unknown>) => Promise<unknown>
  }> = [
    { how: 'a transaction', stored: 1, run: (_, append) => append() },
    {
      how: 'a savepoint that is released',
      stored: 1,
      run: async (sql, append) => {
        await sql`savepoint one`
        await append()
        await sql`release savepoint one`
      },
    },
    {
      how: 'a savepoint that is rolled back',
      stored: 0,
      run: async (sql, append) => {
        await sql`savepoint one`
        await append()
        await sql`rollback to savepoint one`
      },
    },
    {
      how: 'a savepoint that is rolled back, and again behind it',
      stored: 1,
      run: async (sql, append) => {
        await sql`savepoint one`
        await append()
        await sql`rollback to savepoint one`
        await append()
      },
    },
    {
      how: 'a savepoint within a savepoint, and again in each',
      stored: 3,
      run: async (sql, append) => {
        await sql`savepoint one`
        await append()
        await sql`savepoint two`
        await append()
        await sql`release savepoint two`
        await append()
      },
    },
  ]
  const cases = ways.flatMap((way) => (['commit', 'rollback'] as const).map((end) => ({ ...way, end })))

  it.each(cases)('begins a history once in $how, $end, and that history is current', async ({ run, stored, end }) => {
    const { url, sql, store, before } = await restarted()
    const alone = connect(url, { max: 1 })
    closing.push(() => alone.end({ timeout: 1 }))
    const within = store.inTransaction(alone)
    await alone.unsafe('begin')
    await run(alone, () => append(within))
    // Others wait for this history, or begin one themselves when the transaction began none in the end.
    const beside = append(open(url).store)
    await alone.unsafe(end)
    const { history } = await beside
    const histories = await historiesOf(sql)
    expect(histories).toEqual([
      { id: before.history, begins: 0 },
      { id: history, begins: before.position },
    ])
    expect(await lives(sql)).toBe(true)
    expect((await append(store)).history).toBe(history)
    const events = await sql`select 1 from foldlog.events`
    expect(events).toHaveLength(3 + (end === 'commit' ? stored : 0) + 2)
  })
})

describe('histories and inline projections', () => {
  it('do not deadlock, and a foreign state stays foreign until an append', async () => {
    const { url, sql, store } = await openLog()
    await append(store)
    const inline = open(url)
    const others = Array.from({ length: 6 }, () => open(url).store)
    await right(store.register({ name: 'views', generation: 1, partitions: 1, start: 0 }))
    const rounds = 25
    let began = 0
    for (let round = 0; round < rounds; round++) {
      // As after a restart, but without one: another transaction wrote the row.
      await sql`update foldlog.log_state set made_by = '0'`
      const operation = [
        () => inline.sql`select foldlog.pause_appends('views', '["other"]', 5)`,
        () => inline.sql`select foldlog.open_inline_projection('views', 1, '["other"]')`,
        () => inline.sql`select foldlog.end_inline_projection('views')`,
      ][round % 3]
      if (round % 5 === 0) {
        await operation?.()
        expect(await lives(sql)).toBe(false)
      }
      const [appended] = await Promise.all([Promise.all(others.map(append)), operation?.()])
      began++
      expect(new Set(appended.map(({ history }) => history)).size).toBe(1)
      expect(await lives(sql)).toBe(true)
    }
    expect(await historiesOf(sql)).toHaveLength(1 + began)
    const [row] = await sql`select deadlocks::int from pg_stat_database where datname = current_database()`
    expect(row?.['deadlocks']).toBe(0)
  })

  it('do not affect each other: opening, pausing and ending one begins no history', async () => {
    const { sql, store } = await openLog()
    const { history } = await append(store)
    await right(store.register({ name: 'views', generation: 1, partitions: 1, start: 0 }))
    await sql`select foldlog.pause_appends('views', '["other"]', 5)`
    await sql`select foldlog.open_inline_projection('views', 1, '["other"]')`
    await sql`select foldlog.end_inline_projection('views')`
    expect(await lives(sql)).toBe(true)
    expect((await append(store)).history).toBe(history)
  })
})

describe('a log that was copied', () => {
  it('begins a history as the template of a database that takes its place, and the original does not', async () => {
    const log = await openLog()
    const kept = placeOf(await append(log.store))
    await log.store.stop()
    await log.sql.end({ timeout: 1 })
    const [copy, old] = [`${log.name}_copy`, `${log.name}_old`]
    await servers.primary.withConnection((sql) => sql.unsafe(`create database ${copy} template ${log.name}`))
    const original = open(log.url)
    // The original goes on, and this event is lost with it.
    const lost = placeOf(await append(original.store))
    expect(lost.history).toBe(kept.history)
    await original.store.stop()
    await original.sql.end({ timeout: 1 })
    await servers.primary.withConnection(async (sql) => {
      await sql.unsafe(`alter database ${log.name} rename to ${old}`)
      await sql.unsafe(`alter database ${copy} rename to ${log.name}`)
    })
    const { store, sql } = open(log.url)
    expect(await lives(sql)).toBe(false)
    // Nothing is appended yet, so the log ends before the place.
    expect(await store.verify(lost)()).toMatchObject({ left: { _tag: 'LogRewound' } })
    const other = placeOf(await append(store))
    expect(other.position).toBe(lost.position)
    expect(other.history).not.toBe(lost.history)
    expect(await store.verify(lost)()).toMatchObject({ left: { common: kept.position } })
    expect(await right(store.verify(kept))).toBeUndefined()
  })

  /** Each restores the rows that were there at first. */
  const copies: ReadonlyArray<{
    readonly how: string
    readonly back: (sql: postgres.TransactionSql) => Promise<unknown>
  }> = [
    {
      how: 'inserted again',
      back: (sql) => sql.unsafe('truncate foldlog.log_state; insert into foldlog.log_state select * from kept_state'),
    },
    {
      how: 'deleted and inserted again',
      back: (sql) =>
        sql.unsafe('delete from foldlog.log_state; insert into foldlog.log_state select * from kept_state'),
    },
    {
      how: 'updated to what they were',
      back: (sql) =>
        sql.unsafe(`update foldlog.log_state s
          set history = k.history, server_started = k.server_started, file = k.file, made_by = k.made_by from kept_state k`),
    },
  ]

  it.each(copies)('begins a history when it was copied row by row, $how', async ({ back }) => {
    const { sql, store } = await openLog()
    const { history } = await append(store)
    await sql`create table kept_state as select * from foldlog.log_state`
    await sql.begin(async (transaction) => {
      await transaction`set local session_replication_role = replica`
      await back(transaction)
    })
    expect(await lives(sql)).toBe(false)
    expect((await append(store)).history).not.toBe(history)
  })

  it('begins a history when it was copied by COPY', async () => {
    const { sql, store } = await openLog()
    const { history } = await append(store)
    await sql.begin(async (transaction) => {
      await transaction`set local session_replication_role = replica`
      const rows: Array<Buffer> = []
      for await (const chunk of await transaction`copy foldlog.log_state to stdout`.readable())
        rows.push(Buffer.from(chunk))
      await transaction`truncate foldlog.log_state`
      const into = await transaction`copy foldlog.log_state from stdin`.writable()
      await new Promise<void>((resolve, reject) => {
        into.once('error', reject)
        into.once('finish', resolve)
        into.end(Buffer.concat(rows))
      })
    })
    expect(await lives(sql)).toBe(false)
    expect((await append(store)).history).not.toBe(history)
  })

  it('keeps its history when the server copies tables in place: maintenance invalidates no place', async () => {
    const { sql, store } = await openLog()
    const place = placeOf(await append(store))
    await sql`vacuum (freeze) foldlog.log_state`
    expect(await lives(sql)).toBe(true)
    await sql`vacuum full foldlog.log_state`
    // The table has another file: that begins an unneeded history, which costs nothing.
    const later = placeOf(await append(store))
    await sql`cluster foldlog.log_state using log_state_single`
    await append(store)
    expect(await right(store.verify(place))).toBeUndefined()
    expect(await right(store.verify(later))).toBeUndefined()
  })
})

describe('two standbys of one primary', () => {
  it('begin two histories that do not know each other when they are promoted apart', async () => {
    const pair = await PostgresServers.start()
    try {
      await pair.primary.withConnection((sql) => right(migrate({ sql })))
      const primary = open(pair.primary.url)
      const standbys = [await pair.addStandby('one'), await pair.addStandby('two')]
      const kept = placeOf(await append(primary.store))
      for (const standby of standbys) {
        await standby.caughtUp()
        await standby.cutOff()
      }
      const lost = placeOf(await append(primary.store))
      await pair.primary.crash()
      const places: Array<LogPosition> = []
      for (const standby of standbys) {
        await standby.promote()
        const { store } = open(standby.url)
        places.push(placeOf(await append(store)))
        expect(await right(store.verify(kept))).toBeUndefined()
        expect(await store.verify(lost)()).toMatchObject({ left: { common: kept.position } })
      }
      const [one, two] = places
      expect(new Set([one?.history, two?.history, kept.history]).size).toBe(3)
      // This server never had the history of the other one.
      const { store } = open(standbys[1]?.url ?? '')
      if (one === undefined) throw new Error('no place')
      expect(await store.verify(one)()).toMatchObject({ left: { _tag: 'LogRewound', common: null } })
      for (const close of closing.splice(0).toReversed()) await close()
    } finally {
      await pair.close()
    }
  }, 120_000)
})

describe('a standby that lags, while a transaction is open', () => {
  // A history begins at the last position that is stored. An append that was under way at that moment has a lower
  // position, and may have been committed, and read, on the server that is gone. The history does not tell; the id of
  // the event does.
  it('takes away no event that readers have passed unless they notice it by its id', async () => {
    const pair = await PostgresServers.start()
    try {
      await pair.primary.withConnection((sql) => right(migrate({ sql })))
      const primary = open(pair.primary.url)
      const standby = await pair.addStandby('standby')
      await append(primary.store)
      const alone = connect(pair.primary.url, { max: 1 })
      closing.push(() => alone.end({ timeout: 1 }))
      await alone.unsafe('begin')
      const slow = await append(primary.store.inTransaction(alone))
      const later = placeOf(await append(primary.store))
      expect(later.position).toBeGreaterThan(placeOf(slow).position)
      await standby.caughtUp()
      await standby.cutOff()
      await alone.unsafe('commit')
      const page = await right(primary.store.readLog({}))
      const read = { position: page.position, history: page.history }
      expect(page.events).toHaveLength(3)
      await pair.primary.crash()
      await standby.promote()
      const { store } = open(standby.url)
      await append(store)
      expect(await store.verify(read)()).toEqual(E.right(undefined))
      for (const { id, position } of page.events) {
        const verified = await store.verify({ position, history: read.history, id })()
        if (position === placeOf(slow).position) expect(verified).toMatchObject({ left: { common: position - 1 } })
        else expect(verified).toEqual(E.right(undefined))
      }
    } finally {
      for (const close of closing.splice(0).toReversed()) await close()
      await pair.close()
    }
  }, 120_000)
})

describe('a server that crashes and loses nothing', () => {
  it('invalidates no place of a committed event, while others write and read', async () => {
    const { url, sql } = await openLog()
    let over = false
    const places: Array<LogPosition> = []
    const gone: Array<unknown> = []
    const perform = async (): Promise<void> => {
      const { store } = open(url)
      while (!over) {
        const event = newEvent({})
        const one = { stream: streamName(`s-${++streams}`), expected: 'any', events: [event] } as const
        const appended = await store.append(one)()
        if (E.isRight(appended)) places.push(placeOf(appended.right))
      }
    }
    const read = async (): Promise<void> => {
      const { store } = open(url)
      let place: LogPosition = { position: 0, history: await right(store.history) }
      while (!over) {
        const { position, history } = place
        const page = await store.readLog({ after: position, history, count: 20 })()
        if (E.isLeft(page)) {
          if (page.left._tag === 'LogRewound') gone.push(page.left)
          continue
        }
        place = { position: page.right.position, history: page.right.history }
        places.push(place)
        const one = places[Math.floor(Math.random() * places.length)]
        const verified = await store.verify(one ?? place)()
        if (E.isLeft(verified) && verified.left._tag === 'LogRewound') gone.push(verified.left)
      }
    }
    const working = Promise.all([...Array.from({ length: 4 }, perform), ...Array.from({ length: 3 }, read)])
    const crashes = 5
    for (let i = 0; i < crashes; i++) {
      const before = places.length
      await until('work', () => places.length > before + 200)
      await servers.primary.restart()
    }
    const before = places.length
    await until('work', () => places.length > before + 200)
    over = true
    await working
    expect(gone).toEqual([])
    const rows = await sql<ReadonlyArray<{ readonly position: number; readonly history: string }>>`
      select p.position, p.history
      from jsonb_to_recordset(${JSON.stringify(places)}::text::jsonb) as p (position bigint, history uuid)
      where not foldlog.is_log_position(p.position, p.history)`
    expect(rows).toEqual([])
    // Not vacuous: each crash began a history.
    expect(await historiesOf(sql)).toHaveLength(1 + crashes)
  }, 120_000)
})

describe('a backend that is killed, so that the server loses its memory and goes on', () => {
  it.each(['on', 'off'])('begins a history when it lost commits: synchronous_commit = %s', async (level) => {
    const { url, name, sql } = await openLog()
    await servers.primary.withConnection((admin) =>
      admin.unsafe(`alter database ${name} set synchronous_commit = ${level}`),
    )
    const writer = open(url)
    const places: Array<LogPosition> = []
    for (let i = 0; i < 50; i++) places.push(placeOf(await append(writer.store)))
    const [row] = await sql`select pg_backend_pid() as pid`
    process.kill(Number(row?.['pid']), 'SIGKILL')
    await until('the server to be there again', async () => (await sql`select 1`).length === 1)
    const [stored] = await sql`select coalesce(max(position), 0)::int as last from foldlog.events`
    const last = Number(stored?.['last'])
    if (level === 'on') expect(last).toBe(places.at(-1)?.position)
    const { store } = open(url)
    for (let i = 0; i < 60; i++) await append(store)
    const wrong = []
    for (const place of places) {
      const verified = E.isRight(await store.verify(place)())
      if (verified !== place.position <= last) wrong.push({ ...place, verified, last })
    }
    expect(wrong).toEqual([])
  })
})
