import { EventCodec, type EventOf, type NewEvent, type StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { fail } from '../../internal/expectations.ts'
import { freshId, makeUntil, right, streamNamed, type Until } from '../fixtures.ts'
import type { Rewinding } from '../StoreUnderTest.ts'
import type { HandlerRuntimeStore, RuntimeUnderLaw, RuntimeUnderLawOptions } from './RuntimeUnderLaw.ts'
import { makeSimulatedProcess, type SimulatedProcess } from './SimulatedProcess.ts'
import type { SubscriptionsModule } from './SubscriptionsModule.ts'

/** A domain so small that the effect of handlers on it is visible. */
export const ThingEvent = EventCodec.make({ Added: t.strict({ n: t.number }), Broken: t.strict({}) })
export type ThingEvent = EventOf<typeof ThingEvent>

export const added = (n = 0): ThingEvent => ({ type: 'Added', data: { n } })
export const broken: ThingEvent = { type: 'Broken', data: {} }

/** Where an event is stored. */
export interface EventLocation {
  readonly stream: StreamName
  readonly version: number
  readonly position: number
}

/**
 * How the laws run. `leaseTime` is how long a law waits for a dead process, `patience` how long it waits for anything
 * else, both in milliseconds.
 */
export interface RuntimeLawSettings {
  readonly subscriptions: SubscriptionsModule
  readonly leaseTime: number
  readonly patience: number
}

type RunOptions = Partial<Omit<RuntimeUnderLawOptions, 'handlers'>>

/** The context of a runtime law: a store, a category of its own, and the runtimes that it starts. */
export interface RuntimeLawContext extends RuntimeLawSettings {
  readonly store: HandlerRuntimeStore
  /** Another connection to the same log; the same store when there is none. */
  readonly other: HandlerRuntimeStore
  readonly category: string
  readonly source: { readonly category: string; readonly events: typeof ThingEvent }
  /** The name of a stream of the category. */
  readonly streamOf: (id: string | number) => StreamName
  /** Appends to a stream, and returns the position of the last event. */
  readonly append: (id: string | number, ...events: ReadonlyArray<ThingEvent>) => Promise<number>
  /**
   * Appends three events to each of five streams in each of `rounds` rounds, and returns the position of the last
   * event.
   */
  readonly appendRounds: (rounds: number) => Promise<number>
  /** The appended events, in the order of the log. */
  readonly appended: () => ReadonlyArray<EventLocation>
  /**
   * Copies all stored data. The returned function restores that copy, and returns the lost events: `appended` no longer
   * has them.
   */
  readonly backup: () => Promise<() => Promise<ReadonlyArray<EventLocation>>>
  /** Makes the log continue in a new history, without a loss. */
  readonly restart: () => Promise<void>
  /** Starts a runtime. It stops when the law ends, at the latest. */
  readonly startRuntime: (
    handlers: RuntimeUnderLawOptions['handlers'],
    options?: RunOptions,
  ) => Promise<RuntimeUnderLaw>
  /**
   * Creates another process, which may be killed or paused. A runtime with its store runs in that process. Its waiting
   * requests go on when the law has ended.
   */
  readonly process: () => SimulatedProcess
  /** Waits until a condition holds, which `what` describes. */
  readonly until: Until
  /** Waits until these handlers have handled everything up to a position, according to the runtime. */
  readonly waitUntilHandled: (runtime: RuntimeUnderLaw, names: ReadonlyArray<string>, position: number) => Promise<void>
  /** Stops all runtimes that were started. */
  readonly stopAll: () => Promise<void>
}

const newEvent = (event: ThingEvent): NewEvent => {
  const encoded = ThingEvent.encode(event)
  return E.isRight(encoded)
    ? { ...encoded.right, id: freshId(), metadata: {} }
    : fail('an event of the laws has no form')
}

const isRetryable = (error: { readonly _tag: string; readonly retryable?: boolean }): boolean =>
  error._tag === 'StoreUnavailable' && error.retryable === true

/**
 * Starts a runtime. A store that does not answer within a part of the lease counts as unavailable, which happens on a
 * loaded machine: the start is tried again, as it allows.
 */
const start = async (runtime: RuntimeUnderLaw, patience: number): Promise<void> => {
  const begun = performance.now()
  let started = await runtime.start()
  while (E.isLeft(started) && isRetryable(started.left) && performance.now() - begun < patience)
    started = await runtime.start()
  const outcome = started
  await right(async () => outcome, 'the start of a runtime')
}

/** Waits for a promise for at most `patience` milliseconds. */
const withTimeout = async <A>(what: string, patience: number, promise: Promise<A>): Promise<A> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in ${patience} ms this did not end: ${what}`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const streams = [0, 1, 2, 3, 4]

export const makeRuntimeLawContext = (
  settings: RuntimeLawSettings,
  store: HandlerRuntimeStore,
  { other = store, rewinding }: { readonly other?: HandlerRuntimeStore; readonly rewinding: Rewinding },
): RuntimeLawContext => {
  const { subscriptions, leaseTime, patience } = settings
  const category = `thing${freshId()}`
  const locations: Array<EventLocation> = []
  const runtimes: Array<RuntimeUnderLaw> = []
  const processes: Array<SimulatedProcess> = []

  const streamOf = (id: string | number) => streamNamed(`${category}-${id}`)

  const append: RuntimeLawContext['append'] = async (id, ...events) => {
    const stream = streamOf(id)
    const { firstVersion, positions } = await right(
      store.append({ stream, expected: 'any', events: events.map(newEvent) }),
      'an append',
    )
    locations.push(...positions.map((position, i) => ({ stream, version: firstVersion + i, position })))
    return positions.at(-1) ?? fail('an append gave no position')
  }

  return {
    ...settings,
    store,
    other,
    category,
    source: { category, events: ThingEvent },
    streamOf,
    append,
    appendRounds: async (rounds) => {
      let last = 0
      for (let i = 0; i < rounds; i++) {
        const written = await Promise.all(streams.map((id) => append(id, added(i), added(i), added(i))))
        last = Math.max(last, ...written)
      }
      return last
    },
    backup: async () => {
      const kept = locations.length
      const restore = await rewinding.backup()
      return async () => {
        await restore()
        return locations.splice(kept).sort((one, another) => one.position - another.position)
      }
    },
    restart: rewinding.restart,
    appended: () => [...locations].sort((one, another) => one.position - another.position),
    startRuntime: async (handlers, { limits, ...options } = {}) => {
      const runtime = subscriptions.makeHandlerRuntime({
        store,
        ...options,
        handlers,
        limits: { leaseTime, pollInterval: 100, idleCommitInterval: 5, stopTimeout: 1_000, ...limits },
      })
      runtimes.push(runtime)
      await start(runtime, patience)
      return runtime
    },
    process: () => {
      const process = makeSimulatedProcess(store)
      processes.push(process)
      return process
    },
    until: makeUntil(patience),
    waitUntilHandled: async (runtime, names, position) => {
      await right(runtime.waitFor(names, position, patience), `waiting for ${names.join(', ')} at ${position}`)
    },
    stopAll: async () => {
      for (const process of processes) process.resume()
      await withTimeout('stopping the runtimes', patience, Promise.all(runtimes.map((runtime) => runtime.stop())))
    },
  }
}

/** A unique name of a handler. */
export const handlerName = (): string => `handler ${freshId()}`
