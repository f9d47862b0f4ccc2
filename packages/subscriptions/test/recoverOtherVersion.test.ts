import { EventCodec, EventId, type Json, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  HandlerStop,
  makeHandlerRuntime,
  Projection,
  type RecoverOptions,
  recoverRewound,
  Views,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const others = { category: 'other', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) } as const
const nextId = EventId.source({ now: Date.now, random: Math.random })

const appendOther = async (store: MemoryStore): Promise<void> => {
  const event = { ...right(others.events.encode(added(1) as never)), id: nextId(), metadata: {} }
  right(await store.append({ stream: right(StreamName.make('other', '1')), expected: 'any', events: [event] })())
}

const name = 'counts'
const common = { name, view: t.number, key: ({ stream }: { readonly stream: string }) => stream }
const project = (n = 0) => n + 1

/** The older version, and a newer one with another source and other partitions. */
const older = Projection.make({ ...common, version: 1, from: [things], project })
const newer = Projection.make({ ...common, version: 2, from: [things, others], partitions: 3, project })

const identities = {
  older: { generation: 1_000_000, partitions: 1, categories: ['thing'] },
  newer: { generation: 2_000_000, partitions: 3, categories: ['thing', 'other'] },
} as const

/** The position up to which the log is the one that was handled. */
const shared = 4

/**
 * A log of nine events, and a handler that one version has left: stopped, because its checkpoints are of another log.
 * One of them is before the position up to which the logs are the same, the others are beyond it.
 */
const leftBy = async (version: keyof typeof identities): Promise<MemoryStore> => {
  const store = makeMemoryStore()
  for (const n of [1, 2]) await append(store, n, added(n))
  await appendOther(store)
  for (const n of [4, 5, 6, 7, 8, 9]) await append(store, n % 3, added(n))
  const { generation, partitions, categories } = identities[version]
  const identity = { kind: 'Projection', reads: { categories }, start: 'origin' }
  right(await store.register({ name, generation, partitions, start: 0, identity })())
  const heartbeat = { name, generation, member: 'before', leaseTime: 100, capacity: partitions, report: null }
  const leases = right(await store.heartbeat([heartbeat])())[0]?.leases ?? []
  const lost = [{ position: 7, id: nextId(), stream: null, type: null }]
  const current = right(await store.history())
  const rewound = { position: 8, history: null, current, common: shared, handled: null, found: null, lost }
  // The document has the form that a partition stores.
  const stop = { position: 0, reason: 'the log went back', event: null, stoppedAt: 0, rewound } as unknown as Json
  const works = leases.map((lease) => ({
    ...lease,
    position: lease.partition === 1 ? 2 : 8,
    changes: lease.partition === 0 ? [{ kind: 'stop', key: '0', data: stop } as const] : [],
  }))
  expect(right(await store.commit(works)())).toEqual(works.map(() => 'committed'))
  right(await store.release(leases)())
  return store
}

const generationsOf = async (store: MemoryStore) =>
  right(await store.generations()).map(({ generation, partitions, identity }) => [
    generation,
    partitions,
    identity?.reads.categories,
  ])

const countsOf = async (store: MemoryStore, categories: ReadonlyArray<string>) => {
  const counts: Record<string, number> = {}
  for (const { stream } of right(await store.readLog({ filter: { categories } })()).events)
    counts[stream] = (counts[stream] ?? 0) + 1
  return counts
}

/** Runs a handler until it serves, in one generation, everything that is in the log. */
const serves = async (store: MemoryStore, handler: typeof older | typeof newer, categories: ReadonlyArray<string>) => {
  const limits = { leaseTime: 600, pollInterval: 20, idleCommitInterval: 5 }
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
  await startRuntime(runtime)
  const isReady = async () => {
    const [serving, ...rest] = right(await store.generations())
    return rest.length === 0 && serving?.identity?.reads.categories?.length === categories.length
  }
  await until(isReady)
  right(await runtime.waitFor([name], await append(store, 'last', added(1)))())
  expect(Object.fromEntries(right(await Views.make(handler, store).list()()).views)).toEqual(
    await countsOf(store, categories),
  )
  await runtime.stop()
}

const recover = (store: MemoryStore, ...handlers: RecoverOptions['handlers']) => recoverRewound({ store, handlers })()

describe('a recovery by code of another version', () => {
  it('that is older rebuilds the newer one as it is stored, which then serves', async () => {
    const store = await leftBy('newer')
    const report = right(await recover(store, older))
    // Both events that one partition had not handled, whatever the sources of this code are.
    expect(report.handlers).toMatchObject([{ outcome: 'rebuilt', common: shared, repeats: 2 }])
    expect(report.handlers[0]?.repeated.map(({ position }) => position)).toEqual([3, 4])
    expect(await generationsOf(store)).toEqual([
      [2_000_000, 3, ['thing', 'other']],
      [2_000_001, 3, ['thing', 'other']],
    ])
    await serves(store, newer, ['thing', 'other'])
  })

  it('that is newer rebuilds the older one as it is stored, and then its own version serves', async () => {
    const store = await leftBy('older')
    expect(right(await recover(store, newer)).handlers).toMatchObject([{ outcome: 'rebuilt', repeats: 0 }])
    expect(await generationsOf(store)).toEqual([
      [1_000_000, 1, ['thing']],
      [1_000_001, 1, ['thing']],
    ])
    await serves(store, newer, ['thing', 'other'])
  })

  it('that is newer leaves the older version able to serve', async () => {
    const store = await leftBy('older')
    right(await recover(store, newer))
    await serves(store, older, ['thing'])
  })

  it('of another kind is refused with both sides, and changes nothing', async () => {
    const store = await leftBy('older')
    const before = await generationsOf(store)
    const other = EventHandler.make({ name, from: [things], start: 'origin', handle: () => TE.right(undefined) })
    expect(await recover(store, other)).toMatchObject({
      left: { _tag: 'HandlerMismatch', stored: { kind: 'Projection' }, given: { kind: 'EventHandler' } },
    })
    expect(await generationsOf(store)).toEqual(before)
    const [status] = right(await store.handlerStatuses())
    expect(status?.stops.map((stop) => HandlerStop.parse(stop)?.rewound?.common)).toEqual([shared])
    expect(right(await recover(store, older)).handlers).toMatchObject([{ outcome: 'rebuilt' }])
  })
})
