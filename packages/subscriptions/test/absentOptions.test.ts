import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right } from './fixtures.ts'

const events = EventCodec.make({ Added: t.strict({ by: t.number }) })

interface Add {
  readonly type: 'Add'
  readonly data: { readonly id: string }
}

const counter = Aggregate.make({
  category: 'counter',
  formerCategories: undefined,
  snapshot: undefined,
  commands: ['Add'],
  id: ({ data }: Add) => data.id,
  events,
  decider: {
    initialState: 0,
    evolve: (n: number, { data }: EventOf<typeof events>) => n + data.by,
    decide: () => E.right([{ type: 'Added', data: { by: 1 } } as const]),
  },
})

const sums = Projection.make({
  name: 'sums',
  from: [counter],
  version: undefined,
  filter: undefined,
  partitions: undefined,
  onFailure: undefined,
  key: ({ stream }) => stream,
  view: t.strict({ sum: t.number }),
  project: (view) => ({ sum: (view?.sum ?? 0) + 1 }),
})

const nothing = EventHandler.make({
  name: 'nothing',
  from: [counter],
  start: 'origin',
  filter: undefined,
  partitions: undefined,
  onFailure: undefined,
  lane: undefined,
  concurrency: undefined,
  timeout: undefined,
  handle: () => TE.right(undefined),
})

const noContext = {
  commandId: undefined,
  correlationId: undefined,
  causationId: undefined,
  user: undefined,
  expected: undefined,
  history: undefined,
  signal: undefined,
  awaitHandlers: undefined,
}

const noLimits = {
  leaseTime: undefined,
  pollInterval: undefined,
  idleCommitInterval: undefined,
  stopTimeout: undefined,
  pageSize: undefined,
  batchSize: undefined,
  openAppendWarning: undefined,
}

describe('an application whose every option is undefined', () => {
  it('is one without options', async () => {
    const store = makeMemoryStore({ clock: undefined })
    const { dispatch } = makeDispatcher({
      store,
      aggregates: [counter],
      snapshots: undefined,
      cache: undefined,
      retry: undefined,
      limits: { batchSize: undefined, maxWaiting: undefined, effectTimeout: undefined },
      clock: undefined,
      random: undefined,
      logger: undefined,
      waitFor: undefined,
      tracer: undefined,
    })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [sums, nothing],
      dispatch: undefined,
      limits: noLimits,
      clock: undefined,
      random: undefined,
      logger: undefined,
    })
    right(await runtime.start())
    const done = right(await dispatch({ type: 'Add', data: { id: 'a' } }, noContext)())
    expect(done).toMatchObject({ version: 1, events: [{ metadata: { correlationId: done.commandId } }] })
    right(await runtime.waitFor(['sums', 'nothing'], 1, undefined)())
    const query = { where: undefined, prefix: undefined, after: undefined, count: undefined }
    const views = Views.make(sums, store)
    expect(right(await views.list(query)()).views).toEqual([['counter-a', { sum: 1 }]])
    await runtime.stop()
  })
})
