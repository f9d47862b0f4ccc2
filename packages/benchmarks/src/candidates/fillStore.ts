import { EventStore } from '@castore/core'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { expectRight } from '../expectRight.ts'
import { BareTable } from './bareTable.ts'
import { Castore } from './castore.ts'
import { Emmett } from './emmett.ts'
import { Foldlog } from './foldlog.ts'

/**
 * The content of a store before the turns of its candidate: streams `account-0`, `account-1`, ... of equal length, with
 * events of an amount of one. Streams are counted from `first`, 0 by default.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreContent {
  readonly streams: number
  readonly events: number
  readonly first?: number
}

const inFlight = 16

/** Makes the calls for each stream, several at once. Time does not matter here. */
const each = async (
  { streams, first = 0 }: StoreContent,
  call: (number: number) => Promise<unknown>,
): Promise<void> => {
  let next = first
  const lane = async (): Promise<void> => {
    for (let number = next++; number < first + streams; number = next++) await call(number)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

const many = <A>(events: number, make: () => A): Array<A> => Array.from({ length: events }, make)

/**
 * Fills foldlog's store.
 *
 * @category combinators
 * @since 0.1.0
 */
const foldlog = (
  { store }: { readonly store: Pick<Foldlog['store'], 'append'> },
  content: StoreContent,
): Promise<void> =>
  each(content, (id) =>
    expectRight(
      store.append({
        stream: Foldlog.stream(String(id)),
        expected: 'any',
        events: many(content.events, () => Foldlog.event(1)),
      }),
    ),
  )

/**
 * Fills Emmett's store.
 *
 * @category combinators
 * @since 0.1.0
 */
const emmett = ({ store }: Pick<Emmett, 'store'>, content: StoreContent): Promise<void> =>
  each(content, (id) =>
    store.appendToStream(
      `account-${id}`,
      many(content.events, () => Emmett.event(1)),
    ),
  )

/**
 * Fills Castore's store.
 *
 * @category combinators
 * @since 0.1.0
 */
const castore = ({ store }: Pick<Castore, 'store'>, content: StoreContent): Promise<void> =>
  each(content, async (id) => {
    const all = Array.from({ length: content.events }, (_, i) => store.groupEvent(Castore.event(String(id), i + 1, 1)))
    const [first, second, ...others] = all
    if (first === undefined || second === undefined) return store.pushEvent(Castore.event(String(id), 1, 1))
    return EventStore.pushEventGroup(first, second, ...others)
  })

/**
 * Fills the bare table.
 *
 * @category combinators
 * @since 0.1.0
 */
const bareTable = (table: BareTable, { streams, events }: StoreContent): Promise<void> =>
  BareTable.copy(table, 'account', streams, events)

/**
 * The preparation of every candidate with stored events.
 *
 * @category namespace
 * @since 0.1.0
 */
export const fillStore = { foldlog, emmett, castore, bareTable } as const

/**
 * Stores that are open and filled, each with a client that has not been used yet, see `Foldlog.reopen`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openFilledStore = {
  foldlog: async (environment: BenchmarkEnvironment, content: StoreContent): Promise<Foldlog> => {
    const opened = await Foldlog.open(environment)
    await foldlog(opened, content)
    return Foldlog.reopen(environment, opened)
  },
  emmett: async (environment: BenchmarkEnvironment, content: StoreContent): Promise<Emmett> => {
    const opened = await Emmett.open(environment)
    await emmett(opened, content)
    return Emmett.reopen(environment, opened)
  },
  castore: async (environment: BenchmarkEnvironment, content: StoreContent): Promise<Castore> => {
    const opened = await Castore.open(environment)
    await castore(opened, content)
    return Castore.reopen(opened)
  },
} as const
