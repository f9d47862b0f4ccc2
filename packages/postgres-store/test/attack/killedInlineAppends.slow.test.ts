import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { readWholeLog, right } from '../fixtures.ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { killBackendsWhile } from './killBackendsWhile.ts'

const ref = { name: 'lists', generation: 1 }
const keys = ['a', 'b', 'c', 'd', 'e']

let fresh: FreshStore

beforeEach(async () => {
  // A statement that the driver loses is sent again long before the timeout.
  fresh = await freshStore(undefined, { retryTimeout: 40_000, statementTimeout: 5_000 })
  await right(fresh.store.register({ ...ref, partitions: 1, start: 0 }))
  expect(await right(fresh.store.openInline(ref, ['thing']))).toBe(true)
})

afterEach(() => fresh.close())

interface Added {
  readonly text: string
  readonly keys: ReadonlyArray<string>
}

/**
 * Appends an event that adds a text to lists, with retries, together with the resulting views. Returns how often they
 * were stale.
 */
const add = async ({ store }: FreshStore, stream: string, added: Added): Promise<number> => {
  const event = newEvent({ ...added })
  const append = { stream: streamName(stream), expected: 'any', events: [event] } as const
  for (let stale = 0; ; stale++) {
    const found = await right(store.getDocuments({ name: ref.name, kind: 'view' }, added.keys))
    const changes = added.keys.map((key) => {
      const document = found.find((one) => one.key === key)
      const list = Array.isArray(document?.data) ? document.data : []
      // Every seventh text empties the list, so that views are removed and made anew too.
      const data = added.text.endsWith('7') ? undefined : [...list, added.text]
      return {
        key,
        partition: 0,
        expectedPosition: document?.position ?? null,
        ...(data === undefined ? undefined : { data }),
      }
    })
    const outcome = await store.appendWithViews([append], [{ ...ref, changes }])()
    if (E.isRight(outcome)) return stale
    expect(outcome.left).toEqual({ _tag: 'ViewConflict' })
  }
}

/** The lists that result from the log. */
const folded = async ({ store }: FreshStore): Promise<Record<string, ReadonlyArray<string>>> => {
  const lists = new Map<string, ReadonlyArray<string>>()
  for (const { data } of await readWholeLog(store)) {
    const { text, keys: touched } = data as unknown as Added // Made by `add`.
    for (const key of touched) {
      if (text.endsWith('7')) lists.delete(key)
      else lists.set(key, [...(lists.get(key) ?? []), text])
    }
  }
  return Object.fromEntries(lists)
}

describe('backends that are killed while views are written with appends', () => {
  it('leave views that are the fold of the events, each event once, and nothing locked', async () => {
    const { store } = fresh
    const [writers, each] = [8, 40]
    let [done, stale, over] = [0, 0, false]
    const killing = killBackendsWhile(fresh, { every: 8, done: () => done, over: () => over })
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let i = 0; i < each; i++) {
          const [first, second] = [keys[(writer + i) % keys.length] ?? 'a', keys[(writer * i + 2) % keys.length] ?? 'b']
          const added = { text: `${writer}.${i}`, keys: [...new Set(i % 2 === 0 ? [first, second] : [second, first])] }
          stale += await add(fresh, `thing-${writer}`, added)
          done++
        }
      }),
    )
    over = true
    expect(await killing).toBeGreaterThan(10)
    // The writers did conflict: otherwise the test proves nothing.
    expect(stale).toBeGreaterThan(0)
    const log = await readWholeLog(store)
    expect(new Set(log.map(({ data }) => JSON.stringify(data))).size).toBe(writers * each)
    expect(log).toHaveLength(writers * each)
    const { documents } = await right(store.listDocuments({ name: ref.name, kind: 'view' }))
    expect(Object.fromEntries(documents.map(({ key, data }) => [key, data]))).toEqual(await folded(fresh))
    // No half-written view is left: one that was locked and not written would have no position.
    const rows = await fresh.watcher.unsafe(`select key from "${fresh.schema}".handler_documents where position < 0`)
    expect(rows).toHaveLength(0)
    await add(fresh, 'thing-after', { text: 'after', keys })
  }, 120_000)
})
