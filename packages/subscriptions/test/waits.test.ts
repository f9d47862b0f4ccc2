import { describeError, type FoldlogError } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  HandlerStop,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { add, counter } from '../../dispatcher/test/counter.ts'
import { added, append, broken, cuttable, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 2_000, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 50 }

const make = (store: MemoryStore, handlers: RuntimeOptions['handlers'] = []): HandlerRuntime =>
  makeHandlerRuntime({ store, handlers, limits })

const run = async (store: MemoryStore, handlers: RuntimeOptions['handlers']): Promise<HandlerRuntime> => {
  const runtime = make(store, handlers)
  await startRuntime(runtime)
  return runtime
}

const once = (verdict: 'park' | 'skip' | 'stop') => FailurePolicy.make(verdict, limitRetries(0))

const failing = (verdict: 'park' | 'skip' | 'stop', partitions = 1, fails = () => true) =>
  EventHandler.make({
    name: 'mails',
    from: [things],
    start: 'origin',
    partitions,
    onFailure: once(verdict),
    handle: ({ event }) => (event.type === 'Broken' && fails() ? TE.left('no') : TE.right(undefined)),
  })

/** Counts events in a lane for all, and in one for each number; fails for 13. */
const counts = Projection.make({
  name: 'counts',
  from: [things],
  onFailure: once('park'),
  view: t.number,
  key: ({ event }) => (event.type === 'Added' ? `n${event.data.n}` : 'broken'),
  project: (n, _, key) => {
    if (key === 'n13') throw new Error('unlucky')
    return (n ?? 0) + 1
  },
})

/** Longer than any wait that ends early takes on a loaded machine, and shorter than the time limit of a test. */
const long = 40_000

const textOf = (error: unknown): string => describeError(error as FoldlogError)

/** The place of the last event, and the events that are awaited. */
const placeOf = async (store: MemoryStore, position: number, events: ReadonlyArray<number> = [position]) => ({
  position,
  history: right(await store.history()),
  events,
})

describe('a wait for handlers', () => {
  it('names the awaited event that is parked, in every process, also one that runs no handler', async () => {
    const store = makeMemoryStore()
    const [one, two, none] = [
      await run(store, [failing('park', 4)]),
      await run(store, [failing('park', 4)]),
      make(store),
    ]
    await append(store, 1, added(1))
    const position = await append(store, 1, broken)
    for (const runtime of [one, two, none]) {
      const waited = await runtime.waitFor(['mails'], await placeOf(store, position), long)()
      expect(waited).toEqual(
        E.left({
          _tag: 'EventsParked',
          events: [
            {
              handler: 'mails',
              stream: 'thing-1',
              version: 2,
              position,
              type: 'Broken',
              why: 'the handler returned "no"',
              behind: false,
            },
          ],
        }),
      )
      if (E.isLeft(waited)) {
        expect(textOf(waited.left)).toBe(
          'mails has parked Broken, thing-1 version 2 (position 2): the handler returned "no": correct the cause, then ParkedEvent.retry, or discard',
        )
      }
    }
    // It waits behind the other one.
    const behind = await append(store, 1, added(2))
    expect(await none.waitFor(['mails'], await placeOf(store, behind), long)()).toMatchObject({
      left: { _tag: 'EventsParked', events: [{ position: behind, behind: true }] },
    })
    await Promise.all([one.stop(), two.stop(), none.stop()])
  })

  it('does not take a parked timer for the event that is handled at its position', async () => {
    const store = makeMemoryStore()
    const manager = ProcessManager.make({
      name: 'manager',
      from: [things],
      start: 'origin',
      state: t.null,
      initialState: null,
      key: ({ stream }) => stream,
      evolve: () => null,
      react: (_, input) => {
        if (input._tag === 'TimerFired') throw new Error('no')
        return [Reaction.schedule('soon', new Date(7))]
      },
    })
    const runtime = makeHandlerRuntime({ store, handlers: [manager], limits, dispatch: () => TE.right(undefined) })
    await startRuntime(runtime)
    const positions = [await append(store, 1, added(1)), await append(store, 2, added(1))]
    const parked = async () => right(await store.listDocuments({ name: 'manager', kind: 'parked' })()).documents
    await until(async () => (await parked()).length === 2)
    for (const position of positions) {
      expect(await runtime.waitFor(['manager'], await placeOf(store, position), long)()).toEqual(E.right(undefined))
    }
    await runtime.stop()
  })

  it('does not mind events that nobody awaits, nor those that were retried, discarded or skipped', async () => {
    const store = makeMemoryStore()
    let fails = true
    const runtime = await run(store, [failing('park', 1, () => fails), { ...failing('skip'), name: 'skips' }])
    const [first, second] = [await append(store, 1, broken), await append(store, 2, broken)]
    right(await runtime.waitFor(['skips'], await placeOf(store, second), long)())
    right(await runtime.waitFor(['mails', 'skips'], await placeOf(store, await append(store, 3, added(1))), long)())
    const parkedAt = async (position: number) => {
      const found = right(await ParkedEvent.list(store, 'mails')()).find((one) => one.position === position)
      if (found === undefined) throw new Error(`nothing is parked at ${position}`)
      return found
    }
    right(await runtime.waitFor(['mails'], second, long)())
    expect(await runtime.waitFor(['mails'], await placeOf(store, second), long)()).toMatchObject({
      left: { _tag: 'EventsParked' },
    })
    right(await ParkedEvent.discard(store, await parkedAt(second))())
    fails = false
    right(await ParkedEvent.retry(store, await parkedAt(first))())
    await until(async () => right(await ParkedEvent.list(store, 'mails')()).length === 0)
    for (const position of [first, second])
      right(await runtime.waitFor(['mails'], await placeOf(store, position), long)())
    await runtime.stop()
  })

  it('awaits all events of a command, in whatever lanes they are', async () => {
    const store = makeMemoryStore()
    const runtime = await run(store, [counts])
    const last = await append(store, 1, added(13), added(1))
    right(await runtime.waitFor(['counts'], await placeOf(store, last), long)())
    expect(await runtime.waitFor(['counts'], await placeOf(store, last, [last - 1, last]), long)()).toMatchObject({
      left: {
        _tag: 'EventsParked',
        events: [{ handler: 'counts', position: last - 1, why: expect.stringContaining('unlucky') }],
      },
    })
    await runtime.stop()
  })

  it('asks for parked events only when the handler has some', async () => {
    const { store, calls } = cuttable(makeMemoryStore())
    const runtime = await run(store, [failing('park')])
    right(await runtime.waitFor(['mails'], await placeOf(store, await append(store, 1, added(1))), long)())
    expect(calls('findParked')).toBe(0)
    await runtime.waitFor(['mails'], await placeOf(store, await append(store, 1, broken)), long)()
    expect(calls('findParked')).toBe(1)
    await runtime.stop()
  })

  it('ends at once for a name that nobody has registered, with the names that are known', async () => {
    const store = makeMemoryStore()
    const runtime = await run(store, [failing('park'), counts])
    const position = await append(store, 1, added(1))
    for (const own of [runtime, make(store)]) {
      const waited = await own.waitFor(['mails', 'cuonts'], position, long)()
      expect(waited).toEqual(E.left({ _tag: 'UnknownHandler', name: 'cuonts', known: ['counts', 'mails'] }))
      if (E.isLeft(waited)) expect(textOf(waited.left)).toBe('there is no handler "cuonts"; known are counts, mails')
    }
    await runtime.stop()
  })

  it('ends soon when no process works on a handler: not started, or all of them stopped', async () => {
    const store = makeMemoryStore()
    const position = await append(store, 1, added(1))
    const runtime = make(store, [failing('park')])
    const idle = E.left({ _tag: 'HandlersNotRunning', position, handlers: [{ name: 'mails', stops: [] }] })
    expect(await runtime.waitFor(['mails'], position, long)()).toEqual(idle)
    await startRuntime(runtime)
    right(await runtime.waitFor(['mails'], position, long)())
    await runtime.stop()
    const later = await append(store, 1, added(1))
    const waited = await make(store).waitFor(['mails'], later, long)()
    expect(waited).toMatchObject({ left: { _tag: 'HandlersNotRunning', handlers: [{ name: 'mails', stops: [] }] } })
    if (E.isLeft(waited)) expect(textOf(waited.left)).toMatch(/^no process works on mails: start a runtime with it/)
  })

  it('waits for a handler that is being started, here or in another process', async () => {
    const store = makeMemoryStore()
    const first = await run(store, [failing('park')])
    await first.stop()
    const position = await append(store, 1, added(1))
    const [here, there] = [make(store, [failing('park')]), make(store, [failing('park')])]
    const waits = [here, make(store)].map((runtime) => runtime.waitFor(['mails'], position, long)())
    await startRuntime(there)
    for (const wait of waits) right(await wait)
    const own = make(makeMemoryStore(), [failing('park')])
    const [started, waited] = await Promise.all([own.start(), own.waitFor(['mails'], 0, long)()])
    expect([started, waited]).toEqual([E.right(undefined), E.right(undefined)])
    await Promise.all([here.stop(), there.stop(), own.stop()])
  })

  it('ends with the reason when a handler is stopped, and goes on when it is resumed', async () => {
    const store = makeMemoryStore()
    let fails = true
    const runtime = await run(store, [failing('stop', 1, () => fails)])
    const position = await append(store, 1, broken)
    for (const own of [runtime, make(store)]) {
      expect(await own.waitFor(['mails'], position, long)()).toEqual(
        E.left({
          _tag: 'HandlersNotRunning',
          position,
          handlers: [{ name: 'mails', stops: [`the handler returned "no", at position ${position}`] }],
        }),
      )
    }
    fails = false
    right(await HandlerStop.resume(store, 'mails')())
    right(await runtime.waitFor(['mails'], position, long)())
    await runtime.stop()
  })

  it('gives a dispatch the reason why its events cannot be read, and says that they are stored', async () => {
    const store = makeMemoryStore()
    const runtime = await run(store, [failing('park')])
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], waitFor: runtime.waitFor })
    expect(await dispatch(add('a', 1), { awaitHandlers: ['mials'] })()).toMatchObject({
      left: {
        _tag: 'HandlersNotReached',
        dispatched: { version: 1 },
        why: { _tag: 'UnknownHandler', name: 'mials', known: ['mails'] },
      },
    })
    await runtime.stop()
    const later = makeDispatcher({ store, aggregates: [counter], waitFor: make(store).waitFor })
    const waited = await later.dispatch(add('a', 1), { awaitHandlers: ['mails'] })()
    expect(waited).toMatchObject({ left: { _tag: 'HandlersNotReached', why: { _tag: 'HandlersNotRunning' } } })
    if (E.isLeft(waited)) {
      expect(textOf(waited.left)).toMatch(
        /^the events of the command are stored, but the wait for mails failed: no process works on mails/,
      )
    }
  })
})
