import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName } from './attack/freshStore.ts'

let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
  // Few long streams: a plan that begins with the streams soon reads the whole log.
  for (let i = 0; i < 5; i++) {
    const events = Array.from({ length: 6_000 }, (_, n) => newEvent({ n, text: 'x'.repeat(100) }))
    await fresh.store.append({ stream: streamName(`s-${i}`), expected: 'any', events })()
  }
})

afterAll(() => fresh.close())

/** Blocks of 8 kB that a statement has looked at, those of the functions it calls among them. */
const blocks = async (statement: string): Promise<number> => {
  const [row] = await fresh.watcher.unsafe(`explain (analyze, buffers, format json) ${statement}`)
  const plan = row?.['QUERY PLAN']?.[0]?.Plan
  return Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks'])
}

/** A few for each event of the page: its row, its place in an index, the name of its stream. */
const most = 100 * 12

describe('the cost of a page, whatever its place and the length of the log,', () => {
  it.each([
    {},
    { types: ['Happened'] },
    { categories: ['s'] },
    { categories: ['s', 't'], types: ['Happened'] },
    { prefix: 's-' },
    { streams: ['s-1', 's-4'] },
  ])('depends only on the content of a page of the log: %j', async (filter) => {
    for (const after of [0, 10_000, 29_000]) {
      const call = `"${fresh.schema}".read_log(${after}, 100, '${JSON.stringify(filter)}', null)`
      // Twice: the first call of a session makes the plans.
      await blocks(`select count(*) from ${call}`)
      expect(await blocks(`select count(*) from ${call}`)).toBeLessThan(most)
    }
  })

  it('grows little with the number of categories of its filter', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `many${i}`)
    const rounds = Array.from({ length: 10 }, (_, n) => n)
    for (const n of rounds) {
      const appends = names.map((name) => ({ stream: streamName(`${name}-${n}`), events: [newEvent({ n })] }))
      await fresh.store.appendAll(appends.map((append) => ({ ...append, expected: 'noStream' as const })))()
    }
    const pageOf = async (filter: object): Promise<number> => {
      const call = `"${fresh.schema}".read_log(30000, 1000, '${JSON.stringify(filter)}', null)`
      await blocks(`select count(*) from ${call}`)
      return blocks(`select count(*) from ${call}`)
    }
    // A row, its place in two indexes, and a lookup in the index for each category. When each category brought a page
    // of its own, these were 30 pages in place of one.
    expect(await pageOf({ categories: names })).toBeLessThan(5 * (await pageOf({})))
  })

  it('stays low when one of its events is large: the others come in as few rows all the same', async () => {
    const [row] = await fresh.watcher.unsafe(`select "${fresh.schema}".settled_position()::int as after`)
    const after = Number(row?.['after'])
    const large = newEvent({ text: 'y'.repeat(3_000) })
    const events = [large, ...Array.from({ length: 999 }, (_, n) => newEvent({ n }))]
    await fresh.store.append({ stream: streamName('mixed-1'), expected: 'noStream', events })()
    for (const filter of [{}, { categories: ['mixed'] }, { streams: ['mixed-1'] }]) {
      const call = `"${fresh.schema}".read_log(${after}, 1000, '${JSON.stringify(filter)}', null)`
      const rows = await fresh.watcher.unsafe(`select octet_length(envelopes) / 52 as events from ${call}`)
      expect(rows.map((one) => one['events'])).toEqual([null, 250, 250, 250, 250])
    }
    const call = `"${fresh.schema}".read_stream('mixed-1', 1, 1000, false)`
    const rows = await fresh.watcher.unsafe(`select octet_length(envelopes) / 36 as events from ${call}`)
    expect(rows.map((one) => one['events'])).toEqual([250, 250, 250, 250])
  })

  it.each([true, false])('depends only on the content of a page of a stream, read backward: %s', async (backward) => {
    for (const from of [1, 3_000, 5_950]) {
      const call = `"${fresh.schema}".read_stream('s-2', ${from}, 100, ${backward})`
      await blocks(`select count(*) from ${call}`)
      expect(await blocks(`select count(*) from ${call}`)).toBeLessThan(most)
    }
  })

  it.each(['forward', 'backward'] as const)(
    'is limited for a stream with long events, %s: the page ends early, and the next goes on',
    async (direction) => {
      const stream = streamName(`long-${direction}`)
      const text = 'x'.repeat(90_000)
      const events = Array.from({ length: 350 }, (_, n) => newEvent({ n, text }))
      await fresh.store.append({ stream, expected: 'noStream', events })()
      const forward = direction === 'forward'
      const seen: Array<number> = []
      const ends: Array<boolean> = []
      for (let end = false; !end && ends.length < 9; ) {
        const next = forward ? seen.length + 1 : 350 - seen.length
        const page = E.getOrElseW(() => undefined)(await fresh.store.readStream(stream, { from: next, direction })())
        seen.push(...(page?.events ?? []).map(({ version }) => version))
        end = page?.end ?? true
        ends.push(end)
      }
      const all = Array.from({ length: 350 }, (_, n) => n + 1)
      expect(seen).toEqual(forward ? all : all.reverse())
      expect(ends).toEqual([false, true])
    },
  )
})
