import { type MemoryStore, memoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Projection } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, right, things, until } from './domain.ts'

const counts = (partitions: number) =>
  Projection.make({
    name: 'counts',
    from: [things],
    partitions,
    view: t.number,
    key: ({ stream }) => stream,
    project: (count) => (count ?? 0) + 1,
  })

const ref = { name: 'counts', generation: 1_000_000 }

/** Regular beats are minutes apart. */
const rare = { leaseTime: 600_000, idleCommit: 5, poll: 20, grace: 0 }

describe('a lease that runs out', () => {
  it('is taken over at that moment, and not with the next regular beat', async () => {
    const store = memoryStore()
    right(await store.register({ ...ref, partitions: 2, start: 0 })())
    const dead = { ...ref, member: 'dead', leaseTime: 200, capacity: 2, report: null }
    expect(right(await store.heartbeat([dead])())[0]?.leases).toHaveLength(2)
    const runtime = makeHandlerRuntime({ store, handlers: [counts(2)], limits: rare })
    right(await runtime.start())
    right(await runtime.waitFor(['counts'], await append(store, 1, added(1)))())
    await runtime.stop()
  })

  it('and cannot be had just now is no reason to ask without a pause', async () => {
    const store = memoryStore()
    let beats = 0
    const seen: MemoryStore = {
      ...store,
      heartbeat: (heartbeats) => {
        beats++
        return TE.Functor.map(store.heartbeat(heartbeats), (answers) =>
          // Its time is over, and it cannot be had: somebody works on it just now.
          answers.map((answer) => ({ ...answer, again: 0 })),
        )
      },
    }
    const runtime = makeHandlerRuntime({ store: seen, handlers: [counts(2)], limits: rare })
    const from = performance.now()
    right(await runtime.start())
    await until(() => beats > 10)
    // Ten pauses of 20 ms lie between them; timers may be a little early.
    expect(performance.now() - from).toBeGreaterThan(150)
    await runtime.stop()
  })
})
