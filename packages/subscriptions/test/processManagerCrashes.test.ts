import { Aggregate, type Command, EventCodec, type EventOf, type Json } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type HandlerRuntime,
  makeHandlerRuntime,
  ParkedEvent,
  type ProcessInput,
  ProcessManager,
  Reaction,
  type SendCommand,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { parkedKey } from '../src/internal/partition/ParkedDocument.ts'
import { added, append, broken, cuttable, right, startRuntime, type ThingEvent, things, until } from './fixtures.ts'

const limits = { leaseTime: 60, idleCommitInterval: 5, pollInterval: 20, batchSize: 7, pageSize: 11, stopTimeout: 0 }

const Counted = EventCodec.make({ Counted: t.strict({ by: t.string }) })

interface Count {
  readonly type: 'Count'
  readonly data: { readonly id: string; readonly by: string }
}

/** A counter that executes every command as often as it gets it. */
const counter = Aggregate.make({
  category: 'counter',
  commands: ['Count'],
  id: ({ data }: Count) => data.id,
  events: Counted,
  decider: {
    initialState: 0,
    evolve: (n: number, _: EventOf<typeof Counted>) => n + 1,
    decide: ({ data }: Count): E.Either<never, ReadonlyArray<EventOf<typeof Counted>>> =>
      E.right([{ type: 'Counted', data: { by: data.by } }]),
  },
})

type Input = ProcessInput<ThingEvent, Count>

const managerOf = (
  react: (n: number, input: Input) => ReadonlyArray<Reaction<Count>>,
  key: (stream: string) => string = (stream) => stream,
) =>
  ProcessManager.make({
    name: 'manager',
    from: [things],
    start: 'origin',
    partitions: 3,
    state: t.number,
    initialState: 0,
    key: ({ stream }) => key(stream),
    evolve: (n: number, input: Input) => (input._tag === 'EventHappened' ? n + 1 : n),
    react,
  })

const count = (by: string): Reaction<Count> => Reaction.send({ type: 'Count', data: { id: 'all', by } })

const start = async (
  store: MemoryStore,
  manager: ReturnType<typeof managerOf>,
  dispatch: SendCommand,
  others: Partial<typeof limits> = {},
): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers: [manager], dispatch, limits: { ...limits, ...others } })
  await startRuntime(runtime)
  return runtime
}

const dispatchTo = (store: MemoryStore): SendCommand => {
  const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
  // The process sends commands of the counter only.
  return (command: Command, context) => dispatch(command as Count, context)
}

const counted = async (store: MemoryStore): Promise<ReadonlyArray<string>> => {
  const log = right(await store.readLog({ filter: { categories: ['counter'] }, count: 10_000 })())
  return log.events.map(({ data }) => (data as { readonly by: string }).by) // Written by the counter.
}

const nothingLeft = async (store: MemoryStore): Promise<boolean> => {
  const [status] = right(await store.handlerStatuses())
  return status?.commands === 0 && status.timers === 0
}

describe('a process manager', () => {
  it('has every command executed once, in the order of its process, whenever a process crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 10 }),
            fc.constantFrom('unavailable' as const, 'unanswered' as const),
            fc.nat(8),
          ),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        async (deaths) => {
          const store = makeMemoryStore()
          const manager = managerOf((n, input) =>
            input._tag === 'EventHappened'
              ? [
                  Reaction.schedule('idle', new Date(8_640_000_000_000)),
                  count(`${input.event.stream}:${n}a`),
                  count(`${input.event.stream}:${n}b`),
                ]
              : [],
          )
          let [written, position] = [0, 0]
          const stops: Array<Promise<void>> = []
          for (const [events, how, turns] of deaths) {
            const cut = cuttable(store)
            const runtime = await start(cut.store, manager, dispatchTo(cut.store))
            for (let i = 0; i < events; i++) position = await append(store, written++ % 3, added(i))
            for (let i = 0; i < turns; i++) await new Promise(setImmediate)
            cut.cut(how)
            stops.push(runtime.stop())
          }
          const last = await start(store, manager, dispatchTo(store))
          right(await last.waitFor(['manager'], position, 20_000)())
          await until(async () => right(await store.handlerStatuses())[0]?.commands === 0)
          const all = await counted(store)
          for (let stream = 0; stream < Math.min(3, written); stream++) {
            const own = all.filter((by) => by.startsWith(`thing-${stream}:`))
            const n = Math.ceil((written - stream) / 3)
            expect(own).toEqual(
              Array.from({ length: n }, (_, i) => ['a', 'b'].map((x) => `thing-${stream}:${i + 1}${x}`)).flat(),
            )
          }
          await Promise.all([...stops, last.stop()])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('loses no command of a batch in which it reschedules a timer', async () => {
    const store = makeMemoryStore()
    const far = new Date(8_640_000_000_000)
    const manager = managerOf((n, input) => {
      if (input._tag !== 'EventHappened') return []
      return n % 2 === 1 ? [Reaction.schedule('t', far), count(`${n}`)] : [count(`${n}`)]
    })
    const last = await append(store, 1, ...Array.from({ length: 20 }, (_, i) => added(i)))
    const runtime = await start(store, manager, dispatchTo(store), { batchSize: 100, pageSize: 100 })
    right(await runtime.waitFor(['manager'], last)())
    await until(async () => right(await store.handlerStatuses())[0]?.commands === 0)
    expect(await counted(store)).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}`))
    await runtime.stop()
  })

  it('gives a command the same id in any partition, for any length of its key, and no two the same', async () => {
    const far = `${'x'.repeat(500)}\u0001`
    const origin = makeMemoryStore()
    await append(origin, 1, added(1))
    await append(origin, 2, added(1))
    const { events } = right(await origin.readLog()())
    const run = async (partitions: number) => {
      const store = makeMemoryStore()
      for (const { stream, id, type, schemaVersion, data, metadata } of events) {
        right(await store.append({ stream, expected: 'any', events: [{ id, type, schemaVersion, data, metadata }] })())
      }
      const twice = managerOf(
        (_, input) => (input._tag === 'EventHappened' ? [count('a'), count('b')] : []),
        // It does not fit into 512 characters: the id must be a hash of it.
        (stream) => (far + stream).slice(0, 512),
      )
      const seen: Array<string> = []
      const runtime = await start(store, { ...twice, partitions }, (_, { commandId }) => {
        seen.push(commandId)
        return TE.right(undefined)
      })
      await until(() => seen.length >= 4)
      await until(() => nothingLeft(store))
      await runtime.stop()
      return seen.sort()
    }
    const ids = await run(1)
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[\x20-\x7e]{1,512}$/)
    expect(await run(5)).toEqual(ids)
  })

  it('keeps nothing of a process that ends: timers do not fire, rejected commands start no new process', async () => {
    const store = makeMemoryStore()
    const fired: Array<string> = []
    const manager = managerOf((_, input) => {
      if (input._tag === 'TimerFired') fired.push(input.timer)
      if (input._tag !== 'EventHappened') return [count('late')]
      return input.event.event.type === 'Added'
        ? [
            Reaction.schedule('soon', new Date(Date.now() + 60)),
            Reaction.schedule('later', new Date(Date.now() + 90)),
            Reaction.schedule('far', new Date(8_640_000_000_000)),
          ]
        : [count('last'), Reaction.end, Reaction.schedule('never', new Date(0))]
    })
    const sent: Array<Json> = []
    const runtime = await start(store, manager, (command) => {
      sent.push((command as Count).data.by)
      return TE.left({ _tag: 'No' })
    })
    const last = await append(store, 1, added(1), broken)
    right(await runtime.waitFor(['manager'], last)())
    await until(() => nothingLeft(store))
    expect(right(await store.listDocuments({ name: 'manager', kind: 'process' })()).documents).toEqual([])
    // Another process, whose timer is later than those of the first would have been.
    await append(store, 2, added(1))
    await until(() => fired.length >= 2)
    expect(fired).toEqual(['soon', 'later'])
    expect(sent[0]).toBe('last')
    await runtime.stop()
  })

  it('fires each timer once, moved ones only at their new time, also with clocks that differ', async () => {
    for (const apart of [-5_000, 0, 5_000]) {
      const store = makeMemoryStore({ clock: () => Date.now() + apart })
      const fired: Array<string> = []
      const manager = managerOf((n, input) => {
        if (input._tag === 'TimerFired') {
          fired.push(input.timer)
          return [Reaction.end]
        }
        if (input._tag === 'CommandRejected') return []
        const base = input.event.recordedAt.getTime()
        return n === 1
          ? [Reaction.schedule('moved', new Date(base + 1)), Reaction.schedule('cancelled', new Date(base + 2))]
          : [Reaction.schedule('moved', new Date(base + 50)), Reaction.cancel('cancelled')]
      })
      const last = await append(store, 1, added(1), added(2))
      const runtime = await start(store, manager, () => TE.right(undefined))
      right(await runtime.waitFor(['manager'], last)())
      await until(() => nothingLeft(store))
      expect(fired).toEqual(['moved'])
      await runtime.stop()
    }
  })

  it('fires timers when they are due by the clock of the store, without heartbeats or repeated polls', async () => {
    for (const apart of [-3_600_000, 3_600_000]) {
      const store = makeMemoryStore({ clock: () => Date.now() + apart })
      const seen = cuttable(store)
      const fired: Array<number> = []
      const manager = managerOf((_, input) => {
        if (input._tag === 'EventHappened')
          return [Reaction.schedule('soon', new Date(input.event.recordedAt.getTime() + 400))]
        if (input._tag === 'TimerFired') fired.push(seen.calls('heartbeat'))
        return [Reaction.end]
      })
      const runtime = await start(seen.store, manager, () => TE.right(undefined), {
        leaseTime: 120_000,
        pollInterval: 60_000,
      })
      await until(
        async () => right(await store.handlerStatuses())[0]?.partitions.every(({ holder }) => holder !== null) ?? false,
      )
      const heartbeats = seen.calls('heartbeat')
      await append(store, 1, added(1))
      await until(() => fired.length >= 1)
      // The next heartbeat is 40 seconds away, and polling for an hour would be many polls.
      expect(fired).toEqual([heartbeats])
      expect(seen.calls('dueDocuments')).toBeLessThan(12)
      await runtime.stop()
    }
  })

  it('parks a timer on which it fails, and does not lose the timer', async () => {
    const store = makeMemoryStore()
    let works = false
    const manager = managerOf((_, input) => {
      if (input._tag === 'EventHappened') return [Reaction.schedule('soon', input.event.recordedAt)]
      if (!works) throw new Error('not today')
      return [count('done'), Reaction.end]
    })
    await append(store, 1, added(1))
    const before = await start(store, manager, dispatchTo(store))
    await until(async () => right(await before.status()).handlers[0]?.parked === 1)
    expect(right(await before.status()).handlers[0]?.state).not.toBe('stopped')
    await before.stop()
    works = true
    const [parked] = right(await ParkedEvent.list(store, 'manager')())
    expect(parked).toMatchObject({ input: 'timer', type: 'soon', lane: 'thing-1', behind: false })
    expect(parked?.why).toContain('timer "soon" of process "thing-1"')
    expect(parked?.why).toContain('not today')
    right(await ParkedEvent.retry(store, parked as ParkedEvent)())
    const after = await start(store, manager, dispatchTo(store))
    await until(async () => (await counted(store)).length === 1)
    await after.stop()
  })

  it('fires a parked timer that had waited before, and so was looked at later than it was due', async () => {
    const store = makeMemoryStore()
    const fires = managerOf((_, input) => [input._tag === 'TimerFired' ? count('done') : Reaction.end])
    const manager = { ...fires, partitions: 1 }
    const of = { name: 'manager', generation: 1_000_000 }
    right(await store.register({ ...of, partitions: 1, start: 0 })())
    const beat = { ...of, member: 'former', leaseTime: 1_000, capacity: 1, report: null }
    const leases = right(await store.heartbeat([beat])()).flatMap((answer) => answer.leases)
    const parked = { lane: 'thing-1', stream: 'thing-1', version: 0, position: 0, type: 'soon', schemaVersion: 0 }
    const data = { ...parked, why: 'unreadable', behind: false, whole: false, attempts: 1, parkedAt: 8 }
    const changes = [
      { kind: 'process', key: 'thing-1', data: { state: 0, timers: [['soon', 7]] } },
      {
        kind: 'parked',
        key: parkedKey('thing-1', 0, 0),
        data: { ...data, input: { _tag: 'timer', timer: 'soon', dueAt: 10_007 } },
      },
    ] as const
    right(await store.commit(leases.map((lease) => ({ ...lease, changes })))())
    right(await store.release(leases)())
    const [found] = right(await ParkedEvent.list(store, 'manager')())
    right(await ParkedEvent.retry(store, found as ParkedEvent)())
    const runtime = await start(store, manager, dispatchTo(store))
    await until(async () => right(await runtime.status()).handlers[0]?.parked === 0)
    await until(() => nothingLeft(store))
    expect(await counted(store)).toEqual(['done'])
    await runtime.stop()
  })

  it('reads once, for all timers of one turn, whether an event of unknown lanes is parked', async () => {
    const store = makeMemoryStore()
    let reads = 0
    const counting: MemoryStore = {
      ...store,
      listDocuments: (query) => {
        if (query.where !== undefined) reads++
        return store.listDocuments(query)
      },
    }
    const fired: Array<number> = []
    const manager = {
      ...managerOf((_, input) => {
        if (input._tag === 'TimerFired') fired.push(1)
        if (input._tag === 'EventHappened' && input.event.event.type === 'Broken') throw new Error('no')
        return input._tag === 'EventHappened' ? [Reaction.schedule('soon', new Date(7))] : []
      }),
      partitions: 1,
      key: ({ stream }: { readonly stream: string }) => `process ${stream}`,
    }
    await append(store, 'broken', broken)
    for (let n = 0; n < 40; n++) await append(store, n, added(1))
    const runtime = await start(counting, manager, dispatchTo(store))
    await until(() => fired.length === 40)
    expect(reads).toBeLessThan(20)
    await runtime.stop()
  })

  it('parks an event with an invalid reaction as a whole', async () => {
    const store = makeMemoryStore()
    const manager = managerOf((_, input) =>
      input._tag === 'EventHappened' && input.event.event.type === 'Broken'
        ? [count('never'), Reaction.schedule('x', new Date(Number.NaN))]
        : [count('once')],
    )
    const last = await append(store, 1, added(1), broken)
    const runtime = await start(store, manager, dispatchTo(store))
    right(await runtime.waitFor(['manager'], last)())
    await until(() => nothingLeft(store))
    expect(await counted(store)).toEqual(['once'])
    expect(right(await ParkedEvent.list(store, 'manager')())).toHaveLength(1)
    await runtime.stop()
  })
})
