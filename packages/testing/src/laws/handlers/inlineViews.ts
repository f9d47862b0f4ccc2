import type { ViewChange } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { registerHandler, viewsOf } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import {
  add,
  appendTo,
  change,
  documentOf,
  freshCategory,
  opened,
  streamOf,
  tagOf,
  tail,
  viewsBy,
} from './inlineFixtures.ts'

export const inlineViews = groupOf('inline projections', [
  law('views are written with the events, at the position of the last event', async ({ store }) => {
    const of = await opened(store)
    const appends = [appendTo(streamOf(of.category), 2), appendTo(streamOf(of.category), 3)]
    const appended = await right(
      store.appendWithViews(appends, viewsBy(of, change('a', null, { n: 1 }), change('b', null, null))),
    )
    const position = appended[1]?.positions.at(-1) ?? -1
    expectEqual([appended[0]?.positions.length, appended[1]?.positions.length], [2, 3], 'the positions')
    const document = await documentOf(store, of, 'a')
    expectEqual(
      [document?.data, document?.position, document?.requestedAction, document?.due],
      [{ n: 1 }, position, null, null],
      'the view a',
    )
    const next = appendTo(streamOf(of.category))
    await right(store.appendWithViews([next], viewsBy(of, change('a', position, { n: 2 }), change('b', position))))
    expectEqual(await viewsOf(store, of), { a: { n: 2 } }, 'the views, one replaced and one removed')
  }),

  law('a refused append writes no views, and the error gives the reason', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const refused = appendTo(stream, 1, 'streamExists')
    expectEqual(
      await tagOf(store.appendWithViews([refused], viewsBy(of, change('a', null, 1)))),
      'VersionConflict',
      'the error',
    )
    expectEqual(
      await tagOf(store.appendWithViews([refused], viewsBy(of, change('a', 7, 1)))),
      'VersionConflict',
      'also when stale',
    )
    expectEqual(await viewsOf(store, of), {}, 'the views')
  }),

  law('views made from a view that has changed are stale, all of them', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const first = await add(store, of, stream, ['a', 'b'], 'x')
    const bad: ReadonlyArray<ViewChange> = [
      change('a', null, 1),
      change('a', first.position - 1, 1),
      change('a', first.position + 1, 1),
      change('c', first.position, 1),
      change('a', null),
    ]
    for (const one of bad) {
      const views = viewsBy(of, change('b', first.position, 'new'), change('d', null, 'new'), one)
      expectEqual(await tagOf(store.appendWithViews([appendTo(stream)], views)), 'ViewConflict', JSON.stringify(one))
    }
    expectEqual(await viewsOf(store, of), { a: ['x'], b: ['x'] }, 'the views')
    expectEqual(await tail(store, stream), 1, 'the version of the stream')
  }),

  law('views made from no view are stale when there is one, and valid when it is gone again', async ({ store }) => {
    const of = await opened(store)
    const { position } = await add(store, of, streamOf(of.category), ['a'], 'x')
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', position))))
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', null, 'y'))))
    expectEqual(await viewsOf(store, of), { a: 'y' }, 'the views')
  }),

  law('a repeated append does not write its views again', async ({ store }) => {
    const of = await opened(store)
    const append = appendTo(streamOf(of.category), 2)
    const first = await right(store.appendWithViews([append], viewsBy(of, change('a', null, 1))))
    const position = first[0]?.positions.at(-1) ?? -1
    for (const basis of [null, position]) {
      const again = await right(
        store.appendWithViews([append], viewsBy(of, change('a', basis, 2), change('b', null, 2))),
      )
      expectEqual(again, [{ ...first[0], repeated: true }], `the first result, from ${basis}`)
    }
    expectEqual(await viewsOf(store, of), { a: 1 }, 'the views')
  }),

  law('every append to a category must have its views', async ({ store }) => {
    const of = await opened(store)
    const other = freshCategory()
    const refused = await left(store.append(appendTo(streamOf(of.category))))
    expectEqual(
      [Reflect.get(Object(refused), '_tag'), Reflect.get(Object(refused), 'retryable')],
      ['StoreUnavailable', false],
      'without views',
    )
    const stream = streamOf(other)
    await right(store.append(appendTo(stream)))
    expectEqual(
      await tagOf(store.appendAll([appendTo(stream), appendTo(streamOf(of.category))])),
      'StoreUnavailable',
      'in part',
    )
    expectEqual(await tail(store, stream), 1, 'the version of a stream of another category')
    expectEqual(
      await tagOf(store.appendWithViews([appendTo(streamOf(of.category))], [])),
      'ViewConflict',
      'views of no projection',
    )
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of)))
    await right(store.appendWithViews([appendTo(streamOf(other))], []))
  }),

  law('views for a generation that is not open are stale', async ({ store }) => {
    const of = await opened(store)
    const closed = await registerHandler(store, 1)
    const append = () => appendTo(streamOf(of.category))
    const bad = [viewsBy({ ...of, generation: 2 }), viewsBy(closed), [...viewsBy(of), ...viewsBy(closed)]]
    for (const views of bad)
      expectEqual(await tagOf(store.appendWithViews([append()], views)), 'ViewConflict', JSON.stringify(views))
  }),
])
