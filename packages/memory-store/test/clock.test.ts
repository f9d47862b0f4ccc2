import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { freshStream, newEvents, right } from '../../testing/src/laws/fixtures.ts'

describe('the clock of a memory store', () => {
  it('is read once for each stored append, in whole milliseconds, and never for a repetition', async () => {
    let asked = 0
    const store = makeMemoryStore({ clock: () => 1_000.9 + asked++ })
    const append = { stream: freshStream(), expected: 'any', events: newEvents(2) } as const
    const other = { ...append, events: newEvents(1) }
    await right(store.append(append))
    await right(store.append(append))
    await right(store.append(other))
    const { events } = await right(store.readStream(append.stream))
    expect(events.map(({ recordedAt }) => recordedAt.getTime())).toEqual([1_000, 1_000, 1_001])
    expect(asked).toBe(2)
  })
})
