import {
  type Append,
  EventCodec,
  type Marker,
  type NewEvent,
  type QueryItem,
  type RecordedEvent,
  Tag,
} from '@foldlog/core'
import { Retagging } from '@foldlog/operations'
import type { PostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { killBackendsWhile } from './killBackendsWhile.ts'
import { right, waitingSince } from './registeredViews.ts'

// The claim of docs/boundary-locks.md, "Tags that come later": conditions on the old tags and on the new ones miss no
// event, while history is tagged anew, its process dies, and processes are replaced.

/** `item` is what the event was decided on, and `seen` the position of the last event that met it, 0 for none. */
const Decided = t.strict({ course: t.string, student: t.string, item: t.unknown, seen: t.number })
type Data = t.TypeOf<typeof Decided>

const course = ({ course: of }: Pick<Data, 'course'>) => Tag.of('course', of)
const student = ({ student: of }: Pick<Data, 'student'>) => Tag.of('student', of)

/** The codec of a new process: it makes the old tags and the new ones. */
const NewEvents = EventCodec.make({ Decided }, { tags: { Decided: (data) => [course(data), student(data)] } })

const retagging = { name: 'by student', events: NewEvents, required: { Decided: ['student'] }, pageSize: 7 } as const

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore()
})
afterEach(() => fresh.close())

let made = 0

type Version = 'old' | 'new'

const eventOf = (version: Version, data: Data): NewEvent => ({
  ...newEvent(data as NewEvent['data']),
  type: 'Decided',
  tags: version === 'old' ? [course(data)] : [course(data), student(data)],
})

const appendOf = (event: NewEvent, item?: QueryItem, marker?: Marker): Append => ({
  stream: streamName(`decision-${++made}`),
  expected: 'noStream',
  events: [event],
  ...(item === undefined ? undefined : { conditions: [{ query: [item], marker }] }),
})

const history = async (store: PostgresStore, count: number) => {
  for (let i = 0; i < count; i++) {
    const data = { course: `c${i % 3}`, student: `s${i % 4}`, item: null, seen: 0 }
    right(await store.append(appendOf(eventOf('old', data)))())
  }
}

const isFenced = (error: { readonly _tag: string; readonly retryable?: boolean }) =>
  error._tag === 'StoreUnavailable' && error.retryable === false

/** Decides on all events of an item, until the decision is stored or the process is too old. */
const decide = async (
  store: PostgresStore,
  version: Version,
  item: QueryItem,
  who: Pick<Data, 'course' | 'student'>,
): Promise<'stored' | 'too old'> => {
  for (;;) {
    const read = right(await store.readMatching({ query: [item], limit: 10_000 })())
    const seen = Math.max(0, ...read.events.map(({ position }) => position))
    const event = eventOf(version, { ...who, item: [item.tags ?? []], seen })
    const outcome = await store.append(appendOf(event, item, read.marker))()
    if (E.isRight(outcome)) return 'stored'
    if (isFenced(outcome.left)) return 'too old'
    if (outcome.left._tag !== 'BoundaryChanged' && outcome.left._tag !== 'StoreUnavailable')
      throw new Error(JSON.stringify(outcome.left))
  }
}

const wholeLog = async (store: PostgresStore): Promise<ReadonlyArray<RecordedEvent>> =>
  right(await store.readMatching({ query: [{}], limit: 10_000 })()).events

/** The events that were decided on something else than what the log has before them. */
const violations = (log: ReadonlyArray<RecordedEvent>): ReadonlyArray<string> =>
  log.flatMap(({ position, data }) => {
    // Written by `decide`, or by `history`.
    const { item, seen } = data as unknown as { item: [ReadonlyArray<Tag>] | null; seen: number }
    if (item === null) return []
    const [tags] = item
    const before = log.filter((one) => one.position < position && tags.every((tag) => one.tags?.includes(tag)))
    const last = Math.max(0, ...before.map((one) => one.position))
    return last === seen ? [] : [`${position} was decided on ${seen}, and ${last} is before it`]
  })

/** A store that dies after so many calls that add tags. */
const dyingAfter = (store: PostgresStore, calls: number): PostgresStore => {
  let left = calls
  return {
    ...store,
    addTags: (additions) => async () => {
      if (left-- <= 0) throw new Error('the process has died')
      return store.addTags(additions)()
    },
  }
}

/** Writers of both versions, a run that dies twice, and then decisions on new tags beside those on old ones. */
const race = async () => {
  const { store } = fresh
  await history(store, 40)
  let [promoted, decided] = [false, 0]
  const enough = 12
  const writer = async (n: number) => {
    let version: Version = n % 2 === 0 ? 'old' : 'new'
    for (let after = 0, i = 0; after < enough; i++) {
      const who = { course: `c${(n + i) % 3}`, student: `s${(n * i) % 4}` }
      const byStudent = promoted && version === 'new' && i % 2 === 0
      if (promoted) after++
      const item = { types: ['Decided'], tags: [byStudent ? student(who) : course(who)] }
      if ((await decide(store, version, item, who)) === 'too old') version = 'new'
      else decided++
    }
  }
  const retag = async () => {
    for (const calls of [2, 5]) {
      await expect(Retagging.run(dyingAfter(store, calls))(retagging)()).rejects.toThrow('died')
      const before = decided
      await until(() => decided > before + 5)
    }
    let run = await Retagging.run(store)(retagging)()
    // Writers go on for as long as the run does: it ends when it has caught up.
    while (E.isLeft(run)) run = await Retagging.run(store)(retagging)()
    right(await Retagging.requirePromoted(store)('by student')())
    promoted = true
  }
  const writers = Promise.all(Array.from({ length: 6 }, (_, n) => writer(n)))
  await Promise.all([writers, retag()])
  return wholeLog(store)
}

const lacks = (log: ReadonlyArray<RecordedEvent>) =>
  log.filter(({ tags = [] }) => !tags.some((tag) => Tag.name(tag) === 'student')).length

describe('history that is tagged anew while others append', () => {
  it('has all tags, and no decision has missed an event', async () => {
    const log = await race()
    expect(lacks(log)).toBe(0)
    expect(violations(log)).toEqual([])
    const byStudent = log.filter(({ data }) => JSON.stringify(data).includes('"student:'))
    expect(byStudent.length).toBeGreaterThan(10)
  })

  it('has all tags, and no decision has missed an event, while backends are killed', async () => {
    let [over, polls] = [false, 0]
    const killing = killBackendsWhile(fresh, { every: 40, done: () => polls++, over: () => over })
    const log = await race()
    over = true
    expect(await killing).toBeGreaterThan(0)
    expect(lacks(log)).toBe(0)
    expect(violations(log)).toEqual([])
  })

  it('without a fence for old processes, decisions miss their events', async () => {
    const { store } = fresh
    await history(store, 10)
    const { requireTags } = store
    const faulty = {
      ...store,
      requireTags: (...[name]: Parameters<typeof requireTags>) =>
        requireTags(name, [{ type: 'Other', tag: 'student' }]),
    }
    right(await Retagging.run(faulty)(retagging)())
    const who = { course: 'c9', student: 's1' }
    const item = { types: ['Decided'], tags: [student(who)] }
    const { marker, events } = right(await store.readMatching({ query: [item], limit: 10_000 })())
    const seen = Math.max(0, ...events.map(({ position }) => position))
    const old = right(await store.append(appendOf(eventOf('old', { ...who, item: null, seen: 0 })))())
    right(await store.append(appendOf(eventOf('new', { ...who, item: [item.tags], seen }), item, marker))())
    const log = await wholeLog(store)
    expect(lacks(log)).toBe(1)
    // The oracle sees it as soon as the event has its tags.
    right(await store.addTags([{ position: old.positions[0] ?? 0, tags: [student(who)] }])())
    expect(violations(await wholeLog(store))).not.toEqual([])
  })
})

describe('tags that begin to be required', () => {
  it('wait for an open append without them, which can be read then', async () => {
    const client = connect(fresh.url, { max: 1 })
    await client.unsafe('begin')
    const event = eventOf('old', { course: 'c1', student: 's1', item: null, seen: 0 })
    right(await fresh.store.inTransaction(client).append(appendOf(event))())
    let isRequired = false
    const required = fresh.store
      .requireTags('by student', [{ type: 'Decided', tag: 'student' }])()
      .then((outcome) => {
        isRequired = true
        return outcome
      })
    await until(async () => (await waitingSince(fresh, fresh.application)) !== undefined)
    // Readers go on.
    expect(await wholeLog(fresh.store)).toEqual([])
    expect(isRequired).toBe(false)
    await client.unsafe('commit')
    right(await required)
    expect(await wholeLog(fresh.store)).toHaveLength(1)
    const late = await fresh.store.append(
      appendOf(eventOf('old', { course: 'c1', student: 's1', item: null, seen: 0 })),
    )()
    expect(E.isLeft(late) && isFenced(late.left)).toBe(true)
    await client.end()
  })

  it('refuse the event of a transaction that began before, and had not stored it', async () => {
    const client = connect(fresh.url, { max: 1 })
    await client.unsafe('begin; select 1')
    right(await fresh.store.requireTags('by student', [{ type: 'Decided', tag: 'student' }])())
    const event = eventOf('old', { course: 'c1', student: 's1', item: null, seen: 0 })
    const outcome = await fresh.store.inTransaction(client).append(appendOf(event))()
    expect(E.isLeft(outcome) && isFenced(outcome.left)).toBe(true)
    await client.unsafe('rollback')
    await client.end()
  })
})
