import type { LogFilter } from '@foldlog/core/store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne, openAppend } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** Reads to the end; returns the positions of the events, the end, and the number of calls. */
const follow = async (filter: LogFilter) => {
  const events: Array<number> = []
  for (let [after, calls] = [0, 1]; ; calls++) {
    const slice = await fresh.store.readLog({ after, filter })()
    if (E.isLeft(slice)) throw new Error(JSON.stringify(slice.left))
    events.push(...slice.right.events.map(({ position }) => position))
    after = slice.right.position
    if (slice.right.end) return { events, settled: after, calls }
  }
}

const filters: ReadonlyArray<LogFilter> = [
  { categories: ['rare'] },
  { streams: [streamName('rare-1')] },
  { streamPrefix: 'rar' },
  { types: ['Rare'] },
]

const appendRare = () =>
  fresh.store.append({
    stream: streamName('rare-1'),
    expected: 'any',
    events: [{ ...newEvent(), type: 'Rare' }],
  })()

/** Moves the sequence far ahead, as a restored or crashed server may do. */
const jump = (position: number) => fresh.watcher.unsafe(`select setval('"${fresh.schema}".positions', ${position})`)

describe('a filtered read', () => {
  it('crosses gaps of any width in a few calls, and finds the events after them', async () => {
    await appendOne(fresh, 's-1')
    await jump(10 ** 12)
    await appendRare()
    await jump(2 * 10 ** 12)
    await appendOne(fresh, 's-1')
    await jump(3 * 10 ** 12)
    for (const filter of filters) {
      const { calls, ...found } = await follow(filter)
      expect(found).toEqual({ events: [10 ** 12 + 1], settled: 2 * 10 ** 12 + 1 })
      expect(calls).toBeLessThanOrEqual(4)
    }
  })

  it('passes over excluded events, up to the settled position and no further', async () => {
    await appendOne(fresh, 's-1')
    await appendRare()
    await appendOne(fresh, 's-1')
    const open = await openAppend(fresh, 's-2')
    await appendRare()
    for (const filter of filters) expect(await follow(filter)).toEqual({ events: [2], settled: 3, calls: 1 })
    await open.end('commit')
    for (const filter of filters) expect(await follow(filter)).toEqual({ events: [2, 5], settled: 5, calls: 1 })
  })
})
