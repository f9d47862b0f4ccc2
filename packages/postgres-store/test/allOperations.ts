import { type NewEvent, Tag } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { expect } from '@jest/globals'
import { freshId, freshStream, left, readWholeLog, right } from './fixtures.ts'

/**
 * An event with data that the settings of a client may change: case of keys, texts that look like other types, spaces,
 * empty texts, null.
 */
const trickyEvent = (n: number): NewEvent => ({
  id: freshId(),
  type: 'it_Happened ',
  schemaVersion: 1,
  data: { snake_case: { camelCase: n, PascalCase: null }, text: '2026-11-24', empty: '', list: ['1', 2, [' ']] },
  metadata: { correlationId: ' 17 ', causationId: '18', user: { some_key: '' } },
})

const recorded = (events: ReadonlyArray<NewEvent>) => events.map((event) => expect.objectContaining(event))

/** Calls every read of a store, on a stream with three such events. */
export const readAll = async (
  store: PostgresStore,
  {
    stream,
    events,
  }: {
    readonly stream: Awaited<ReturnType<typeof writeAll>>['stream']
    readonly events: ReadonlyArray<NewEvent>
  },
): Promise<void> => {
  const all = recorded(events)
  expect(await right(store.streamInfo(stream))).toEqual({ stream, status: 'open', version: 3 })
  expect(await right(store.readStream(stream))).toEqual({
    stream,
    version: 3,
    events: all,
    end: true,
    history: await right(store.history),
  })
  expect(await right(store.readStream(stream, { direction: 'backward', count: 1 }))).toMatchObject({
    events: all.slice(2),
    end: false,
  })
  expect(await right(store.readFromSnapshot(stream, 1))).toMatchObject({
    snapshot: { value: { version: 2, state: { some_state: '' } } },
    page: { events: all.slice(2), end: true },
  })
  for (const filter of [
    { streams: [stream] },
    { streamPrefix: stream, types: ['it_Happened '] },
    { categories: ['delicate'] },
  ])
    expect(await readWholeLog(store, { filter })).toEqual(expect.arrayContaining(all))
  expect(await right(store.findEvents(events.map(({ id }) => id)))).toEqual(all)
}

/** Appends with a tag and a condition, and with one that is not met. */
const writeBoundary = async (store: PostgresStore): Promise<void> => {
  const tags = [Tag.of('Some_tag', ` ${freshId()} `)]
  const query = [{ tags, types: ['it_Happened '] }]
  const decided = () =>
    store.append({
      stream: freshStream(),
      expected: 'noStream',
      events: [{ ...trickyEvent(5), tags }],
      conditions: [{ query }],
    })
  const { positions } = await right(decided())
  expect(await left(decided())).toMatchObject({ _tag: 'BoundaryChanged', conflicts: [{ position: positions[0] }] })
  expect(await right(store.readMatching({ query }))).toMatchObject({ events: [{ tags }], end: true })
  expect(await right(store.lastMatching(query))).toMatchObject({ event: { value: { position: positions[0] } } })
}

/** Calls every write of a store, with every verdict that is not an error of the server. */
export const writeAll = async (store: PostgresStore) => {
  const [stream, other, gone] = [freshStream('delicate'), freshStream(), freshStream()]
  const events = [trickyEvent(1), trickyEvent(2), trickyEvent(3)]
  const append = { stream, expected: 'noStream', events } as const
  expect(await right(store.append(append))).toMatchObject({ firstVersion: 1, version: 3, repeated: false })
  expect(await right(store.append(append))).toMatchObject({ firstVersion: 1, version: 3, repeated: true })
  expect(await left(store.append({ ...append, events: [trickyEvent(4)] }))).toMatchObject({
    _tag: 'VersionConflict',
    actual: 3,
  })
  expect(await left(store.append({ ...append, stream: other }))).toMatchObject({
    _tag: 'EventIdReused',
    id: events[0]?.id,
  })
  const both = [other, gone].map((name) => ({ stream: name, expected: 'noStream', events: [trickyEvent(1)] }) as const)
  expect(await right(store.appendAll(both))).toMatchObject([{ version: 1 }, { version: 1 }])
  await right(store.saveSnapshot({ stream, version: 2, schemaVersion: 1, state: { some_state: '' } }))
  expect(await right(store.deleteStream(gone, 1))).toMatchObject({ status: 'deleted', version: 1 })
  expect(await left(store.readStream(gone))).toMatchObject({ _tag: 'StreamDeleted' })
  await writeBoundary(store)
  return { stream, events }
}

/** Calls every function of a store once. */
export const runAllOperations = async (store: PostgresStore): Promise<void> => readAll(store, await writeAll(store))
