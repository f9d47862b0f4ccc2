import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things } from './fixtures.ts'

it('a handler gets the events of streams whose category had another name before, in log order', async () => {
  const store = makeMemoryStore()
  await append(store, 1, added(1))
  await append(store, 2, added(2))
  const last = await append(store, 1, added(3))
  const lists = Projection.make({
    name: 'lists',
    from: [{ ...things, category: 'item', formerCategories: ['thing'] }],
    view: t.array(t.number),
    key: () => 'all',
    project: (view = [], { event }) => (event.type === 'Added' ? [...view, event.data.n] : view),
  })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [lists],
    limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 },
  })
  await startRuntime(runtime)
  right(await runtime.waitFor(['lists'], last)())
  expect(right(await Views.make(lists, store).list()())).toMatchObject({ views: [['all', [1, 2, 3]]] })
  await runtime.stop()
})
