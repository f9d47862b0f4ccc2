import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'

/**
 * Calls foldlog.append_batch, as any role with the privilege may, with columns that foldlog never sends: it returns
 * null and stores nothing, or the server refuses the call. What it stores keeps the rules: versions without gaps, in
 * the order of positions.
 */
let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
})

afterAll(() => fresh.close())

interface Columns {
  readonly names: ReadonlyArray<string>
  readonly expected: ReadonlyArray<number>
  readonly sizes: ReadonlyArray<number>
  /** The number of events; the sum of the sizes when absent. */
  readonly events?: number
}

let round = 0
let named: (name: string) => string

/** The answer, `null`, or that the server refused. */
const appendBatch = async ({ names, expected, sizes, events }: Columns): Promise<string | null> => {
  const count = events ?? sizes.reduce((sum, size) => sum + size, 0)
  const one = <A>(value: A) => Array.from({ length: Math.max(0, count) }, () => value)
  const list = (values: ReadonlyArray<unknown>) => `{${values.join(',')}}`
  const outcome = await fresh.watcher
    .unsafe(
      `select "${fresh.schema}".append_batch(
        $1::text::text[], $2::text::text[], $3::text::bigint[], $4::text::int[], null,
        $5::text::uuid[], $6::text::text[], $7::text::smallint[], $8::text::jsonb[], null, null, null) as answer`,
      [
        list(names.map(named)),
        list(names.map(() => 't')),
        list(expected),
        list(sizes),
        list(one(0).map(() => crypto.randomUUID())),
        list(one('Happened')),
        list(one(1)),
        list(one('0')),
      ],
    )
    .catch(({ code }: { readonly code: string }) => [{ answer: `refused: ${code}` }])
  return outcome[0]?.['answer'] ?? null
}

const state = async () => {
  const [row] = await fresh.watcher.unsafe(`
    select
      (select json_agg(json_build_array(name, version) order by name) from "${fresh.schema}".streams) as streams,
      (select count(*)::int from "${fresh.schema}".events) as events,
      (select last_value::int from "${fresh.schema}".positions) as drawn`)
  return row
}

beforeEach(async () => {
  const prefix = `t-${round++}`
  named = (name) => `${prefix}.${name}`
  await fresh.store.append({ stream: streamName(named('there')), expected: 'noStream', events: [newEvent()] })()
})

describe('columns that are not plain', () => {
  it.each<readonly [string, Columns]>([
    ['no events for an append', { names: ['a', 'b'], expected: [0, 0], sizes: [1, 0] }],
    ['less than none', { names: ['there', 'b'], expected: [1, 0], sizes: [-1, 2] }],
    ['fewer events than they say', { names: ['a'], expected: [0], sizes: [2], events: 1 }],
    ['more events than they say', { names: ['a'], expected: [0], sizes: [1], events: 2 }],
    ['a version that is not exact', { names: ['a', 'there'], expected: [0, -1], sizes: [1, 1] }],
    ['a version that is not there', { names: ['a', 'there'], expected: [0, 2], sizes: [1, 1] }],
    ['a stream that is not there', { names: ['a', 'b'], expected: [0, 1], sizes: [1, 1] }],
    ['a new stream that is there', { names: ['a', 'there'], expected: [0, 0], sizes: [1, 1] }],
    ['a new stream twice', { names: ['a', 'a'], expected: [0, 0], sizes: [1, 1] }],
    ['a stream twice', { names: ['there', 'there'], expected: [1, 1], sizes: [1, 1] }],
    ['a stream twice, as if one came after the other', { names: ['there', 'there'], expected: [1, 2], sizes: [1, 1] }],
    ['a new stream, and behind it', { names: ['a', 'a'], expected: [0, 1], sizes: [1, 1] }],
    ['behind a new stream, and it', { names: ['a', 'a'], expected: [1, 0], sizes: [1, 1] }],
    ['too few names', { names: ['a'], expected: [0, 0], sizes: [1, 1] }],
    ['too many names', { names: ['a', 'b'], expected: [0], sizes: [1] }],
    ['too few versions', { names: ['a', 'b'], expected: [0], sizes: [1, 1] }],
    ['too few sizes', { names: ['a', 'b'], expected: [0, 0], sizes: [1] }],
    ['nothing', { names: [], expected: [], sizes: [] }],
  ])('store nothing with %s', async (_, columns) => {
    const before = await state()
    expect(String(await appendBatch(columns))).toMatch(/^(null|refused: 23502)$/)
    expect(await state()).toEqual(before)
  })
})

describe('columns that are plain', () => {
  it('store new streams and others, each event at its version, in the order in which they come', async () => {
    const before = await state()
    const answer = await appendBatch({ names: ['b', 'there', 'a'], expected: [0, 1, 0], sizes: [2, 3, 1] })
    const [, , positions] = JSON.parse(answer ?? '')
    const rows = await fresh.watcher.unsafe(`
      select s.name, e.version::int, e.remaining, e.position::int from "${fresh.schema}".events e
      join "${fresh.schema}".streams s on s.id = e.stream where e.position > ${before?.['drawn']} order by e.position`)
    expect(rows.map(({ name, version, remaining }) => [name, version, remaining])).toEqual([
      [named('b'), 1, 1],
      [named('b'), 2, 0],
      [named('there'), 2, 2],
      [named('there'), 3, 1],
      [named('there'), 4, 0],
      [named('a'), 1, 0],
    ])
    expect(rows.map(({ position }) => position)).toEqual(positions)
    const streams = (await state())?.['streams'].filter(([name]: [string]) => name.startsWith(named('')))
    expect(streams).toEqual([
      [named('a'), 1],
      [named('b'), 2],
      [named('there'), 4],
    ])
  })
})
