import { type Append, type LogPosition, type Marker, Tag } from '@foldlog/core'
import { EventHandler, makeHandlerRuntime, recoverRewound, subscribe, Views } from '@foldlog/subscriptions'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { append, leaveOpen, plantIn, tagged } from '../attack/boundaryFixtures.ts'
import { type FreshStore, freshStore, newEvent, streamName, until } from '../attack/freshStore.ts'
import { appendOne, openAppend } from '../attack/openAppend.ts'
import { right } from '../fixtures.ts'
import { postgresRewinding } from '../postgresRewinding.ts'
import { counts, happened, limits, stopsOf } from './countingHandlers.ts'

/**
 * An event that is lost although later ones are there: its transaction had drawn a position and was open when the
 * backup was taken, and a later position was committed before. The histories do not show the loss, because both share
 * the later position. The id of the event does.
 */
let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** A backup while position 1 is settled, 2 is open, and 3 is committed. Then 2 is committed too. */
const backupBesideOpenAppend = async () => {
  await appendOne(fresh, 's-1')
  const open = await openAppend(fresh, 's-2')
  expect(open.appended.positions).toEqual([2])
  expect(await appendOne(fresh, 's-3')).toBe(3)
  const restore = await postgresRewinding(fresh.watcher, fresh.schema).backup()
  return { restore, commit: () => open.end('commit') }
}

/** The log as it is now, with the ids of its events. */
const logNow = async () => right(fresh.store.readLog({}))

const lastPlace = async (): Promise<LogPosition> => {
  const { position, history } = await logNow()
  return { position, history }
}

describe('an event that is lost between others', () => {
  it('is noticed by its id, although its place and the later ones are in both histories', async () => {
    const { restore, commit } = await backupBesideOpenAppend()
    await commit()
    const { events, history } = await logNow()
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3])
    await restore()
    await appendOne(fresh, 's-4')
    const now = await logNow()
    expect(now.events.map(({ position }) => position)).toEqual([1, 3, 4])
    expect(now.history).not.toBe(history)
    for (const { position, id } of events) {
      expect(await fresh.store.verify({ position, history })()).toEqual(E.right(undefined))
      const verified = await fresh.store.verify({ position, history, id })()
      if (position === 2) expect(verified).toMatchObject({ left: { _tag: 'LogRewound', position, history, common: 1 } })
      else expect(verified).toEqual(E.right(undefined))
    }
  })

  it('stops a handler that has handled it, which continues after the shared part when it is recovered', async () => {
    const seen: Array<string> = []
    const seer = EventHandler.make({
      name: 'seer',
      from: [happened],
      start: 'origin',
      handle:
        ({ id }) =>
        async () => {
          seen.push(id)
          return E.right(undefined)
        },
    })
    const handlers = [seer, counts]
    const { store } = fresh
    const runtime = makeHandlerRuntime({ store, handlers, limits })
    await right(runtime.start)
    const { restore, commit } = await backupBesideOpenAppend()
    await commit()
    await right(runtime.waitFor(['seer', 'counts'], 3))
    const { events } = await logNow()
    expect([...seen].sort()).toEqual(events.map(({ id }) => `${id}`).sort())
    const [, lost] = events
    await restore()
    await appendOne(fresh, 's-4')

    await until(async () => (await stopsOf(fresh, 'seer')).length > 0 && (await stopsOf(fresh, 'counts')).length > 0)
    expect(await stopsOf(fresh, 'seer')).toMatchObject([{ common: 1, lost: [{ position: 2, id: lost?.id }] }])
    expect(seen).toHaveLength(3)

    const { handlers: recovered } = await right(recoverRewound({ store, handlers }))
    expect(recovered.map(({ name, common }) => [name, common])).toEqual([
      ['seer', 1],
      ['counts', 1],
    ])
    await right(runtime.waitFor(['seer', 'counts'], await appendOne(fresh, 's-1')))
    const now = (await logNow()).events
    for (const { id } of now) expect(seen).toContain(id)
    const views = (await right(Views.make(counts, store).list())).views
    expect(Object.fromEntries(views.map(([key, count]) => [key, count]))).toEqual({ 's-1': 2, 's-3': 1, 's-4': 1 })
    await runtime.stop()
  })

  it('ends a subscription that has delivered it', async () => {
    const { restore, commit } = await backupBesideOpenAppend()
    await commit()
    const events = subscribe({ store: fresh.store, start: 'origin', pollInterval: 20 })
    for (let n = 0; n < 3; n++) expect((await events.next()).value).toMatchObject({ _tag: 'Right' })
    await restore()
    await appendOne(fresh, 's-4')
    expect((await events.next()).value).toMatchObject({ left: { _tag: 'LogRewound', common: 1 } })
    expect(await events.next()).toMatchObject({ done: true })
  })

  it('is hidden from readers before its commit, and so is every later event', async () => {
    const { restore, commit } = await backupBesideOpenAppend()
    const place = await lastPlace()
    expect(place.position).toBe(1)
    await commit()
    await restore()
    const position = await appendOne(fresh, 's-4')
    const { events } = await right(fresh.store.readLog({ after: place.position, history: place.history }))
    expect(events.map((event) => event.position)).toEqual([3, position])
  })

  const tag = Tag.of('seat', 1)
  const query = [{ tags: [tag] }]
  const decided = (marker: Marker): Append => ({
    ...append([newEvent()], { query, marker }),
    stream: streamName('d-1'),
  })

  /** What a decision had seen before the backup is restored, with the lost event or another one at its position. */
  const seenBeside = async (own: Tag) => {
    await appendOne(fresh, 's-1')
    await right(fresh.store.append(append([tagged(tag)])))
    const open = await leaveOpen(fresh, append([tagged(own)]))
    expect(open.appended.positions).toEqual([3])
    expect(await appendOne(fresh, 's-3')).toBe(4)
    const restore = await postgresRewinding(fresh.watcher, fresh.schema).backup()
    await open.end('commit')
    const page = await right(fresh.store.readMatching({ query }))
    expect(page.marker).toMatchObject({ settled: 4, seen: [] })
    await restore()
    return page
  }

  it('refuses a decision that rests on it, which reads again', async () => {
    const { events, marker } = await seenBeside(tag)
    expect(events.map(({ position }) => position)).toEqual([2, 3])
    const refused = { left: { _tag: 'BoundaryChanged', rewound: true } }
    expect(await fresh.store.append(decided(marker))()).toMatchObject(refused)
    await appendOne(fresh, 's-4')
    expect(await fresh.store.append(decided(marker))()).toMatchObject(refused)
    expect(await fresh.store.readMatching({ query, after: marker })()).toMatchObject({ left: { _tag: 'LogRewound' } })
    const again = await right(fresh.store.readMatching({ query }))
    expect(again.events.map(({ position }) => position)).toEqual([2])
    await right(fresh.store.append(decided(again.marker)))
  })

  it('makes other decisions read again too, because its tags are lost with it', async () => {
    const { marker } = await seenBeside(Tag.of('seat', 2))
    expect(await fresh.store.append(decided(marker))()).toMatchObject({ left: { rewound: true } })
    const again = await right(fresh.store.readMatching({ query }))
    await right(fresh.store.append(decided(again.marker)))
  })

  it('is stored beneath a decision when only the last position of its marker is compared', async () => {
    await plantIn(fresh, 'is_certain_position', (body) => body.replace('.common_position', '.last_shared_position'))
    const { marker } = await seenBeside(tag)
    await right(fresh.store.append(decided(marker)))
  })
})
