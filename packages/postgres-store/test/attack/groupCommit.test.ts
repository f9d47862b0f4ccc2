import { makePostgresStore, type SqlClient } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStore, newEvent, streamName } from './freshStore.ts'

/**
 * The number of statements that the server got for appends, counted inside it: each call of foldlog.append is one
 * transaction.
 */
const transactions = async (fresh: Awaited<ReturnType<typeof freshStore>>): Promise<number> => {
  const rows = await fresh.watcher.unsafe(`select count(distinct xmin::text)::int as n from "${fresh.schema}".events`)
  return Number(rows[0]?.['n'])
}

describe('group commit', () => {
  it('makes a handful of transactions of 256 appends at once, and one of each that comes alone', async () => {
    const fresh = await freshStore()
    const one = (i: number) => ({ stream: streamName(`s-${i}`), expected: 'noStream', events: [newEvent()] }) as const
    await Promise.all(Array.from({ length: 256 }, (_, i) => fresh.store.append(one(i))()))
    expect(await transactions(fresh)).toBeLessThanOrEqual(4)
    const before = await transactions(fresh)
    for (let i = 300; i < 310; i++) await fresh.store.append(one(i))()
    expect(await transactions(fresh)).toBe(before + 10)
    await fresh.close()
  })

  it('sends 32 events and more as two halves: one is stored while the other is encoded', async () => {
    const fresh = await freshStore()
    const together = async (appends: number, events: number) => {
      const before = await transactions(fresh)
      const ofOne = () => ({
        stream: streamName(`s-${crypto.randomUUID()}`),
        expected: 'noStream' as const,
        events: Array.from({ length: events }, () => newEvent()),
      })
      await Promise.all(Array.from({ length: appends }, () => fresh.store.append(ofOne())()))
      return (await transactions(fresh)) - before
    }
    expect(await together(31, 1)).toBe(1)
    expect(await together(32, 1)).toBe(2)
    expect(await together(3, 10)).toBe(1)
    expect(await together(4, 10)).toBe(2)
    expect(await together(1, 100)).toBe(1)
    await fresh.close()
  })

  it('makes no batch of more characters than the limit, however small the data is', async () => {
    const fresh = await freshStore()
    const sent: Array<number> = []
    const sql: SqlClient = {
      unsafe: (text, parameters = [], options) => {
        if (text.includes('append')) sent.push(parameters.reduce((sum, text) => sum + (text?.length ?? 0), 0))
        return fresh.sql.unsafe(text, parameters, options)
      },
    }
    const characters = 20_000
    const store = makePostgresStore({ sql, schema: fresh.schema, batching: { characters } })
    const ofOne = (i: number) => ({
      stream: streamName(`small-${i}`),
      expected: 'noStream' as const,
      events: Array.from({ length: 50 }, () => ({ ...newEvent(), data: 0 })),
    })
    await Promise.all(Array.from({ length: 40 }, (_, i) => store.append(ofOne(i))()))
    expect(sent.length).toBeGreaterThan(5)
    expect(Math.max(...sent)).toBeLessThan(1.2 * characters)
    await fresh.close()
  })

  it('stores appends to one stream in one batch as if they were sent one after another', async () => {
    const fresh = await freshStore()
    const stream = streamName('s-1')
    const expectations = ['noStream', 1, 2, 2, 'streamExists', 'any', 5, 'noStream'] as const
    const results = await Promise.all(
      expectations.map((expected) => fresh.store.append({ stream, expected, events: [newEvent()] })()),
    )
    expect(results.map((r) => (E.isRight(r) ? r.right.version : r.left))).toEqual([
      1,
      2,
      3,
      { _tag: 'VersionConflict', stream, expected: 2, actual: 3 },
      4,
      5,
      6,
      { _tag: 'VersionConflict', stream, expected: 'noStream', actual: 6 },
    ])
    await fresh.close()
  })

  it('lets an append with a stored id fail alone: the others of its batch are stored', async () => {
    const fresh = await freshStore()
    const known = newEvent()
    await fresh.store.append({ stream: streamName('s-0'), expected: 'any', events: [known] })()
    const results = await Promise.all(
      Array.from({ length: 21 }, (_, i) => {
        // In the middle of an append, where only the index of ids finds it.
        const events = i === 10 ? [newEvent(), known] : [newEvent()]
        return fresh.store.append({ stream: streamName(`t-${i}`), expected: 'any', events })()
      }),
    )
    expect(results[10]).toEqual(E.left({ _tag: 'EventIdReused', stream: 't-10', id: known.id }))
    expect(results.filter(E.isRight)).toHaveLength(20)
    expect(await fresh.store.readStream(streamName('t-10'))()).toMatchObject({ right: { version: 0 } })
    await fresh.close()
  })

  it('draws no positions for conflicts: the log has no gaps after them', async () => {
    const fresh = await freshStore()
    const stream = streamName('s-1')
    for (let i = 0; i < 5; i++) {
      await Promise.all(
        Array.from({ length: 10 }, () => fresh.store.append({ stream, expected: i, events: [newEvent()] })()),
      )
    }
    const log = await fresh.store.readLog()()
    expect(E.isRight(log) ? log.right.events.map(({ position }) => position) : log).toEqual([1, 2, 3, 4, 5])
    await fresh.close()
  })
})
