import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const backlog = 15_000
const live = 6_000
const pageSize = 1_000

/**
 * Maximum number of deliveries that wait in a partition, and one page more: the limit is checked before a page is read,
 * and the shared reader may have read a page that no partition can take.
 */
const bound = 4_000 + 2 * pageSize

describe('a handler that is far slower than the log grows', () => {
  it('keeps a bounded number of events in memory, and loses none of them', async () => {
    const store = makeMemoryStore()
    const streams = 5
    const write = async (from: number, to: number) => {
      for (let i = from; i < to; i += 100)
        await append(store, (i / 100) % streams, ...Array.from({ length: 100 }, (_, j) => added(i + j)))
    }
    await write(0, backlog)
    let handled = 0
    let most = 0
    let read = 0
    const seen: MemoryStore = {
      ...store,
      readLog: (query) => async () => {
        const page = await store.readLog(query)()
        read = Math.max(read, right(page).events.at(-1)?.position ?? 0)
        most = Math.max(most, read - handled)
        return page
      },
    }
    const versions = new Map<string, Array<number>>()
    const handler = EventHandler.make({
      name: 'slow',
      from: [things],
      start: 'origin',
      concurrency: 1,
      handle:
        ({ stream, version }) =>
        async () => {
          // So slow that reading, if nothing limited it, would be at the end of the log long before.
          if (++handled % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
          versions.set(stream, [...(versions.get(stream)?.slice(-1) ?? []), version])
          counts.set(
            stream,
            (counts.get(stream) ?? 0) + (versions.get(stream)?.at(-2) === version - 1 || version === 1 ? 1 : 0),
          )
          return { _tag: 'Right', right: undefined }
        },
    })
    const counts = new Map<string, number>()
    const limits = { leaseTime: 60_000, idleCommitInterval: 5, pollInterval: 20, batchSize: 50, pageSize }
    const runtime = makeHandlerRuntime({ store: seen, handlers: [handler], limits })
    await startRuntime(runtime)
    // It leaves the live feed again and again, and joins it again.
    await until(() => handled > backlog - 2_000)
    await write(backlog, backlog + live)
    await until(() => handled >= backlog + live)
    await runtime.stop()
    process.stdout.write(`a backlog of ${backlog} events: ${most} in memory at most\n`)
    expect(most).toBeLessThanOrEqual(bound)
    // Each event once and behind the one before it: without a crash, nothing is redelivered either.
    expect(handled).toBe(backlog + live)
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(backlog + live)
  }, 60_000)
})
