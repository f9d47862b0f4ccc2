import { either as E } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { groupOf } from '../Law.ts'
import { viewsOf } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { add, appendTo, change, documentOf, listIn, opened, streamOf, viewsBy } from './inlineFixtures.ts'

export const inlineRaces = groupOf('inline projections', [
  law('8 racing writers lose no update, and the views follow the order of the log', async ({ store }) => {
    const of = await opened(store)
    const done = await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const own: Array<Awaited<ReturnType<typeof add>>> = []
        const stream = streamOf(of.category)
        for (let i = 0; i < 10; i++) own.push(await add(store, of, stream, ['all'], `${writer}.${i}`))
        return own
      }),
    )
    const inLog = done.flat().toSorted((a, b) => a.position - b.position)
    expectEqual(
      (await documentOf(store, of, 'all'))?.data,
      inLog.map(({ text }) => text),
      'the list',
    )
  }),

  law('racing writers that create and remove one view follow the order of the log', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const changes: Array<{ readonly position: number; readonly made: boolean }> = []
    const toggle = async (): Promise<void> => {
      for (let done = 0; done < 10; ) {
        const document = await documentOf(store, of, 'a')
        const next = document === undefined ? change('a', null, 1) : change('a', document.position)
        const outcome = await store.appendWithViews([appendTo(stream)], viewsBy(of, next))()
        if (E.isLeft(outcome)) continue
        changes.push({ position: outcome.right[0]?.positions[0] ?? 0, made: document === undefined })
        done++
      }
    }
    await Promise.all(Array.from({ length: 6 }, toggle))
    const inLog = changes.toSorted((a, b) => a.position - b.position).map(({ made }) => made)
    expectEqual(
      inLog,
      inLog.map((_, i) => i % 2 === 0),
      'that it was made and removed in turn',
    )
  }),

  law('writers of the same views in any order end without deadlock', async ({ store }) => {
    const of = await opened(store)
    const keys = ['a', 'b', 'c', 'd']
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const order = writer % 2 === 0 ? keys : keys.toReversed()
        for (let i = 0; i < 5; i++) await add(store, of, streamOf(of.category), order, `${writer}.${i}`)
      }),
    )
    const lists = Object.values(await viewsOf(store, of))
    for (const list of lists) expectEqual(list, lists[0], 'that all lists are the same')
    expectEqual(listIn(lists[0]).length, 40, 'how many were added')
  }),
])
