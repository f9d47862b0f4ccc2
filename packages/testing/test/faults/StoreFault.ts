import type { EventStore, RecordedEvent, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import type { TestableStore } from '@foldlog/testing/laws'
import { taskEither as TE } from 'fp-ts'

/**
 * A planted fault: its description, the laws that must detect it (as `group: beginning of the name`), and a store with
 * only this fault.
 */
export interface StoreFault {
  readonly fault: string
  readonly caughtBy: ReadonlyArray<string>
  readonly make: () => TestableStore & Partial<Pick<MemoryStore, 'backup'>>
}

/** A memory store with some functions replaced. */
export const broken =
  (replace: (store: MemoryStore) => Partial<TestableStore & Pick<MemoryStore, 'backup'>>): StoreFault['make'] =>
  () => {
    const store = makeMemoryStore()
    return { ...store, ...replace(store) }
  }

type Events = ReadonlyArray<RecordedEvent>

/** Changes the events of every page of a stream. */
export const streamPages =
  (store: MemoryStore, change: (events: Events, stream: StreamName) => Events): EventStore['readStream'] =>
  (stream, options) =>
    TE.Functor.map(store.readStream(stream, options), (slice) => ({ ...slice, events: change(slice.events, stream) }))

/** Changes the events of every page of the log. */
export const logPages =
  (store: MemoryStore, change: (events: Events) => Events): EventStore['readLog'] =>
  (options) =>
    TE.Functor.map(store.readLog(options), (slice) => ({ ...slice, events: change(slice.events) }))

/** As long as a short round trip: other operations come between. */
export const nextMacrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
