import type { EventStore, SnapshotStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { counter } from './counter.ts'
import { type RecordingStore, recordCalls } from './RecordingStore.ts'

type Store = EventStore & SnapshotStore

/** Blocks its waiters until it is opened. */
export const gate = (): { readonly passed: Promise<void>; readonly open: () => void } => {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}

/** Waits for turns of the event loop until the condition holds. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise(setImmediate)
}

/** A dispatcher of counters on a memory store, some functions of which are replaced by those given. */
export const makeCounterDispatcher = (
  replace: (memory: Store) => Partial<Store> = () => ({}),
  before?: Parameters<typeof recordCalls>[1],
): RecordingStore & ReturnType<typeof makeDispatcher<readonly [typeof counter]>> & { readonly memory: Store } => {
  const memory = makeMemoryStore()
  const observed = recordCalls({ ...memory, ...replace(memory) }, before)
  const dispatcher = makeDispatcher({ store: observed.store, aggregates: [counter] as const })
  return { ...observed, ...dispatcher, memory }
}
