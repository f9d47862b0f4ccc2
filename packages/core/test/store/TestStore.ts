import type { EventStore, SnapshotStore } from '@foldlog/core'
import { afterAll, beforeAll } from '@jest/globals'
import type { task as T } from 'fp-ts'

/** What every store of the house is. */
export interface TestStore extends EventStore, SnapshotStore {
  readonly stop: T.Task<void>
}

/** Makes an empty store that shares nothing with the others; `close` frees what it stands on. */
export type MakeStore = () => Promise<{ readonly store: TestStore; readonly close: () => Promise<void> }>

/** A store for one test. */
export const withStore = async (makeStore: MakeStore, body: (store: TestStore) => Promise<void>): Promise<void> => {
  const { store, close } = await makeStore()
  try {
    await body(store)
  } finally {
    await store.stop()
    await close()
  }
}

/** One store for all tests of the enclosing `describe`, which keep apart by taking fresh streams. Given out from the first test on. */
export const sharedStore = (makeStore: MakeStore): (() => TestStore) => {
  let made: Awaited<ReturnType<MakeStore>> | undefined
  beforeAll(async () => {
    made = await makeStore()
  })
  afterAll(async () => {
    await made?.store.stop()
    await made?.close()
  })
  return () => {
    if (made === undefined) throw new Error('the store is there only while tests run')
    return made.store
  }
}
