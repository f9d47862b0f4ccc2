import {
  EventCodec,
  EventId,
  type EventOf,
  type EventStore,
  type HandlerTransactions,
  type NewEvent,
  StreamName,
} from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import type { HandlerRuntime } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** A domain small enough to see what handlers do with it. */
export const ThingEvent = EventCodec.make({ Added: t.strict({ n: t.number }), Broken: t.strict({}) })

export type ThingEvent = EventOf<typeof ThingEvent>

export const things = { category: 'thing', events: ThingEvent } as const

const nextId = EventId.source({ now: Date.now, random: Math.random })

export const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

/**
 * Starts a runtime. Tests have short leases, and a store that does not answer within half a lease counts as away: on a
 * loaded machine the start is tried again, as `start` allows.
 */
export const startRuntime = async (runtime: Pick<HandlerRuntime, 'start'>): Promise<void> => {
  for (let attempts = 0; ; attempts++) {
    const started = await runtime.start()
    if (E.isRight(started)) return
    if (started.left._tag !== 'StoreUnavailable' || !started.left.retryable || attempts === 100) right(started)
  }
}

export const streamOf = (id: string | number): StreamName => right(StreamName.make('thing', `${id}`))

const newEvent = (event: ThingEvent): NewEvent => ({ ...right(ThingEvent.encode(event)), id: nextId(), metadata: {} })

export const added = (n: number): ThingEvent => ({ type: 'Added', data: { n } })

export const broken: ThingEvent = { type: 'Broken', data: {} }

export const append = async (
  store: EventStore,
  id: string | number,
  ...events: ReadonlyArray<ThingEvent>
): Promise<number> => {
  const appended = await store.append({ stream: streamOf(id), expected: 'any', events: events.map(newEvent) })()
  return right(appended).positions.at(-1) ?? 0
}

/** Waits until a condition holds. The time limit of the test ends a wait that never does. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** The requests of a store without arguments: they are members, not functions to requests. */
export const isRequest = (name: string): boolean =>
  [
    'settledPosition',
    'history',
    'handlerStatuses',
    'generations',
    'createIndexes',
    'openAppends',
    'countEvents',
    'inlineProjections',
  ].includes(name)

type Interceptor = (name: string, request: () => Promise<unknown>) => () => Promise<unknown>

/** A store whose requests all pass through a function. Listening to it is no request. */
export const interceptCalls = (store: MemoryStore, through: Interceptor): MemoryStore =>
  Object.fromEntries(
    Object.entries(store).map(([name, member]) => {
      if (name === 'onAppend') return [name, member]
      if (isRequest(name)) return [name, through(name, member as () => Promise<unknown>)]
      // The rest of a store are functions to requests.
      const call = member as (...args: ReadonlyArray<unknown>) => () => Promise<unknown>
      return [name, (...args: ReadonlyArray<unknown>) => through(name, call(...args))]
    }),
  ) as unknown as MemoryStore // The same functions, under the same names.

/**
 * The store of one process that can be cut off: meanwhile every request fails, or gets no answer, and a commit may be
 * written all the same, unknown to its sender.
 */
export const cuttable = (store: MemoryStore) => {
  let cut: 'not' | 'unavailable' | 'unanswered' = 'not'
  const calls = new Map<string, number>()
  const away = E.left(storeUnavailable('cut off', true, undefined))
  const through =
    (name: string, request: () => Promise<unknown>): (() => Promise<unknown>) =>
    async () => {
      calls.set(name, (calls.get(name) ?? 0) + 1)
      if (cut === 'unavailable') return away
      // A read takes its time: much may have changed when it is answered.
      if (name === 'readLog') for (let i = 0; i < (calls.get(name) ?? 0) % 4; i++) await new Promise(setImmediate)
      const answer = await request()
      return cut === 'not' ? answer : away
    }
  return {
    store: interceptCalls(store, through),
    cut: (how: 'unavailable' | 'unanswered') => {
      cut = how
    },
    mend: () => {
      cut = 'not'
    },
    calls: (name: string) => calls.get(name) ?? 0,
    total: () => [...calls.values()].reduce((sum, n) => sum + n, 0),
  }
}

/** Number of listeners for new events of a store. */
export const listening = (store: MemoryStore) => {
  let listeners = 0
  const counted: MemoryStore = {
    ...store,
    onAppend: (listener) => {
      const stop = store.onAppend(listener)
      listeners++
      return () => {
        listeners--
        stop()
      }
    },
  }
  return { store: counted, listeners: () => listeners }
}

/** Rows in memory, written with the commit or not at all. */
export const tables = (store: MemoryStore) => {
  let rows: ReadonlyArray<string> = []
  const transactions: HandlerTransactions<Array<string>> = {
    commitWithin: (commit, work) => async () => {
      const own = [...rows]
      const before = own.length
      const done = await work(own)()
      if (E.isLeft(done)) return done
      const outcome = await store.commit([commit])()
      if (E.isLeft(outcome)) return outcome
      if (outcome.right[0] === 'committed') rows = [...rows, ...own.slice(before)]
      return E.right(outcome.right[0] ?? 'fenced')
    },
  }
  return { transactions, rows: () => rows }
}
