import { EventId, type NewEvent, orThrow, StreamName, Tag } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

const freshId = EventId.source({ now: Date.now, random: Math.random })
const stream = (name: string) => orThrow(StreamName.parse(name))
const a = Tag.of('a', 1)

const tagged = (...tags: ReadonlyArray<Tag>): NewEvent => ({
  id: freshId(),
  type: 'Happened',
  schemaVersion: 1,
  data: {},
  metadata: {},
  tags,
})

describe('the index of tags', () => {
  it('goes back with a restored backup, and goes on from there', async () => {
    const store = makeMemoryStore()
    const write = (event: NewEvent) =>
      orThrow(store.append({ stream: stream('thing-1'), expected: 'any', events: [event] }))
    const count = async (query: Parameters<typeof store.readMatching>[0]['query']) =>
      (await orThrow(store.readMatching({ query }))).events.length
    await write(tagged(a))
    const restore = store.backup()
    await write(tagged(a))
    restore()
    expect([await count([{ tags: [a] }]), await count([{ types: ['Happened'] }])]).toEqual([1, 1])
    await write(tagged(a))
    await write(tagged())
    expect([await count([{ tags: [a] }]), await count([{ types: ['Happened'] }])]).toEqual([2, 3])
  })

  it('gives no reference into the log', async () => {
    const store = makeMemoryStore()
    await orThrow(store.append({ stream: stream('thing-1'), expected: 'any', events: [tagged(a)] }))
    const [event] = (await orThrow(store.readLog())).events
    // As JavaScript does.
    const tags = event?.tags as Array<Tag> | undefined
    tags?.push(Tag.of('b', 1))
    expect(tags).toHaveLength(2)
    expect((await orThrow(store.readLog())).events[0]?.tags).toEqual([a])
  })
})

it('an error names at most 100 conflicts, one of each condition at least, and then does not say what appeared', async () => {
  const store = makeMemoryStore()
  const events = Array.from({ length: 150 }, () => tagged(a))
  const last = tagged(Tag.of('b', 1))
  await orThrow(store.append({ stream: stream('thing-1'), expected: 'any', events: [...events, last] }))
  const refused = await store.append({
    stream: stream('thing-2'),
    expected: 'any',
    events: [tagged()],
    conditions: [
      { query: [{ tags: [a] }] },
      { query: [{ tags: [Tag.of('c', 1)] }] },
      { query: [{ tags: [Tag.of('b', 1)] }] },
    ],
  })()
  if (E.isRight(refused) || refused.left._tag !== 'BoundaryChanged') throw new Error('it was stored')
  const { conflicts, changes } = refused.left
  expect(conflicts).toHaveLength(100)
  expect(conflicts.slice(0, 99).map(({ condition, position }) => [condition, position])).toEqual(
    events.slice(0, 99).map((_, i) => [0, i + 1]),
  )
  expect(conflicts.at(-1)).toEqual({ condition: 2, position: 151, type: 'Happened', stream: 'thing-1' })
  expect(changes).toBeUndefined()
})
