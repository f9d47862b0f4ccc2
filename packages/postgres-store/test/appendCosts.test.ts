import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName } from './attack/freshStore.ts'

let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
})

afterAll(() => fresh.close())

/** One call of foldlog.append for one append to new streams, as JSON. */
const batchFor = (name: string, streams: number): string =>
  `(select jsonb_build_array(jsonb_agg(jsonb_build_array('${name}-' || i, '${name}', 0, jsonb_build_array(
     jsonb_build_array(gen_random_uuid(), 'Happened', 1, '{"n":1}'::jsonb, null, null, null))) order by i))
   from generate_series(1, ${streams}) i)`

interface Cost {
  readonly milliseconds: number
  readonly temporaryBlocks: number
}

/** What the server does for an append to so many streams: its own time, and the blocks of files that it sorts in. */
const costOf = async (name: string, streams: number): Promise<Cost> => {
  const statement = `select "${fresh.schema}".append(b) from (select ${batchFor(name, streams)} as b offset 0) batch`
  const [row] = await fresh.watcher.unsafe(`explain (analyze, buffers, format json) ${statement}`)
  const { Plan: plan, 'Execution Time': milliseconds } = row?.['QUERY PLAN']?.[0] ?? {}
  return { milliseconds: Number(milliseconds), temporaryBlocks: Number(plan?.['Temp Written Blocks']) }
}

it('an append to many streams costs in proportion to their number', async () => {
  await costOf('first', 10)
  const costs: Array<readonly [few: Cost, many: Cost]> = []
  for (const n of [1, 2, 3]) costs.push([await costOf(`few${n}`, 500), await costOf(`many${n}`, 4_000)])
  // Eight times as much. It was more than sixty times as much when each row carried the whole append.
  expect(Math.min(...costs.map(([few, many]) => many.milliseconds / few.milliseconds))).toBeLessThan(30)
  for (const [, many] of costs) expect(many.temporaryBlocks).toBeLessThan(4_000)
})

it('an append to 20,000 streams is stored, and recognized when it is sent again', async () => {
  const appends = Array.from({ length: 20_000 }, (_, i) => ({
    stream: streamName(`wide-${i}`),
    expected: 'noStream' as const,
    events: [newEvent({ i })],
  }))
  const first = await fresh.store.appendAll(appends)()
  expect(E.isRight(first) && first.right.every(({ repeated }) => !repeated)).toBe(true)
  const again = await fresh.store.appendAll(appends)()
  expect(E.isRight(again) && again.right.length === 20_000 && again.right.every(({ repeated }) => repeated)).toBe(true)
})
