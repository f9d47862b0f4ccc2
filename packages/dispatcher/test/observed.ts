import type { EventStore, SnapshotStore } from '@foldlog/core'

type Store = EventStore & SnapshotStore

/** What a store was asked, in order: each is one round trip. */
export interface Observed {
  readonly store: Store
  readonly trips: () => ReadonlyArray<string>
  readonly clear: () => void
}

/** A store that writes down what it is asked. `before` may hold back or replace a call. */
export const observe = (
  store: Store,
  before: (name: string, count: number) => Promise<void> = () => Promise.resolve(),
): Observed => {
  let trips: Array<string> = []
  const watched = Object.fromEntries(
    Object.entries(store).map(([name, f]) => [
      name,
      (...args: ReadonlyArray<unknown>) =>
        async () => {
          trips.push(name)
          await before(name, trips.filter((trip) => trip === name).length)
          return (f as (...args: ReadonlyArray<unknown>) => () => Promise<unknown>)(...args)()
        },
    ]),
  )
  return {
    // Every function of the store, each with the same shape.
    store: watched as unknown as Store,
    trips: () => trips,
    clear: () => {
      trips = []
    },
  }
}
