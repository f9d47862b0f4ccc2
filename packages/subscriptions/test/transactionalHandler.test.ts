import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  FailurePolicy,
  type HandlerRuntime,
  makeHandlerRuntime,
  ParkedEvent,
  type RuntimeOptions,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { limitRetries } from 'retry-ts'
import { added, append, broken, right, startRuntime, tables, things, until } from './fixtures.ts'

const run = async (
  store: MemoryStore,
  handler: RuntimeOptions['handlers'][number],
  leaseTime = 300,
): Promise<HandlerRuntime> => {
  const limits = { leaseTime, idleCommitInterval: 5, pollInterval: 50 }
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
  await startRuntime(runtime)
  return runtime
}

describe('a transactional handler', () => {
  it('writes a batch with its checkpoint, and of a failed batch everything but the failing event', async () => {
    const store = makeMemoryStore()
    const { transactions, rows } = tables(store)
    let works = false
    let calls = 0
    const handler = TransactionalHandler.make({
      name: 'rows',
      from: [things],
      transactions,
      onFailure: FailurePolicy.make('park', limitRetries(1)),
      handle: (table: Array<string>, events) => async () => {
        calls++
        for (const { event, stream, version } of events) {
          table.push(`${stream}@${version}`)
          if (event.type === 'Broken' && !works) return E.left('no')
        }
        return E.right(undefined)
      },
    })
    await append(store, 'a', added(1), added(2), broken, added(3))
    await append(store, 'b', added(1), added(2))
    const runtime = await run(store, handler)
    const last = await append(store, 'c', added(1))
    right(await runtime.waitFor(['rows'], last)())
    expect([...rows()].sort()).toEqual(['thing-a@1', 'thing-a@2', 'thing-b@1', 'thing-b@2', 'thing-c@1'])
    expect(calls).toBeLessThan(12)
    const parked = right(await ParkedEvent.list(store, 'rows')())
    expect(parked.map(({ stream, version, behind }) => [stream, version, behind])).toEqual([
      ['thing-a', 3, false],
      ['thing-a', 4, true],
    ])
    const [first] = parked
    if (first === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, first)())
    await until(async () => right(await ParkedEvent.list(store, 'rows')())[0]?.attempts === 2)
    works = true
    right(await ParkedEvent.retry(store, first)())
    await until(async () => right(await ParkedEvent.list(store, 'rows')()).length === 0)
    expect(rows().slice(5)).toEqual(['thing-a@3', 'thing-a@4'])
    await runtime.stop()
  })

  it('retries the head of a lane once when the retry of an event behind it is requested', async () => {
    const store = makeMemoryStore()
    const { transactions, rows } = tables(store)
    const handler = TransactionalHandler.make({
      name: 'rows',
      from: [things],
      transactions,
      onFailure: FailurePolicy.make('park', limitRetries(0)),
      handle: (table: Array<string>, events) => async () => {
        for (const { event, version } of events) {
          if (event.type === 'Broken') return E.left('no')
          table.push(`${version}`)
        }
        return E.right(undefined)
      },
    })
    const last = await append(store, 'a', added(1), broken, added(3))
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['rows'], last)())
    const [, behind] = right(await ParkedEvent.list(store, 'rows')())
    if (behind === undefined) throw new Error('nothing is parked behind')
    right(await ParkedEvent.retry(store, behind)())
    await until(async () => {
      const parked = right(await ParkedEvent.list(store, 'rows')())
      return parked[0]?.attempts === 2 && parked.every(({ requestedAction }) => requestedAction === null)
    })
    expect(rows()).toEqual(['1'])
    await runtime.stop()
  })

  it('stops by its policy, with the reason; earlier events are handled', async () => {
    const store = makeMemoryStore()
    const { transactions, rows } = tables(store)
    const handler = TransactionalHandler.make({
      name: 'rows',
      from: [things],
      transactions,
      onFailure: FailurePolicy.make('stop', limitRetries(0)),
      handle: (table: Array<string>, events) => {
        for (const { event, version } of events) {
          if (event.type === 'Broken') throw new Error('broken')
          table.push(`${version}`)
        }
        return TE.right(undefined)
      },
    })
    await append(store, 'a', added(1), added(2), broken, added(3))
    const runtime = await run(store, handler, 90)
    await until(async () => right(await runtime.status()).handlers[0]?.state === 'stopped')
    expect(right(await runtime.status()).handlers[0]?.reasons).toEqual(['at position 3: the handler threw: broken'])
    expect(rows()).toEqual(['1', '2'])
    expect(right(await store.checkpoints(['rows'])()).positions).toEqual({ rows: 2 })
    await runtime.stop()
  })
})
