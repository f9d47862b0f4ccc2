import { EventCodec } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  makeHandlerRuntime,
  ParkedEvent,
  Projection,
  type RuntimeOptions,
  RuntimeStatus,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, cuttable, listening, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50, stopTimeout: 50 }

const run = async (
  store: MemoryStore,
  handlers: RuntimeOptions['handlers'],
  options?: Partial<RuntimeOptions>,
): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers, limits, ...options })
  await startRuntime(runtime)
  return runtime
}

const once = FailurePolicy.make('park', limitRetries(0))

const views = async (store: MemoryStore, name: string) =>
  Object.fromEntries(
    right(await store.listDocuments({ name, kind: 'view' })()).documents.map(({ key, data }) => [key, data]),
  )

describe('an event that cannot be handled', () => {
  it('has a reason: an error, a throw before or after there is a promise, no result, or a timeout', async () => {
    const store = makeMemoryStore()
    const answers: ReadonlyArray<() => unknown> = [
      () => () => Promise.resolve(E.left('no')),
      () => {
        throw new Error('at once')
      },
      () => () => Promise.reject(new Error('later')),
      () => () => Promise.resolve(undefined),
      () => () => 'nothing',
      () => undefined,
      () => () => new Promise(() => {}),
    ]
    const aborted: Array<number> = []
    const handler = EventHandler.make({
      name: 'answers',
      from: [things],
      start: 'origin',
      timeout: 40,
      onFailure: once,
      handle: ({ event }, { signal }) => {
        const n = event.type === 'Added' ? event.data.n : -1
        signal.addEventListener('abort', () => aborted.push(n))
        const answer = answers[n] ?? (() => TE.right(undefined))
        return answer() as TE.TaskEither<string, undefined> // It is not: this is what code without types would return.
      },
    })
    for (let i = 0; i <= answers.length; i++) await append(store, i, added(i))
    const runtime = await run(store, [handler])
    right(await runtime.waitFor(['answers'], answers.length + 1)())
    const parked = [...right(await ParkedEvent.list(store, 'answers')())]
    expect(parked.sort((a, b) => a.position - b.position).map(({ why }) => why)).toEqual([
      'the handler returned "no"',
      'the handler threw: at once',
      'the handler threw: later',
      'the handler threw: the task of handle must return an Either, not undefined',
      'the handler threw: the task of handle must return an Either, not "nothing"',
      'the handler threw: handle must return a TaskEither, not undefined',
      'the handler did not end within 40 ms',
    ])
    expect(aborted).toEqual([6])
    await runtime.stop()
  })

  it('is retried by the policy, and the handler knows the number of the attempt', async () => {
    const store = makeMemoryStore()
    const tries: Array<number> = []
    const handler = EventHandler.make({
      name: 'tries',
      from: [things],
      start: 'origin',
      onFailure: FailurePolicy.make('skip', limitRetries(3)),
      handle: (_, { attempt }) => {
        tries.push(attempt)
        return TE.left('no')
      },
    })
    const last = await append(store, 1, added(1))
    const runtime = await run(store, [handler])
    right(await runtime.waitFor(['tries'], last)())
    expect(tries).toEqual([1, 2, 3, 4])
    expect(right(await ParkedEvent.list(store, 'tries')())).toEqual([])
    await runtime.stop()
  })

  it('is parked with its stream when it cannot be decoded, and handled after a retry with a better codec', async () => {
    const store = makeMemoryStore()
    const old = { category: 'thing', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) } as const
    const project = (list: ReadonlyArray<string> | undefined, version: number, stream: string) => [
      ...(list ?? []),
      `${stream}@${version}`,
    ]
    // One view for all streams: the lane of an event is not its stream.
    const lists = (source: typeof old | typeof things) =>
      Projection.make({
        name: 'lists',
        from: [source],
        onFailure: once,
        view: t.readonlyArray(t.string),
        key: () => 'all',
        project: (list, { version, stream }) => project(list, version, stream),
      })
    const before = await run(store, [lists(old)])
    await append(store, 'a', added(1), broken, added(2))
    const last = await append(store, 'b', added(1))
    right(await before.waitFor(['lists'], last)())
    expect(await views(store, 'lists')).toEqual({ all: ['thing-a@1', 'thing-b@1'] })
    const parked = right(await ParkedEvent.list(store, 'lists')())
    expect(parked.map(({ lane, version, behind }) => [lane, version, behind])).toEqual([
      ['thing-a', 2, false],
      ['thing-a', 3, true],
    ])
    await before.stop()
    const after = await run(store, [lists(things)])
    const [head] = parked
    if (head === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, head)())
    await until(async () => right(await ParkedEvent.list(store, 'lists')()).length === 0)
    expect(await views(store, 'lists')).toEqual({ all: ['thing-a@1', 'thing-b@1', 'thing-a@2', 'thing-a@3'] })
    await after.stop()
  })

  it('that cannot be decoded keeps the order of its stream in all partitions, whatever its lanes are', async () => {
    const store = makeMemoryStore()
    const old = { category: 'thing', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) } as const
    const partitions = 4
    const keys = 12
    const keysOf = ({ event }: { readonly event: { readonly type: string; readonly data: object } }) =>
      event.type === 'Broken' ? Array.from({ length: keys }, (_, i) => `k${i}`) : [`k${Reflect.get(event.data, 'n')}`]
    // Each key gets its own events; a broken one is for all keys.
    const lists = (source: typeof old | typeof things) =>
      Projection.make({
        name: 'lists',
        from: [source],
        partitions,
        onFailure: once,
        view: t.readonlyArray(t.string),
        key: keysOf,
        project: (list: ReadonlyArray<string> | undefined, { stream, version }) => [
          ...(list ?? []),
          `${stream}@${version}`,
        ],
      })
    const before = await run(store, [lists(old)])
    const all = Array.from({ length: keys }, (_, i) => added(i))
    await append(store, 'a', ...all, broken, ...all)
    const last = await append(store, 'b', ...all)
    right(await before.waitFor(['lists'], last)())
    // Later events of its stream wait everywhere; other streams continue.
    for (let i = 0; i < keys; i++) {
      expect((await views(store, 'lists'))[`k${i}`]).toEqual([`thing-a@${i + 1}`, `thing-b@${i + 1}`])
    }
    const parked = right(await ParkedEvent.list(store, 'lists')())
    const heads = parked.filter(({ behind }) => !behind)
    expect(heads.map(({ partition, position }) => [partition, position]).sort()).toEqual(
      Array.from({ length: partitions }, (_, partition) => [partition, keys + 1]),
    )
    expect(parked).toHaveLength(partitions + keys)
    await before.stop()
    const after = await run(store, [lists(things)])
    for (const head of heads) right(await ParkedEvent.retry(store, head)())
    await until(async () => right(await ParkedEvent.list(store, 'lists')()).length === 0)
    for (let i = 0; i < keys; i++) {
      expect((await views(store, 'lists'))[`k${i}`]).toEqual(
        [`a@${i + 1}`, `b@${i + 1}`, `a@${keys + 1}`, `a@${keys + 2 + i}`].map((one) => `thing-${one}`),
      )
    }
    await after.stop()
  })

  it('in one of its lanes is retried in that lane only, also when the lane has the name of its stream', async () => {
    const store = makeMemoryStore()
    let works = false
    const counts = Projection.make({
      name: 'counts',
      from: [things],
      onFailure: once,
      view: t.number,
      key: ({ stream }) => [stream, 'all'],
      project: (n, { event }, key) => {
        if (event.type === 'Broken' && key !== 'all' && !works) throw new Error('no')
        return (n ?? 0) + 1
      },
    })
    const runtime = await run(store, [counts])
    right(await runtime.waitFor(['counts'], await append(store, 'a', broken))())
    expect(await views(store, 'counts')).toEqual({ all: 1 })
    works = true
    const [head] = right(await ParkedEvent.list(store, 'counts')())
    if (head === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, head)())
    await until(async () => right(await ParkedEvent.list(store, 'counts')()).length === 0)
    expect(await views(store, 'counts')).toEqual({ all: 1, 'thing-a': 1 })
    await runtime.stop()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no key')
      },
    ],
    ['is too long', () => 'x'.repeat(513)],
    ['is empty', () => ''],
    ['has a NUL', () => 'a\0b'],
    ['has a lone surrogate', () => '\uD800'],
    ['is no string', () => 7 as unknown as string], // As without types.
  ])('is parked when its key %s; it makes no view, and other events are handled', async (_, bad: () => string) => {
    const store = makeMemoryStore()
    const counts = Projection.make({
      name: 'counts',
      from: [things],
      onFailure: once,
      view: t.number,
      key: ({ event, stream }) => (event.type === 'Broken' ? bad() : stream),
      project: (n) => (n ?? 0) + 1,
    })
    const runtime = await run(store, [counts])
    await append(store, 'a', broken)
    const last = await append(store, 'b', added(1))
    right(await runtime.waitFor(['counts'], last)())
    expect(await views(store, 'counts')).toEqual({ 'thing-b': 1 })
    expect(right(await ParkedEvent.list(store, 'counts')()).map(({ lane }) => lane)).toEqual(['thing-a'])
    await runtime.stop()
  })

  it('is parked when its result cannot be stored, and events that were folded with it are kept', async () => {
    const store = makeMemoryStore()
    const sums = Projection.make({
      name: 'sums',
      from: [things],
      onFailure: once,
      view: t.unknown,
      key: ({ stream }) => stream,
      project: (sum, { event }) => (event.type === 'Added' ? Number(sum ?? 0) + event.data.n : Number.NaN),
    })
    await append(store, 'a', added(1), added(2), broken, added(4))
    const last = await append(store, 'b', added(1))
    const runtime = await run(store, [sums])
    right(await runtime.waitFor(['sums'], last)())
    expect(await views(store, 'sums')).toEqual({ 'thing-a': 3, 'thing-b': 1 })
    expect(right(await ParkedEvent.list(store, 'sums')()).map(({ version }) => version)).toEqual([3, 4])
    await runtime.stop()
  })

  it('blocks its lane, also for later events of other streams', async () => {
    const store = makeMemoryStore()
    let works = false
    const list = Projection.make({
      name: 'list',
      from: [things],
      onFailure: once,
      view: t.readonlyArray(t.number),
      key: () => 'all',
      project: (positions, { event, position }) => {
        if (event.type === 'Broken' && !works) throw new Error('no')
        return [...(positions ?? []), position]
      },
    })
    const runtime = await run(store, [list])
    for (const [stream, event] of [
      ['a', added(1)],
      ['b', broken],
      ['c', added(1)],
    ] as const) {
      right(await runtime.waitFor(['list'], await append(store, stream, event))())
    }
    expect(await views(store, 'list')).toEqual({ all: [1] })
    works = true
    const [head] = right(await ParkedEvent.list(store, 'list')())
    if (head === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, head)())
    await until(async () => right(await ParkedEvent.list(store, 'list')()).length === 0)
    expect(await views(store, 'list')).toEqual({ all: [1, 2, 3] })
    await runtime.stop()
  })

  it('stops the handler by the policy, with earlier events handled, later ones not, and a reason', async () => {
    const store = makeMemoryStore()
    const seen = new Set<number>()
    const handler = EventHandler.make({
      name: 'strict',
      from: [things],
      start: 'origin',
      concurrency: 4,
      onFailure: FailurePolicy.make('stop', limitRetries(0)),
      handle: ({ event, position }) => {
        if (event.type === 'Broken') return TE.left('no')
        seen.add(position)
        return TE.right(undefined)
      },
    })
    for (let i = 0; i < 10; i++) await append(store, i, added(i))
    await append(store, 'x', broken)
    const runtime = await run(store, [handler])
    await until(async () => right(await runtime.status()).handlers[0]?.state === 'stopped')
    const [status] = right(await RuntimeStatus.read(store)()).handlers
    expect(status?.reasons).toEqual(['at position 11: the handler returned "no"'])
    expect(status?.position).toBe(10)
    expect(status?.lag).toBe(1)
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await runtime.stop()
  })

  it('is retried by the next owner when the partition ends during a requested retry', async () => {
    const store = makeMemoryStore()
    const [seen, waits]: [Array<number>, { long: boolean }] = [[], { long: false }]
    let tries = 0
    let works = false
    const handler = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      onFailure: FailurePolicy.make('park', () => (waits.long ? O.some(3_600_000) : O.none)),
      handle: ({ version }) => {
        tries++
        if (!works) return TE.left('no')
        seen.push(version)
        return TE.right(undefined)
      },
    })
    const last = await append(store, 'a', added(1))
    const first = await run(store, [handler])
    right(await first.waitFor(['seer'], last)())
    const [parked] = right(await ParkedEvent.list(store, 'seer')())
    if (parked === undefined) throw new Error('nothing is parked')
    waits.long = true
    right(await ParkedEvent.retry(store, parked)())
    await until(() => tries === 2)
    await first.stop()
    works = true
    const second = await run(store, [handler])
    await until(() => seen.length === 1)
    await until(async () => right(await ParkedEvent.list(store, 'seer')()).length === 0)
    await second.stop()
  })

  it('unblocks those behind it when it is discarded; a retry of one in the middle retries the head once', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    let tries = 0
    const handler = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      onFailure: once,
      handle: ({ event, version }) => {
        if (event.type === 'Broken') {
          tries++
          return TE.left('no')
        }
        seen.push(version)
        return TE.right(undefined)
      },
    })
    const last = await append(store, 'a', added(1), broken, added(3), added(4))
    const runtime = await run(store, [handler])
    right(await runtime.waitFor(['seer'], last)())
    const [head, , third] = right(await ParkedEvent.list(store, 'seer')())
    if (head === undefined || third === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, third)())
    await until(() => tries === 2)
    await until(async () =>
      right(await ParkedEvent.list(store, 'seer')()).every(({ requestedAction }) => requestedAction === null),
    )
    right(await ParkedEvent.discard(store, head)())
    await until(() => seen.length >= 3)
    expect(seen).toEqual([1, 3, 4])
    expect(tries).toBe(2)
    await runtime.stop()
  })
})

describe('a runtime', () => {
  it.each<[string, Partial<RuntimeOptions>]>([
    [
      'no room for a handler',
      {
        handlers: [
          EventHandler.make({ name: 'a', from: [things], start: 'origin', concurrency: 0, handle: () => TE.right(0) }),
        ],
      },
    ],
    [
      'no source',
      { handlers: [EventHandler.make({ name: 'a', from: [], start: 'origin', handle: () => TE.right(0) })] },
    ],
    [
      'the same name twice',
      {
        handlers: [1, 2].map(() =>
          EventHandler.make({ name: 'a', from: [things], start: 'origin', handle: () => TE.right(0) }),
        ),
      },
    ],
    [
      'a bad name',
      { handlers: [EventHandler.make({ name: '', from: [things], start: 'origin', handle: () => TE.right(0) })] },
    ],
    ['empty batches', { handlers: [], limits: { batchSize: 0 } }],
  ])('does not start with %s', async (_, options) => {
    const { store, listeners } = listening(makeMemoryStore())
    const runtime = makeHandlerRuntime({ store, handlers: [], ...options })
    expect(await runtime.start()).toMatchObject({ _tag: 'Left', left: { _tag: 'InvalidInput' } })
    expect(listeners()).toBe(0)
    await runtime.stop()
  })

  it('stops at any moment, whatever its handlers and its store do', async () => {
    const { store, listeners } = listening(makeMemoryStore())
    const cut = cuttable(store)
    for (let i = 0; i < 100; i++) await append(store, i % 7, added(i))
    const stuck = EventHandler.make({
      name: 'stuck',
      from: [things],
      start: 'origin',
      handle: ({ version }) => (version % 3 === 0 ? () => new Promise<never>(() => {}) : TE.right(undefined)),
    })
    const failing = EventHandler.make({ name: 'failing', from: [things], start: 'origin', handle: () => TE.left('no') })
    for (let turns = 0; turns < 6; turns++) {
      const runtime = makeHandlerRuntime({ store: cut.store, handlers: [stuck, failing], limits })
      const starting = runtime.start()
      for (let i = 0; i < turns; i++) await new Promise(setImmediate)
      if (turns % 3 === 1) cut.cut('unavailable')
      await runtime.stop()
      await starting
      cut.mend()
      expect(listeners()).toBe(0)
      expect(await runtime.start()).toMatchObject({ _tag: 'Left' })
    }
  })

  it('gives its handlers time to end, begins nothing else, and keeps what is handled', async () => {
    const store = makeMemoryStore()
    let finish = (): void => {}
    const begun: Array<number> = []
    const handler = EventHandler.make({
      name: 'slow',
      from: [things],
      start: 'origin',
      concurrency: 1,
      handle:
        ({ position }) =>
        async () => {
          begun.push(position)
          if (position === 3)
            await new Promise<void>((resolve) => {
              finish = resolve
            })
          return E.right(undefined)
        },
    })
    for (let i = 0; i < 10; i++) await append(store, 'a', added(i))
    const runtime = await run(store, [handler], { limits: { ...limits, stopTimeout: 60_000 } })
    await until(() => begun.length >= 3)
    const stopping = runtime.stop()
    await new Promise(setImmediate)
    finish()
    await stopping
    expect(begun).toEqual([1, 2, 3])
    expect(right(await store.checkpoints(['slow'])()).positions).toEqual({ slow: 3 })
    expect(right(await store.handlerStatuses())[0]?.members).toEqual([])
  })

  it('reports which handler retries, and how far behind it is', async () => {
    const store = makeMemoryStore()
    let works = false
    const handler = EventHandler.make({
      name: 'seer',
      from: [things],
      start: 'origin',
      onFailure: FailurePolicy.make('park', Monoid.concat(limitRetries(10_000), constantDelay(20))),
      handle: () => (works ? TE.right(undefined) : TE.left('no')),
    })
    await append(store, 1, added(1))
    await append(store, 2, added(1))
    const runtime = await run(store, [handler])
    await until(async () => right(await runtime.status()).handlers[0]?.state === 'retrying')
    expect(right(await runtime.status()).handlers[0]).toMatchObject({ position: 0, lag: 2 })
    works = true
    right(await runtime.waitFor(['seer'], 2)())
    await until(async () => {
      const [one] = right(await runtime.status()).handlers
      return one?.state === 'running' && one.lag === 0 && one.lagSeconds === 0
    })
    await runtime.stop()
  })
})
