import { type Append, type EventStore, orThrow } from '@foldlog/core'
import { type Dispatcher, makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { afterAll, describe, expect, it } from '@jest/globals'
import { readonlyArray as A, either as E } from 'fp-ts'
import postgres from 'postgres'
import { accounts, changeEmail, close, register } from './accounts.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 2, fetch_types: false, onnotice: () => {} })
const pools: Array<postgres.Sql> = []
const schemas: Array<string> = []

afterAll(async () => {
  for (const schema of schemas) await sql.unsafe(`drop schema "${schema}" cascade`)
  await Promise.all([sql, ...pools].map((pool) => pool.end()))
})

/** Stores of one log, as several processes have them: each with connections and a batcher of its own. */
type Stores = (count: number) => Promise<ReadonlyArray<EventStore>>

const inMemory: Stores = async (count) => {
  const store = makeMemoryStore()
  return Array.from({ length: count }, () => store)
}

const onPostgres: Stores = async (count) => {
  const schema = `unique_values_${process.pid}_${schemas.length}`
  schemas.push(schema)
  await orThrow(migrate({ sql, schema }))
  return Array.from({ length: count }, () => {
    const pool = postgres(url, { max: 2, fetch_types: false, onnotice: () => {} })
    pools.push(pool)
    return makePostgresStore({ sql: pool, schema })
  })
}

const dispatchersOn = (stores: ReadonlyArray<EventStore>) =>
  stores.map((store) => makeDispatcher({ store, aggregates: [], decisions: [accounts] }))

type Accounts = Dispatcher<never, typeof accounts>
type Command = ReturnType<typeof register | typeof changeEmail | typeof close>

const send = async (dispatcher: Accounts | undefined, command: Command, commandId?: string) => {
  if (dispatcher === undefined) throw new Error('there is no such dispatcher')
  return dispatcher.dispatch(command, commandId === undefined ? {} : { commandId })()
}

/** Sends one command to each dispatcher at once, and returns how many were done and why the others were refused. */
const race = async (dispatchers: ReadonlyArray<Accounts>, commandOf: (i: number) => Command) => {
  const outcomes = await Promise.all(dispatchers.map((dispatcher, i) => send(dispatcher, commandOf(i))))
  return { done: A.rights(outcomes).length, refused: A.lefts(outcomes) }
}

const racers = 8

const others = (count: number) => Array.from({ length: count }, () => 'taken')

describe.each([
  ['memory store', inMemory],
  ['Postgres store', onPostgres],
])('a unique value on the %s', (_, storesOf) => {
  it('has one owner, however many dispatchers claim it at once', async () => {
    const dispatchers = dispatchersOn(await storesOf(racers))
    for (const round of [1, 2, 3]) {
      const { done, refused } = await race(dispatchers, (i) => register(`${round}.${i}`, `Ada${round}@x.org`))
      expect([done, refused]).toEqual([1, others(racers - 1)])
    }
  })

  it('has one owner when some register with it and others change to it', async () => {
    const dispatchers = dispatchersOn(await storesOf(racers))
    await race(dispatchers, (i) => register(`${i}`, `old${i}@x.org`))
    const { done, refused } = await race(dispatchers, (i) =>
      i % 2 === 0 ? changeEmail(`${i}`, 'new@x.org') : register(`new ${i}`, 'new@x.org'),
    )
    expect([done, refused]).toEqual([1, others(racers - 1)])
  })

  it('is free again after a change and after a release, for one new owner', async () => {
    const dispatchers = dispatchersOn(await storesOf(racers))
    const [first] = dispatchers
    expect(await send(first, register('1', 'ada@x.org'))).toMatchObject({ _tag: 'Right' })
    expect(await send(first, changeEmail('1', 'eve@x.org'))).toMatchObject({ _tag: 'Right' })
    const changed = await race(dispatchers, (i) => register(`a${i}`, 'ada@x.org'))
    expect([changed.done, changed.refused]).toEqual([1, others(racers - 1)])
    expect(await send(first, close('1'))).toMatchObject({ _tag: 'Right' })
    const released = await race(dispatchers, (i) => register(`b${i}`, 'EVE@x.org'))
    expect([released.done, released.refused]).toEqual([1, others(racers - 1)])
  })

  it('is kept by its owner, which may write it in another way', async () => {
    const [dispatcher] = dispatchersOn(await storesOf(1))
    await send(dispatcher, register('1', 'ada@x.org'))
    expect(await send(dispatcher, changeEmail('1', 'Ada@x.org'))).toMatchObject({ _tag: 'Right' })
    expect(await send(dispatcher, register('2', 'ada@x.org'))).toEqual(E.left('taken'))
  })

  it('is claimed once by a command that is sent again to any dispatcher, also after the value was released', async () => {
    const dispatchers = dispatchersOn(await storesOf(4))
    const [first, second] = dispatchers
    const claim = register('1', 'ada@x.org')
    const outcomes = await Promise.all(dispatchers.map((dispatcher) => send(dispatcher, claim, 'claim 1')))
    const answers = A.rights(outcomes)
    expect(answers.map(({ streams }) => streams)).toEqual(answers.map(() => [{ stream: 'account-1', version: 1 }]))
    expect(answers).toHaveLength(4)
    expect(answers.filter(({ duplicate }) => !duplicate).length).toBeLessThanOrEqual(1)
    await send(first, close('1'))
    await send(first, register('2', 'ada@x.org'))
    const again = await send(second, claim, 'claim 1')
    expect(again).toMatchObject({ right: { duplicate: true, events: answers[0]?.events } })
    // What was refused leaves no trace: it may succeed later.
    expect(await send(second, register('3', 'ada@x.org'), 'claim 3')).toEqual(E.left('taken'))
    await send(second, close('2'))
    expect(await send(second, register('3', 'ada@x.org'), 'claim 3')).toMatchObject({ right: { duplicate: false } })
  })

  it('is not in the tags of its events', async () => {
    const stores = await storesOf(1)
    const [dispatcher] = dispatchersOn(stores)
    await send(dispatcher, register('1', 'ada@x.org'))
    await send(dispatcher, changeEmail('1', 'eve@x.org'))
    const log = await stores[0]?.readLog()()
    const tags = log !== undefined && E.isRight(log) ? log.right.events.map((event) => event.tags ?? []) : []
    expect(tags.map((all) => all.length)).toEqual([2, 3])
    expect(JSON.stringify(tags)).not.toMatch(/ada|eve|x\.org/)
  })

  it('has several owners on a store that forgets conditions', async () => {
    const forgetful = (await storesOf(racers)).map((store): EventStore => {
      const forget = ({ conditions: _, ...append }: Append): Append => append
      return {
        ...store,
        append: (append) => store.append(forget(append)),
        appendAll: (appends) => store.appendAll(appends.map(forget)),
      }
    })
    const { done } = await race(dispatchersOn(forgetful), (i) => register(`${i}`, 'ada@x.org'))
    expect(done).toBeGreaterThan(1)
  })
})
