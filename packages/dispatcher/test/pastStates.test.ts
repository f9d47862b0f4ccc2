import { fc, test } from '@fast-check/jest'
import { Aggregate, type EventStore, type SnapshotStore, StreamName } from '@foldlog/core'
import { type HistoryEntry, makeDispatcher } from '@foldlog/dispatcher'
import { migrate } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { add, type Counter, type CounterEvent, commands, counter, counterWithSnapshots } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'
import { timedMemory, timedPostgres } from './TimedStore.ts'

type Store = EventStore & SnapshotStore

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 2, fetch_types: false, onnotice: () => {} })
const schema = `past_states_${process.pid}`

beforeAll(async () => {
  expect(await migrate({ sql, schema })()).toEqual(E.right(undefined))
})

afterAll(async () => {
  await sql.unsafe(`drop schema "${schema}" cascade`)
  await sql.end()
})

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

let streams = 0
const newId = (): string => `past${streams++}`
const nameOf = (id: string): StreamName => right(StreamName.make('counter', id))

type Entry = HistoryEntry<CounterEvent, Counter>

describe.each([
  ['memory', timedMemory],
  ['Postgres', () => timedPostgres(sql, schema)],
])('a state in the past, on the %s store', (_, make) => {
  const { store, setTime } = make()
  const dispatcherOf = (aggregate = counter, of: Store = store) =>
    makeDispatcher({ store: of, aggregates: [aggregate], snapshots: of })

  /** Counts 1, 2, 3, ... in one stream. */
  const counted = async (events: number, aggregate = counter) => {
    const id = newId()
    const dispatcher = dispatcherOf(aggregate)
    for (let by = 1; by <= events; by++) right(await dispatcher.dispatch(add(id, by))())
    await dispatcher.stop()
    return id
  }

  /** All pages of a history, each begun after the last state of the one before. */
  const wholeHistory = async (id: string, count: number, aggregate = counter): Promise<ReadonlyArray<Entry>> => {
    const { history } = dispatcherOf(aggregate)
    const entries: Array<Entry> = []
    let page = right(await history(aggregate, id, { count })())
    for (;;) {
      entries.push(...page.entries)
      if (page.end) return entries
      page = right(await history(aggregate, id, { after: page.last, count })())
    }
  }

  test.prop(
    [
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
    ],
    { numRuns: 25 },
  )(
    'at version v is the v-th state of the history, and the fold of the first v events',
    async (values, count, every) => {
      const id = newId()
      const aggregate = counterWithSnapshots({ every })
      const { dispatch, load, history, stop } = dispatcherOf(aggregate)
      for (const by of values) right(await dispatch(add(id, by))())
      await stop()
      const entries = await wholeHistory(id, count, aggregate)
      expect(entries.map(({ recorded }) => recorded.version)).toEqual(values.map((_value, i) => i + 1))
      for (let version = 0; version <= values.length; version++) {
        const at = right(await load(aggregate, id, { at: version })())
        const fold = { value: values.slice(0, version).reduce((sum, by) => sum + by, 0), notes: 0 }
        expect(at).toMatchObject({ version, state: fold, stream: nameOf(id) })
        if (version > 0) expect(at.state).toEqual(entries[version - 1]?.state)
        const after = right(await history(aggregate, id, { after: version, count })())
        expect(after.entries).toEqual(entries.slice(version, version + count))
      }
    },
  )

  it('at a time has every event that was recorded at or before it', async () => {
    const id = await counted(4)
    await setTime(nameOf(id), [1, 2], new Date('2026-01-01T10:00:00Z'))
    await setTime(nameOf(id), [3], new Date('2026-01-01T11:00:00Z'))
    await setTime(nameOf(id), [4], new Date('2026-01-01T12:00:00Z'))
    const { load } = dispatcherOf()
    const versionAt = async (time: string) => right(await load(counter, id, { at: new Date(time) })())
    expect(await versionAt('2026-01-01T09:59:59.999Z')).toMatchObject({ version: 0, state: { value: 0 } })
    expect(await versionAt('2026-01-01T10:00:00Z')).toMatchObject({ version: 2, state: { value: 3 } })
    expect(await versionAt('2026-01-01T11:59:59.999Z')).toMatchObject({ version: 3, state: { value: 6 } })
    expect(await versionAt('2030-01-01T00:00:00Z')).toMatchObject({ version: 4, state: { value: 10 } })
  })

  it('at a time has the events before an event of that time, although the clock was set back after them', async () => {
    const id = await counted(3)
    await setTime(nameOf(id), [1], new Date('2026-01-01T10:00:00Z'))
    await setTime(nameOf(id), [2], new Date('2026-01-01T12:00:00Z'))
    await setTime(nameOf(id), [3], new Date('2026-01-01T11:00:00Z'))
    const { load } = dispatcherOf()
    expect(await load(counter, id, { at: new Date('2026-01-01T10:30:00Z') })()).toMatchObject({ right: { version: 1 } })
    expect(await load(counter, id, { at: new Date('2026-01-01T11:00:00Z') })()).toMatchObject({
      right: { version: 3, state: { value: 6 } },
    })
  })

  it('a time is found in a stream of several pages', async () => {
    const id = newId()
    const { dispatch, load } = dispatcherOf()
    right(await dispatch({ type: 'AddTwice', data: { id, by: 1, times: 1_500 } })())
    right(await dispatch({ type: 'AddTwice', data: { id, by: 1, times: 1_500 } })())
    const early = Array.from({ length: 700 }, (_value, i) => i + 1)
    await setTime(nameOf(id), early, new Date('2020-01-01T00:00:00Z'))
    expect(await load(counter, id, { at: new Date('2021-01-01T00:00:00Z') })()).toMatchObject({
      right: { version: 700, state: { value: 700 } },
    })
    expect(await load(counter, id, { at: 1_234 })()).toMatchObject({
      right: { version: 1_234, state: { value: 1_234 } },
    })
    expect(await wholeHistory(id, 900)).toHaveLength(3_000)
  })

  it('beyond the end of its stream is an error that names the last version', async () => {
    const id = await counted(3)
    const { load, history } = dispatcherOf()
    const error = { left: { _tag: 'VersionNotFound', stream: nameOf(id), version: 4, actual: 3 } }
    expect(await load(counter, id, { at: 4 })()).toEqual({ _tag: 'Left', ...error })
    expect(await history(counter, id, { after: 4 })()).toEqual({ _tag: 'Left', ...error })
    expect(await history(counter, id, { after: 3 })()).toMatchObject({ right: { entries: [], end: true, version: 3 } })
  })

  it('of a stream without events is the initial state at version 0, and no other', async () => {
    const id = newId()
    const { load, history } = dispatcherOf()
    const initial = { version: 0, state: { value: 0 } }
    expect(await load(counter, id, { at: 0 })()).toMatchObject({ right: initial })
    expect(await load(counter, id, { at: new Date() })()).toMatchObject({ right: initial })
    expect(await load(counter, id, { at: 1 })()).toMatchObject({ left: { _tag: 'VersionNotFound', actual: 0 } })
    expect(await history(counter, id)()).toMatchObject({ right: { entries: [], end: true, last: initial } })
  })

  it('of a deleted stream is an error', async () => {
    const id = await counted(2)
    right(await store.deleteStream(nameOf(id), 'any')())
    const { load, history } = dispatcherOf()
    for (const at of [0, 1, new Date()]) {
      expect(await load(counter, id, { at })()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
    }
    expect(await history(counter, id)()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
  })

  it('is that of the stream under a former category', async () => {
    const id = await counted(3)
    const meter = Aggregate.make({ ...counter, commands, category: 'meter', formerCategories: ['counter'] })
    const { load, history } = makeDispatcher({ store, aggregates: [meter] })
    const at = { stream: nameOf(id), version: 2, state: { value: 3 } }
    expect(await load(meter, id, { at: 2 })()).toMatchObject({ right: at })
    expect(await load(meter, id, { at: 0 })()).toMatchObject({ right: { stream: nameOf(id), version: 0 } })
    expect(await history(meter, id, { after: 1, count: 1 })()).toMatchObject({ right: { last: at, end: false } })
  })

  it('rejects an `at` or an `after` that is neither a version nor a time nor a state of the stream', async () => {
    const id = await counted(1)
    const { load, history } = dispatcherOf()
    const wrong: ReadonlyArray<unknown> = [-1, 0.5, Number.NaN, '1', new Date(Number.NaN), {}]
    for (const at of wrong) {
      expect(await load(counter, id, { at: at as never })()).toMatchObject({
        left: { _tag: 'InvalidInput', what: 'at' },
      })
      expect(await history(counter, id, { after: at as never })()).toMatchObject({
        left: { _tag: 'InvalidInput', what: 'after' },
      })
    }
    const other = right(await load(counter, await counted(1), { at: 1 })())
    expect(await history(counter, id, { after: other })()).toMatchObject({
      left: { _tag: 'InvalidInput', why: expect.stringContaining(other.stream) },
    })
    expect(await history(counter, id, { count: 0 })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })

  it('is folded from a snapshot that is old enough, and from the beginning otherwise', async () => {
    const aggregate = counterWithSnapshots({ every: 10 })
    const id = await counted(15, aggregate)
    const observed = recordCalls(store)
    const { load } = dispatcherOf(aggregate, observed.store)
    expect(await load(aggregate, id, { at: 12 })()).toMatchObject({ right: { version: 12, state: { value: 78 } } })
    expect(observed.roundTrips()).toEqual(['readFromSnapshot'])
    observed.clear()
    expect(await load(aggregate, id, { at: 10 })()).toMatchObject({ right: { version: 10, state: { value: 55 } } })
    expect(observed.roundTrips()).toEqual(['readFromSnapshot'])
    observed.clear()
    expect(await load(aggregate, id, { at: 9 })()).toMatchObject({ right: { version: 9, state: { value: 45 } } })
    expect(observed.roundTrips()).toEqual(['readFromSnapshot', 'readStream'])
  })

  it('neither comes from the state cache nor goes into it', async () => {
    const observed = recordCalls(store)
    const { dispatch, load, history } = dispatcherOf(counter, observed.store)
    const id = newId()
    for (const by of [1, 2, 3]) right(await dispatch(add(id, by))())
    expect(await load(counter, id, { at: 1 })()).toMatchObject({ right: { state: { value: 1 } } })
    expect(await history(counter, id, { count: 2 })()).toMatchObject({ right: { last: { state: { value: 3 } } } })
    observed.clear()
    // The cached state is that of version 3, so the command needs no read.
    expect(await dispatch(add(id, -6))()).toMatchObject({ right: { version: 4 } })
    expect(observed.roundTrips()).toEqual(['append'])
  })
})
