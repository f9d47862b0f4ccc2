import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { type ViewQuery, Views } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { right } from './fixtures.ts'

const Stay = t.intersection([
  t.strict({ nights: t.number, status: t.union([t.literal('booked'), t.literal('left')]) }),
  t.partial({ guest: t.strict({ name: t.string, vip: t.boolean }) }),
])
type Stay = t.TypeOf<typeof Stay>

/** A store with these views of a handler, whatever their data. */
const withViews = async (views: Readonly<Record<string, unknown>>): Promise<MemoryStore> => {
  const store = makeMemoryStore()
  right(await store.register({ name: 'stays', generation: 1, partitions: 1, start: 0 })())
  const beat = { name: 'stays', generation: 1, member: 'm', leaseTime: 60_000, capacity: 1, report: null }
  const [answer] = right(await store.heartbeat([beat])())
  const [lease] = answer?.leases ?? []
  if (lease === undefined) throw new Error('no lease')
  // The views of a test are JSON.
  const changes = Object.entries(views).map(([key, data]) => ({ kind: 'view', key, data: data as string }) as const)
  right(await store.commit([{ ...lease, changes }])())
  return store
}

const stay = (nights: number, name?: string): Stay => ({
  nights,
  status: nights > 3 ? 'left' : 'booked',
  ...(name === undefined ? undefined : { guest: { name, vip: nights > 3 } }),
})

const stays = { a: stay(3, 'Cleo'), b: stay(7, 'Ada'), c: stay(1), d: stay(3, 'Bo'), e: stay(3, 'Ada') }

const readerOf = async (views: Readonly<Record<string, unknown>>) =>
  Views.make({ name: 'stays', view: Stay }, await withViews(views))

const keysOf = ({ views }: { readonly views: ReadonlyArray<readonly [string, unknown]> }) => views.map(([key]) => key)

it('views are listed in the order of fields, each in a direction of its own', async () => {
  const views = await readerOf(stays)
  const list = async (query: Parameters<typeof views.list>[0]) => keysOf(right(await views.list(query)()))
  expect(await list({ order: ['guest.name'] })).toEqual(['c', 'b', 'e', 'd', 'a'])
  expect(await list({ order: ['nights', 'guest.name'] })).toEqual(['c', 'e', 'd', 'a', 'b'])
  expect(await list({ order: ['nights'], direction: 'descending' })).toEqual(['b', 'e', 'd', 'a', 'c'])
  expect(await list({ order: [{ field: 'nights', direction: 'descending' }] })).toEqual(['b', 'a', 'd', 'e', 'c'])
  expect(await list({ direction: 'descending' })).toEqual(['e', 'd', 'c', 'b', 'a'])
})

it('views are selected by values and ranges of their fields, and counted', async () => {
  const views = await readerOf(stays)
  const both = async (filter: Parameters<typeof views.count>[0]) => {
    const keys = keysOf(right(await views.list(filter)()))
    expect(right(await views.count(filter)())).toMatchObject({ position: 0, count: keys.length })
    return keys
  }
  expect(await both({ where: { nights: { atLeast: 3, lessThan: 7 } } })).toEqual(['a', 'd', 'e'])
  expect(await both({ where: { nights: { moreThan: 3 } } })).toEqual(['b'])
  expect(await both({ where: { nights: { atMost: -0 } } })).toEqual([])
  expect(await both({ where: { 'guest.name': 'Ada', status: 'left' } })).toEqual(['b'])
  expect(await both({ where: { 'guest.name': { startsWith: 'C' } } })).toEqual(['a'])
  expect(await both({ where: { 'guest.vip': false, nights: undefined } })).toEqual(['a', 'd', 'e'])
  expect(await both({ from: 'b', to: 'd' })).toEqual(['b', 'c'])
  expect(await both({ prefix: 'e' })).toEqual(['e'])
  expect(await both({})).toEqual(['a', 'b', 'c', 'd', 'e'])
})

it('conditions that contradict each other select nothing', async () => {
  const views = Views.make({ name: 'stays', view: t.unknown }, await withViews({ a: { n: 1 }, b: { n: { m: 2 } } }))
  for (const where of [
    { n: 1, 'n.m': 2 },
    { 'n.m': 2, n: 1 },
    { 'n.m': 2, 'n.m.k': null },
  ])
    expect(right(await views.count({ where })()).count).toBe(0)
})

it('pages forwards and backwards have each view once, whatever the order and the size', async () => {
  const value = fc.constantFrom<unknown>(1, 2, null, 'x', '🏦', '～', true, [], undefined)
  const documents = fc.dictionary(
    fc.constantFrom('a', 'b', 'c.d', 'e', 'f', '～', '🏦'),
    fc.record({ a: value, b: fc.record({ c: value }, { requiredKeys: [] }) }, { requiredKeys: [] }),
  )
  const order = fc.array(
    fc.record({
      field: fc.constantFrom('a', 'b.c', 'b'),
      direction: fc.constantFrom('ascending' as const, 'descending' as const),
    }),
    { maxLength: 2 },
  )
  const direction = fc.constantFrom('ascending' as const, 'descending' as const)
  await fc.assert(
    fc.asyncProperty(
      documents,
      order,
      direction,
      fc.integer({ min: 1, max: 3 }),
      async (data, order, direction, count) => {
        const views = Views.make(
          { name: 'stays', view: t.unknown },
          await withViews(JSON.parse(JSON.stringify(data)) as Record<string, unknown>),
        )
        const query: ViewQuery = { order, direction, count }
        const whole = keysOf(right(await views.list({ ...query, count: 100 })()))
        const forwards: Array<string> = []
        for (let after: string | undefined; ; ) {
          const page = right(await views.list({ ...query, after })())
          forwards.push(...keysOf(page))
          after = page.last
          if (page.end) break
        }
        expect(forwards).toEqual(whole)
        const [last] = whole.slice(-1)
        if (last === undefined) return
        const backwards: Array<string> = [last]
        const whole2 = right(await views.list({ ...query, count: 100 })())
        for (let before = whole2.last; ; ) {
          const page = right(await views.list({ ...query, before })())
          backwards.unshift(...keysOf(page))
          before = page.first ?? before
          if (page.end) break
        }
        expect(backwards).toEqual(whole)
      },
    ),
    { numRuns: 60 },
  )
})

it('a page that is read backwards lists the views that cannot be decoded, and the next page is before them', async () => {
  const views = await readerOf({ a: stay(1), b: { nights: 'two' }, c: stay(3), d: stay(4), e: { nights: 'zero' } })
  const order = ['nights'] as const
  const { last } = right(await views.list({ order })())
  const page = right(await views.list({ order, before: last, count: 2 })())
  expect([keysOf(page), page.unreadable.map(({ key }) => key), page.end]).toEqual([['d'], ['b'], false])
  const back = right(await views.list({ order, before: page.first, count: 2 })())
  expect([keysOf(back), back.end]).toEqual([['a', 'c'], true])
})

it('a place of another order is refused, and so is what is no place', async () => {
  const views = await readerOf(stays)
  const { last: ofName = '' } = right(await views.list({ order: ['guest.name'] })())
  const { last: ofNights = '' } = right(await views.list({ order: ['nights'] })())
  const refused = async (query: object, what: string) =>
    // The query is none that compiles.
    expect(await views.list(query as never)()).toMatchObject({
      left: { _tag: 'InvalidInput', what, why: expect.stringMatching(/^(is|must) /) },
    })
  for (const place of [
    ofName,
    'a',
    '',
    '.',
    '....',
    ofNights.slice(1),
    `${ofNights.slice(0, 8)}.zz.a`,
    'x'.repeat(70_000),
  ]) {
    await refused({ order: ['nights'], after: place }, 'query.after')
    await refused({ order: ['nights'], before: place }, 'query.before')
  }
  await refused({ order: ['nights'], after: 7 }, 'query.after')
  await refused({ after: 'a', before: 'b' }, 'query.before')
  expect(right(await views.list({ order: ['nights'], after: ofNights })()).views).toEqual([])
  // The place has the fields, not their directions.
  expect(keysOf(right(await views.list({ order: ['nights'], direction: 'descending', before: ofNights })()))).toEqual(
    [],
  )
})

it('odd queries are refused with the place of what is wrong', async () => {
  const views = await readerOf(stays)
  const odd: ReadonlyArray<readonly [unknown, string]> = [
    [7, 'query'],
    [{ where: [] }, 'query.where'],
    [{ where: { nights: [] } }, 'query.where.nights'],
    [{ where: { nights: () => 1 } }, 'query.where.nights'],
    [{ where: { nights: Number.NaN } }, 'query.where.nights'],
    [{ where: { nights: { above: 1 } } }, 'query.where.nights.above'],
    [{ where: { nights: { atLeast: null } } }, 'query.where.nights.atLeast'],
    [{ where: { nights: { atLeast: Number.POSITIVE_INFINITY } } }, 'query.where.nights.atLeast'],
    [{ where: { nights: { startsWith: 1 } } }, 'query.where.nights.startsWith'],
    [{ where: { nights: { toString: 1 } } }, 'query.where.nights.toString'],
    [{ where: { 'guest.name': { atLeast: 'x'.repeat(250) } } }, 'query.where.guest.name.atLeast'],
    [{ where: { 'guest.name': '\u0000' } }, 'query.where.guest.name'],
    [{ where: { ['x'.repeat(65_536)]: 1 } }, 'query.ranges[0].path[0]'],
    [{ order: 'nights' }, 'query.order'],
    [{ order: [7] }, 'query.order[0]'],
    [{ order: [{ field: 'nights', direction: 'up' }] }, 'query.order[0].direction'],
    [{ order: Array.from({ length: 5 }, () => 'nights') }, 'query.order'],
    [{ order: ['a\u0000'] }, 'query.order[0].path[0]'],
    [{ direction: 'down' }, 'query.direction'],
    [{ count: 0 }, 'query.count'],
    [{ from: '' }, 'query.from'],
  ]
  for (const [query, what] of odd)
    expect(await views.list(query as never)()).toEqual(E.left(expect.objectContaining({ _tag: 'InvalidInput', what })))
  for (const [query, what] of odd.filter(([, one]) => /where|from|ranges/.test(one)))
    expect(await views.count(query as never)()).toMatchObject({ left: { _tag: 'InvalidInput', what } })
})
