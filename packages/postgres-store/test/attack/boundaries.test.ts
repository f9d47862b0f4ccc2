import type { Append, AppendError, Appended, Condition, Marker, NewEvent, Query, StreamName } from '@foldlog/core'
import { Tag } from '@foldlog/core'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { right, waitingSince } from './registeredViews.ts'

const course = Tag.of('course', 'c1')
const student = (n: number) => Tag.of('student', n)
const ofCourse: Query = [{ tags: [course] }]

const tagged = (tags: ReadonlyArray<Tag>, type = 'Subscribed'): NewEvent => ({ ...newEvent(), type, tags })

let made = 0
const stream = (): StreamName => streamName(`subscription-${++made}`)

const append = (events: ReadonlyArray<NewEvent>, ...conditions: ReadonlyArray<Condition>): Append => ({
  stream: stream(),
  expected: 'noStream',
  events,
  conditions,
})

const markerOf = async (store: PostgresStore, query: Query): Promise<Marker> =>
  right(await store.readMatching({ query })()).marker

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore()
})
afterEach(() => fresh.close())

const waits = async () => (await waitingSince(fresh, fresh.application)) !== undefined

/** An append in a transaction of a client's own, which stays open until it is ended. */
const open = async (one: Append) => {
  const client = connect(fresh.url, { max: 1 })
  await client.unsafe('begin')
  const appended = right(await fresh.store.inTransaction(client).append(one)())
  return {
    appended,
    end: async (how: string) => {
      await client.unsafe(how)
      await client.end({ timeout: 5 })
    },
  }
}

const conflict = (...positions: ReadonlyArray<number | undefined>) => ({
  _tag: 'Left',
  left: expect.objectContaining({
    _tag: 'BoundaryChanged',
    conflicts: positions.map((position) => expect.objectContaining({ position })),
  }),
})

describe('a condition', () => {
  it('is met until a matching event is stored, wherever it is', async () => {
    const first = right(await fresh.store.append(append([tagged([course, student(1)])], { query: ofCourse }))())
    expect(await fresh.store.append(append([tagged([course])], { query: ofCourse }))()).toEqual(
      conflict(first.positions[0]),
    )
    const marker = await markerOf(fresh.store, ofCourse)
    // Neither another tag, nor an event without tags, nor one of another type conflicts.
    right(await fresh.store.append(append([tagged([Tag.of('course', 'c2'), student(1)])]))())
    right(await fresh.store.append(append([newEvent()]))())
    const second = right(await fresh.store.append(append([tagged([course])], { query: ofCourse, marker }))())
    expect(await fresh.store.append(append([tagged([course])], { query: ofCourse, marker }))()).toEqual(
      conflict(second.positions[0]),
    )
    const [next] = second.markers ?? []
    right(
      await fresh.store.append(append([tagged([student(2)])], { query: ofCourse, ...(next && { marker: next }) }))(),
    )
  })

  it('that is not met returns what has appeared, and the decision is stored by the second statement', async () => {
    const sent: Array<string> = []
    const counted = await freshStore(undefined, {}, { debug: (_, text) => void sent.push(text) })
    const first = append([tagged([course, student(1)])])
    const marker = await markerOf(counted.store, ofCourse)
    const { positions } = right(await counted.store.append(first)())
    sent.length = 0
    const refused = await counted.store.append(append([tagged([course])], { query: ofCourse, marker }))()
    const changes = E.isLeft(refused) && refused.left._tag === 'BoundaryChanged' ? (refused.left.changes ?? []) : []
    expect(changes).toMatchObject([{ condition: 0, events: [{ position: positions[0], tags: [course, student(1)] }] }])
    const again = append([tagged([course])], { query: ofCourse, marker: changes[0]?.marker ?? marker })
    right(await counted.store.append(again)())
    expect(sent.filter((text) => text.includes('append'))).toHaveLength(2)
    expect(sent.filter((text) => text.includes('read_'))).toEqual([])
    await counted.close()
  })

  it('reads its events with their tags', async () => {
    const tags = [course, student(1)]
    right(await fresh.store.append(append([tagged(tags), newEvent()]))())
    const page = right(await fresh.store.readMatching({ query: ofCourse })())
    expect(page).toMatchObject({ end: true, events: [{ tags, position: 1 }] })
    const { events } = right(await fresh.store.readLog()())
    expect(events.map((event) => event.tags)).toEqual([tags, undefined])
    for (const filter of [
      { tags: [course] },
      { tags, categories: ['subscription', 'other'] },
      { tags, streams: events.map((e) => e.stream) },
    ])
      expect(right(await fresh.store.readLog({ filter })()).events).toMatchObject([{ tags }])
    expect(right(await fresh.store.readLog({ filter: { tags: [course, student(2)] } })()).events).toEqual([])
    expect(right(await fresh.store.lastMatching([{ types: ['Subscribed'] }])()).event).toMatchObject({
      value: { tags },
    })
  })

  it('sees an event at a lower position, which was open when the marker was made', async () => {
    const late = await open(append([tagged([course])]))
    const early = right(await fresh.store.append(append([tagged([course])]))())
    expect(early.positions[0]).toBeGreaterThan(late.appended.positions[0] ?? 0)
    const { events, marker } = right(await fresh.store.readMatching({ query: ofCourse })())
    expect(events.map(({ position }) => position)).toEqual(early.positions)
    const decided = fresh.store.append(append([tagged([student(1)])], { query: ofCourse, marker }))()
    await until(waits)
    await late.end('commit')
    expect(await decided).toEqual(conflict(late.appended.positions[0]))
    // The same marker is met when that transaction is rolled back.
    const undone = await open(append([tagged([course])]))
    const now = await markerOf(fresh.store, ofCourse)
    const met = fresh.store.append(append([tagged([student(1)])], { query: ofCourse, marker: now }))()
    await until(waits)
    await undone.end('rollback')
    right(await met)
  })

  it('lets one of many racers through in each round, from several processes', async () => {
    const others = [1, 2].map(() => {
      const sql = connect(fresh.url)
      return { sql, store: makePostgresStore({ sql, schema: fresh.schema }) }
    })
    const stores = [fresh.store, ...others.map(({ store }) => store)]
    for (let round = 0; round < 20; round++) {
      const marker = await markerOf(fresh.store, ofCourse)
      // A barrier behind the read: all have the same marker.
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          (stores[i % 3] ?? fresh.store).append(append([tagged([course, student(i)])], { query: ofCourse, marker }))(),
        ),
      )
      expect(outcomes.filter(E.isRight)).toHaveLength(1)
      for (const lost of outcomes.filter(E.isLeft)) expect(lost.left._tag).toBe('BoundaryChanged')
    }
    for (const { sql, store } of others) {
      await store.stop()
      await sql.end({ timeout: 5 })
    }
  })

  it('without tags meets every append, and only it waits', async () => {
    const others: Query = [{ types: ['Unsubscribed'] }]
    const { type } = newEvent()
    const ofType: Query = [{ types: [type] }]
    const untagged = await open({ ...append([newEvent()]), conditions: undefined })
    const marker = await markerOf(fresh.store, ofType)
    const decided = fresh.store.append(append([tagged([course])], { query: ofType, marker }))()
    await until(waits)
    await untagged.end('commit')
    expect(await decided).toEqual(conflict(untagged.appended.positions[0]))
    right(await fresh.store.append(append([tagged([course])], { query: others, marker }))())
  })

  it('over many tags is compared without a key for each', async () => {
    const tags = Array.from({ length: 32 }, (_, i) => i)
    const events = tags.map((i) => tagged(tags.map((n) => Tag.of('many', `${i}/${n}`))))
    const query = tags.map((i) => ({ tags: [Tag.of('many', `${i}/0`)] }))
    const first = right(await fresh.store.append(append(events, { query }))())
    expect(
      await fresh.store.append(
        append(
          events.map((one) => ({ ...one, id: newEvent().id })),
          { query },
        ),
      )(),
    ).toEqual(conflict(...first.positions))
  })

  it('refuses the marker of another log, and one of a history that the log does not know', async () => {
    right(await fresh.store.append(append([tagged([course])]))())
    const marker = await markerOf(fresh.store, ofCourse)
    const other = await freshStore()
    const foreign = append([tagged([course])], { query: ofCourse, marker })
    expect(await other.store.append(foreign)()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await other.store.readMatching({ query: ofCourse, after: marker })()).toMatchObject({
      left: { _tag: 'InvalidInput' },
    })
    await other.close()
    const lost = { ...marker, history: crypto.randomUUID() }
    expect(await fresh.store.append(append([tagged([course])], { query: ofCourse, marker: lost }))()).toEqual({
      _tag: 'Left',
      left: { _tag: 'BoundaryChanged', conflicts: [], rewound: true },
    })
    expect(await fresh.store.readMatching({ query: ofCourse, after: lost })()).toMatchObject({
      left: { _tag: 'LogRewound' },
    })
  })
})

const tagsOf = (n: number): ReadonlyArray<Tag> => [Tag.of('a', n % 3), Tag.of('b', n % 5)]

it('every stored decision rests on what the log has before it: 20 writers with queries of their own', async () => {
  const processes = [1, 2, 3].map(() => {
    const sql = connect(fresh.url)
    return { sql, store: makePostgresStore({ sql, schema: fresh.schema }) }
  })
  const queries: ReadonlyArray<Query> = [
    [{ tags: [Tag.of('a', 0)] }],
    [{ tags: [Tag.of('b', 1), Tag.of('a', 1)] }],
    [{ tags: [Tag.of('a', 2)], types: ['Even'] }, { tags: [Tag.of('b', 3)] }],
    [{ types: ['Odd'] }],
    [{ tags: [Tag.of('b', 4)], categories: ['subscription'] }],
  ]
  const refused: Array<AppendError> = []
  const write = async (writer: number) => {
    const { store } = processes[writer % 3] ?? { store: fresh.store }
    for (let n = 0; n < 12; n++) {
      const q = (writer * 7 + n * 3) % queries.length
      const query = queries[q] ?? ofCourse
      for (;;) {
        const { event, marker } = right(await store.lastMatching(query)())
        const last = event._tag === 'Some' ? event.value.position : 0
        const seed = writer * 11 + n * 13
        const one = { ...tagged(tagsOf(seed), seed % 2 === 0 ? 'Even' : 'Odd'), data: { q, last } }
        const outcome: E.Either<AppendError, Appended> = await store.append(append([one], { query, marker }))()
        if (E.isRight(outcome)) break
        refused.push(outcome.left)
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)))
  const { events } = right(await fresh.store.readLog({ count: 1_000 })())
  expect(events).toHaveLength(240)
  const { Query: Queries } = await import('@foldlog/core')
  for (const { position, data } of events) {
    const { q, last } = data as { readonly q: number; readonly last: number }
    const matches = Queries.matches(queries[q] ?? [])
    const before = events.findLast((event) => event.position < position && matches(event))
    expect([position, before?.position ?? 0]).toEqual([position, last])
  }
  // A test of conditions that nobody met would show nothing.
  expect(refused.length).toBeGreaterThan(20)
  expect(refused.filter(({ _tag }) => _tag !== 'BoundaryChanged')).toEqual([])
  for (const { sql, store } of processes) {
    await store.stop()
    await sql.end({ timeout: 5 })
  }
})
