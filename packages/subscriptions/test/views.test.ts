import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things } from './fixtures.ts'

const sums = Projection.make({
  name: 'sums',
  from: [things],
  view: t.strict({ sum: t.number }),
  key: ({ stream }) => stream,
  project: (view, { event }) => ({ sum: (view?.sum ?? 0) + (event.type === 'Added' ? event.data.n : 0) }),
})

it('a view that its codec cannot decode is an error with the path, and what was expected there', async () => {
  const store = makeMemoryStore()
  const runtime = makeHandlerRuntime({ store, handlers: [sums] })
  await startRuntime(runtime)
  right(await runtime.waitFor(['sums'], await append(store, 1, added(3)), 60_000)())
  await runtime.stop()
  const newer = Views.make({ name: 'sums', view: t.strict({ sum: t.string, order: t.UnknownArray }) }, store)
  const failure = {
    _tag: 'ViewDecodeFailure',
    projection: 'sums',
    key: 'thing-1',
    why: 'view.sum: expected string, got 3; view.order: expected UnknownArray, got undefined',
  }
  expect(await newer.get('thing-1')()).toEqual(E.left(failure))
  expect(right(await newer.list()())).toMatchObject({ views: [], unreadable: [failure], last: 'thing-1', end: true })
  expect(right(await Views.make(sums, store).list()()).views).toEqual([['thing-1', { sum: 3 }]])
})

it('a page has the views that can be decoded, and names the others', async () => {
  const store = makeMemoryStore()
  const runtime = makeHandlerRuntime({ store, handlers: [sums] })
  await startRuntime(runtime)
  await append(store, 1, added(3))
  await append(store, 2, added(-3))
  right(await runtime.waitFor(['sums'], await append(store, 3, added(4)), 60_000)())
  await runtime.stop()
  const Positive = t.refinement(t.number, (n) => n > 0, 'Positive')
  const throwing = new t.Type<{ sum: number }, unknown>(
    'Throwing',
    (value): value is { sum: number } => Positive.is(value),
    (value) => {
      const { sum } = value as { readonly sum: number } // A stored view of this projection.
      if (sum < 0) throw new Error('below zero')
      return t.success({ sum })
    },
    (value) => value,
  )
  for (const view of [t.strict({ sum: Positive }), throwing]) {
    const page = right(await Views.make({ name: 'sums', view }, store).list()())
    expect(page.views).toEqual([
      ['thing-1', { sum: 3 }],
      ['thing-3', { sum: 4 }],
    ])
    expect(page.unreadable.map(({ key }) => key)).toEqual(['thing-2'])
    expect(page.last).toBe('thing-3')
  }
})
