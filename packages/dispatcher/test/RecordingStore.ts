import type { EventStore, SnapshotStore } from '@foldlog/core'

type Store = EventStore & SnapshotStore

/** The calls of a store, in order: each is one round trip. */
export interface RecordingStore {
  readonly store: Store
  readonly roundTrips: () => ReadonlyArray<string>
  readonly clear: () => void
}

/** A store that records its calls. `before` may delay or replace a call. */
export const recordCalls = (
  store: Store,
  before: (name: string, count: number) => Promise<void> = () => Promise.resolve(),
): RecordingStore => {
  let roundTrips: Array<string> = []
  const recording = Object.fromEntries(
    Object.entries(store).map(([name, f]) => [
      name,
      (...args: ReadonlyArray<unknown>) =>
        async () => {
          roundTrips.push(name)
          await before(name, roundTrips.filter((trip) => trip === name).length)
          return (f as (...args: ReadonlyArray<unknown>) => () => Promise<unknown>)(...args)()
        },
    ]),
  )
  return {
    // Every function of the store, each with the same shape.
    store: recording as unknown as Store,
    roundTrips: () => roundTrips,
    clear: () => {
      roundTrips = []
    },
  }
}
