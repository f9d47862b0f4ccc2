import { EventCodec, EventId, type EventOf, orThrow, StreamName, Tag } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { Retagging } from '@foldlog/operations'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const data = t.strict({ course: t.string, student: t.string })
const [course, student] = [
  (one: { course: string }) => Tag.of('course', one.course),
  (one: { student: string }) => Tag.of('student', one.student),
]

const OldEvent = EventCodec.make({ Subscribed: data, Left: data }, { tags: { Subscribed: (one) => [course(one)] } })
const NewEvent = EventCodec.make(
  { Subscribed: data, Left: data },
  { tags: { Subscribed: (one) => [course(one), student(one)], Left: (one) => [student(one)] } },
)
type CourseEvent = EventOf<typeof NewEvent>

const retagging = {
  name: 'by student',
  events: NewEvent,
  required: { Subscribed: ['student'], Left: ['student'] },
  categories: ['course'],
  pageSize: 2,
} as const

const nextId = EventId.source({ now: Date.now, random: Math.random })

const event = (type: CourseEvent['type'], of: string, by: string): CourseEvent => ({
  type,
  data: { course: of, student: by },
})

const started = () => {
  const store = makeMemoryStore()
  const append = (codec: typeof NewEvent, one: CourseEvent) =>
    store.append({
      stream: orThrow(StreamName.make('course', one.data.course)),
      expected: 'any',
      events: [{ ...orThrow(codec.encode(one)), id: nextId(), metadata: {} }],
    })
  const tags = async () => (await orThrow(store.readLog())).events.map((one) => one.tags)
  return { store, append, tags }
}

const history = [event('Subscribed', 'c1', 'ada'), event('Subscribed', 'c1', 'bob'), event('Left', 'c1', 'ada')]
const tagged = [['course:c1', 'student:ada'], ['course:c1', 'student:bob'], ['student:ada']]

describe('a retagging', () => {
  it('gives every event its tags, and requires them of later ones', async () => {
    const { store, append, tags } = started()
    for (const one of history) await orThrow(append(OldEvent, one))
    expect(await Retagging.requirePromoted(store)('by student')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await Retagging.run(store)(retagging)()).toEqual(E.right({ read: 3, tagged: 3 }))
    expect(await tags()).toEqual(tagged)
    expect(await Retagging.requirePromoted(store)('by student')()).toEqual(E.right(undefined))
    expect(await append(OldEvent, event('Left', 'c1', 'bob'))()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false },
    })
    await orThrow(append(NewEvent, event('Left', 'c1', 'bob')))
    expect(await Retagging.run(store)(retagging)()).toEqual(E.right({ read: 4, tagged: 0 }))
  })

  it.each([0, 1, 2, 3, 4])('has the same result when it stopped before step %i and is run again', async (steps) => {
    const { store, append, tags } = started()
    for (const one of history) await orThrow(append(OldEvent, one))
    let left = steps
    const dies =
      <A extends ReadonlyArray<unknown>, R>(step: (...args: A) => () => Promise<R>) =>
      (...args: A) =>
      async () => {
        if (left-- <= 0) throw new Error('the process has died')
        return step(...args)()
      }
    const dying = {
      ...store,
      addTags: dies(store.addTags),
      requireTags: dies(store.requireTags),
      promoteTagging: dies(store.promoteTagging),
    }
    await expect(Retagging.run(dying)(retagging)()).rejects.toThrow('died')
    expect(await Retagging.requirePromoted(store)('by student')()).toMatchObject({ _tag: 'Left' })
    // Old processes go on until the tags are required.
    await append(OldEvent, event('Subscribed', 'c1', 'eve'))()
    await orThrow(Retagging.run(store)(retagging))
    const all = await tags()
    expect(all.slice(0, 3)).toEqual(tagged)
    expect(all.length).toBe(steps < 3 ? 4 : 3)
    expect(all.every((own) => own?.some((tag) => tag.startsWith('student:')))).toBe(true)
    expect(await Retagging.requirePromoted(store)('by student')()).toEqual(E.right(undefined))
  })

  it('under the name of a promoted one requires the same tags, or fails before it adds any', async () => {
    const { store, append, tags } = started()
    const first = { ...retagging, events: OldEvent, required: { Subscribed: ['course'] } }
    await orThrow(append(OldEvent, event('Subscribed', 'c1', 'ada')))
    await orThrow(Retagging.run(store)(first))
    expect(await Retagging.run(store)(retagging)()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'required', why: expect.stringContaining('"by student"') },
    })
    expect(await tags()).toEqual([['course:c1']])
    expect(await Retagging.run(store)(first)()).toEqual(E.right({ read: 1, tagged: 0 }))
  })

  it('under a name that is promoted while it runs is refused by the store', async () => {
    const { store, append } = started()
    await orThrow(append(OldEvent, event('Subscribed', 'c1', 'ada')))
    const late = {
      ...store,
      addTags: (additions: Parameters<typeof store.addTags>[0]) => async () => {
        await orThrow(store.requireTags('by student', [{ type: 'Subscribed', tag: 'course' }]))
        await orThrow(store.promoteTagging('by student'))
        return store.addTags(additions)()
      },
    }
    expect(await Retagging.run(late)(retagging)()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'required' } })
  })

  it('requires nothing when an event gets no tag that is to be required', async () => {
    const { store, append } = started()
    for (const one of history) await orThrow(append(OldEvent, one))
    const wrong = { ...retagging, required: { Left: ['course'] } }
    expect(await Retagging.run(store)(wrong)()).toMatchObject({
      left: { what: 'required', why: 'the event Left at position 3 gets no tag course' },
    })
    expect(await store.taggings()).toEqual(E.right([]))
  })
})
