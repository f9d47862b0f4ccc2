import { EventCodec } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyBatchHandler,
  BatchHandler,
  FailurePolicy,
  type HandlerRuntime,
  makeHandlerRuntime,
  ParkedEvent,
  RuntimeStatus,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'

// The lease outlives a pause of a loaded machine: a batch that is delivered again would be another batch.
const limits = { leaseTime: 30_000, idleCommitInterval: 5, pollInterval: 50, stopTimeout: 30_000, batchSize: 10 }

const run = async (store: MemoryStore, handler: AnyBatchHandler): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
  await startRuntime(runtime)
  return runtime
}

type Batch = ReadonlyArray<number>

/** Records every batch by positions, and fails when `bad` holds for one of its events. */
const recordingHandler = (
  batches: Array<Batch>,
  bad: (position: number) => boolean = () => false,
  verdict: 'park' | 'skip' | 'stop' = 'park',
  source: { readonly category: 'thing'; readonly events: typeof things.events } = things,
) =>
  BatchHandler.make({
    name: 'batches',
    from: [source],
    start: 'origin',
    onFailure: FailurePolicy.make(verdict, limitRetries(1)),
    handle: (events) => {
      batches.push(events.map(({ position }) => position))
      return events.some(({ position }) => bad(position)) ? TE.left('no') : TE.right(undefined)
    },
  })

const upTo = (n: number): Batch => Array.from({ length: n }, (_, i) => i + 1)

/** Ten events of three streams: positions 1, 4, 7 and 10 are of the first, and so on. */
const tenEvents = async (store: MemoryStore): Promise<number> => {
  let last = 0
  for (let i = 0; i < 10; i++) last = await append(store, i % 3, added(i))
  return last
}

describe('a batch handler', () => {
  it('gets all waiting events of a partition at once, each event once and in log order', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 95; i++) await append(store, i % 7, added(i))
    const batches: Array<Batch> = []
    const runtime = await run(store, recordingHandler(batches))
    right(await runtime.waitFor(['batches'], 95)())
    expect(batches.flat()).toEqual(upTo(95))
    expect(batches.map(({ length }) => length)).toEqual([...Array(9).fill(10), 5])
    await runtime.stop()
  })

  it('gets the events of a failed batch one by one: the failing one is parked with its lane', async () => {
    const store = makeMemoryStore()
    const last = await tenEvents(store)
    const batches: Array<Batch> = []
    const runtime = await run(
      store,
      recordingHandler(batches, (position) => position === 4),
    )
    right(await runtime.waitFor(['batches'], last)())
    // 7 and 10 are of the stream of 4. It has two attempts, by the policy.
    expect(batches).toEqual([upTo(10), [1], [2], [3], [4], [4], [5], [6], [8], [9]])
    const parked = right(await ParkedEvent.list(store, 'batches')())
    expect(parked.map(({ position, behind }) => [position, behind])).toEqual([
      [4, false],
      [7, true],
      [10, true],
    ])
    await runtime.stop()
  })

  it('handles parked events in order when they are retried', async () => {
    const store = makeMemoryStore()
    const last = await tenEvents(store)
    const batches: Array<Batch> = []
    let bad = true
    const runtime = await run(
      store,
      recordingHandler(batches, (position) => bad && position === 4),
    )
    right(await runtime.waitFor(['batches'], last)())
    const [head] = right(await ParkedEvent.list(store, 'batches')())
    if (head === undefined) throw new Error('nothing is parked')
    bad = false
    batches.length = 0
    right(await ParkedEvent.retry(store, head)())
    await until(async () => right(await ParkedEvent.list(store, 'batches')()).length === 0)
    expect(batches).toEqual([[4, 7, 10]])
    await runtime.stop()
  })

  it('skips the failing event, or stops before it, by the policy', async () => {
    for (const verdict of ['skip', 'stop'] as const) {
      const store = makeMemoryStore()
      await tenEvents(store)
      const batches: Array<Batch> = []
      const runtime = await run(
        store,
        recordingHandler(batches, (position) => position === 4, verdict),
      )
      if (verdict === 'skip') {
        right(await runtime.waitFor(['batches'], 10)())
        expect(batches).toEqual([upTo(10), [1], [2], [3], [4], [4], [5], [6], [7], [8], [9], [10]])
      } else {
        await until(async () => right(await RuntimeStatus.read(store)()).handlers[0]?.state === 'stopped')
        expect(batches).toEqual([upTo(10), [1], [2], [3], [4], [4]])
        expect(right(await store.checkpoints(['batches'])()).positions).toEqual({ batches: 3 })
      }
      expect(right(await ParkedEvent.list(store, 'batches')())).toEqual([])
      await runtime.stop()
    }
  })

  it('gets no undecodable event, and no single events because of one', async () => {
    const store = makeMemoryStore()
    for (let i = 0; i < 4; i++) await append(store, 'a', added(i))
    await append(store, 'b', broken)
    for (let i = 0; i < 5; i++) await append(store, 'a', added(i))
    const old = EventCodec.make({ Added: t.strict({ n: t.number }) })
    const batches: Array<Batch> = []
    const handler = BatchHandler.make({
      name: 'batches',
      from: [{ category: 'thing', events: old }],
      start: 'origin',
      handle: (events) => {
        batches.push(events.map(({ position }) => position))
        return TE.right(undefined)
      },
    })
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['batches'], 10)())
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [6, 7, 8, 9, 10],
    ])
    expect(right(await ParkedEvent.list(store, 'batches')()).map(({ position }) => position)).toEqual([5])
    await runtime.stop()
  })

  it('fails when it takes too long, throws or returns nothing, and its signal fires', async () => {
    const store = makeMemoryStore()
    await append(store, 'a', added(1), added(2))
    const calls: Array<string> = []
    const answers: ReadonlyArray<() => unknown> = [
      () => () => new Promise(() => {}),
      () => {
        throw new Error('at once')
      },
      () => () => Promise.resolve(undefined),
    ]
    const handler = BatchHandler.make({
      name: 'batches',
      from: [things],
      start: 'origin',
      timeout: 30,
      onFailure: FailurePolicy.make('skip', limitRetries(0)),
      handle: (events, { signal }) => {
        calls.push(`called with ${events.length}`)
        signal.addEventListener('abort', () => calls.push('aborted'))
        const answer = answers[calls.filter((one) => one !== 'aborted').length - 1] ?? (() => TE.right(undefined))
        return answer() as TE.TaskEither<string, undefined> // It is not: this is what code without types would return.
      },
    })
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['batches'], 2)())
    expect(calls).toEqual(['called with 2', 'aborted', 'called with 1', 'called with 1'])
    await runtime.stop()
  })

  it('is stopped in the middle of a batch, and continues where it was', async () => {
    const store = makeMemoryStore()
    await tenEvents(store)
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const batches: Array<Batch> = []
    const handler = BatchHandler.make({
      name: 'batches',
      from: [things],
      start: 'origin',
      handle: (events) => async () => {
        batches.push(events.map(({ position }) => position))
        // The second batch, which the second runtime gets, is not held.
        await released
        return E.right(undefined)
      },
    })
    const first = await run(store, handler)
    await until(() => batches.length >= 1)
    const stopping = first.stop()
    release()
    await stopping
    expect(right(await store.checkpoints(['batches'])()).positions).toEqual({ batches: 10 })
    const last = await append(store, 'a', added(1))
    const second = await run(store, handler)
    right(await second.waitFor(['batches'], last)())
    expect(batches).toEqual([upTo(10), [11]])
    await second.stop()
  })
})
