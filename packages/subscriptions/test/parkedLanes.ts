import type { MemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  makeHandlerRuntime,
  ParkedEvent,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'

// Handlers whose events are parked, for the tests of what is requested for parked events.

const limits = { leaseTime: 600, idleCommitInterval: 5, pollInterval: 50, stopTimeout: 50 }

export const run = async (
  store: MemoryStore,
  handler: RuntimeOptions['handlers'][number],
  more: RuntimeOptions['limits'] = {},
): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: { ...limits, ...more } })
  await startRuntime(runtime)
  return runtime
}

/** A handler that fails on `Broken` until it is mended, or on everything. */
export const seer = (tries = 1) => {
  const seen: Array<string> = []
  const attempts: Array<number> = []
  let works: 'no' | 'without broken events' | 'yes' = 'without broken events'
  const handler = EventHandler.make({
    name: 'seer',
    from: [things],
    start: 'origin',
    onFailure: FailurePolicy.make('park', Monoid.concat(limitRetries(tries - 1), constantDelay(1))),
    handle:
      ({ stream, version, event }, { attempt }) =>
      async () => {
        attempts.push(attempt)
        if (works === 'no' || (works !== 'yes' && event.type === 'Broken')) return E.left('no')
        // New events take long enough that what is requested is found meanwhile.
        if (stream === 'thing-new') await new Promise(setImmediate)
        seen.push(`${stream}@${version}`)
        return E.right(undefined)
      },
  })
  return {
    seen,
    attempts,
    handler,
    mend: () => {
      works = 'yes'
    },
    breakAll: () => {
      works = 'no'
    },
  }
}

export const listed = async (store: MemoryStore) => right(await ParkedEvent.list(store, 'seer')())

export const nothingParked = (store: MemoryStore) => until(async () => (await listed(store)).length === 0)

/** A broken event and many behind it, all in one stream and parked; no process runs. */
export const parkLane = async (store: MemoryStore, handler: RuntimeOptions['handlers'][number], behind: number) => {
  const last = await append(store, 'a', broken, ...Array.from({ length: behind }, (_, i) => added(i)))
  const runtime = await run(store, handler)
  right(await runtime.waitFor(['seer'], last)())
  await runtime.stop()
  expect(await listed(store)).toHaveLength(behind + 1)
}
