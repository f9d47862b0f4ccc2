import type { Logger } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Reaction,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'
import { unprintableError } from './injectThrows.ts'

const limits = { leaseTime: 150, pollInterval: 20, idleCommitInterval: 2, stopTimeout: 100 }

const throwing = (): never => {
  throw unprintableError()
}

const name = 'noting'

/** Records events, and fails on broken ones. */
const recordingHandler = (onFailure: FailurePolicy) => {
  const seen: Array<number> = []
  const handler = EventHandler.make({
    name,
    from: [things],
    start: 'origin',
    onFailure,
    handle:
      ({ event, position }) =>
      async () => {
        if (event.type === 'Broken') return E.left(unprintableError())
        seen.push(position)
        return E.right(undefined)
      },
  })
  return { seen, handler }
}

const unhandled: Array<unknown> = []
const onUnhandled = (cause: unknown): void => {
  unhandled.push(cause)
}
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled)
})
afterAll(() => {
  process.off('unhandledRejection', onUnhandled)
})

describe('a runtime', () => {
  const loud: Logger = { debug: throwing, info: throwing, warn: throwing, error: throwing }
  const hostile: Readonly<Record<string, Pick<RuntimeOptions, 'clock' | 'logger'>>> = {
    'a logger that throws': { logger: loud },
    'a clock that throws': { clock: throwing },
    'a clock that returns NaN': { clock: () => Number.NaN },
  }

  it.each(Object.keys(hostile))('with %s handles and parks like any other', async (what) => {
    const store = makeMemoryStore()
    const { seen, handler } = recordingHandler(
      FailurePolicy.make('park', Monoid.concat(limitRetries(1), constantDelay(1))),
    )
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits, ...hostile[what] })
    await startRuntime(runtime)
    await append(store, 'a', added(1), broken, added(2))
    right(await runtime.waitFor([name], await append(store, 'b', added(3)), 5_000)())
    expect(seen).toHaveLength(2)
    const parked = right(await ParkedEvent.list(store, name)())
    expect(parked.map(({ version, behind }) => [version, behind])).toEqual([
      [2, false],
      [3, true],
    ])
    expect(parked.every(({ parkedAt }) => Math.abs(parkedAt.getTime() - Date.now()) < 60_000)).toBe(true)
    await runtime.stop()
    expect(unhandled).toEqual([])
  })

  it('whose policy throws parks the event', async () => {
    const store = makeMemoryStore()
    const { seen, handler } = recordingHandler({ retry: throwing, verdict: throwing })
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
    await startRuntime(runtime)
    await append(store, 'a', broken)
    right(await runtime.waitFor([name], await append(store, 'b', added(3)), 5_000)())
    expect(seen).toHaveLength(1)
    expect(right(await ParkedEvent.list(store, name)())).toHaveLength(1)
    await runtime.stop()
  })

  it('whose store rejects a stop is stopped nevertheless, and its status says so', async () => {
    const store = makeMemoryStore()
    const refusing: typeof store = {
      ...store,
      commit: (commits) =>
        commits.some(({ changes }) => changes.some(({ kind }) => kind === 'stop'))
          ? TE.fromEither(rejectInput('stop', 'is not kept here'))
          : store.commit(commits),
    }
    const { seen, handler } = recordingHandler(FailurePolicy.make('stop', limitRetries(0)))
    const heartbeats: Array<number> = []
    const counted: typeof store = {
      ...refusing,
      heartbeat: (all) => {
        heartbeats.push(all.length)
        return refusing.heartbeat(all)
      },
    }
    const runtime = makeHandlerRuntime({ store: counted, handlers: [handler], limits })
    await startRuntime(runtime)
    const first = await append(store, 'a', added(1))
    await append(store, 'a', broken, added(2))
    const statusOf = async () => right(await runtime.status()).handlers[0]
    await until(async () => (await statusOf())?.state === 'stopped')
    const before = heartbeats.length
    await until(() => heartbeats.length > before + 4)
    expect((await statusOf())?.reasons).toEqual([expect.stringContaining('is not kept here')])
    expect(seen).toEqual([first])
    // Events of the same batch are handled again after a restart; no event behind them is skipped.
    expect(right(await store.checkpoints([name])()).positions[name]).toBeLessThanOrEqual(first)
    await runtime.stop()
  })

  it('whose dispatch returns a left without an error keeps the command, and sends it again', async () => {
    const store = makeMemoryStore()
    const manager = ProcessManager.make({
      name,
      from: [things],
      start: 'origin',
      key: ({ stream }) => stream,
      state: t.number,
      initialState: 0,
      evolve: (n) => n + 1,
      react: () => [Reaction.send({ type: 'Note', data: null })],
    })
    // Contrary to the types.
    let calls = 0
    const dispatch = (() => {
      calls++
      return TE.left(undefined)
    }) as unknown as NonNullable<RuntimeOptions['dispatch']>
    const runtime = makeHandlerRuntime({ store, handlers: [manager], dispatch, limits })
    await startRuntime(runtime)
    await append(store, 'a', added(1))
    await until(() => calls > 1)
    expect(right(await store.listDocuments({ name, kind: 'command' })()).documents).toHaveLength(1)
    await runtime.stop()
    expect(unhandled).toEqual([])
  })
})
