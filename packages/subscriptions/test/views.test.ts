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
  const failure = E.left({
    _tag: 'ViewDecodeFailure',
    projection: 'sums',
    key: 'thing-1',
    why: 'view.sum: expected string, got 3; view.order: expected UnknownArray, got undefined',
  })
  expect([await newer.get('thing-1')(), await newer.list()()]).toEqual([failure, failure])
  expect(right(await Views.make(sums, store).list()()).views).toEqual([['thing-1', { sum: 3 }]])
})
