import type { HandlerStore, HistoryId, InvalidInput, LogTail, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { type AfterStep, type BackgroundLoop, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'

/** How far the views of a projection are, and in which generation: when it changes, the views may have changed. */
export interface Progress {
  readonly generation: number
  readonly position: number
  readonly history: HistoryId
}

type Found = E.Either<InvalidInput | StoreUnavailable, Progress>

/** What is read of a store to follow views. */
export type FollowedStore = Pick<HandlerStore, 'checkpoints' | 'listDocuments'> & Pick<LogTail, 'onAppend'>

/**
 * The progress of the projections that are watched through one store. It is read once for all watchers: one statement
 * for all names, soon after appends, and each second otherwise, because a wake-up may be lost. Each second it also
 * reads which generation serves, once for each name: a generation may take over at the same position.
 */
export interface ViewProgress {
  /** Calls the listener with each progress that is read. The returned function ends the calls. */
  readonly follow: (name: string, listener: (progress: Found) => void) => () => void
}

/** Milliseconds between two reads: the first after a wake-up, and the last. */
const minInterval = 10
const maxInterval = 1_000

const makeViewProgress = (store: FollowedStore): ViewProgress => {
  const listeners = new Map<string, Set<(progress: Found) => void>>()
  const generations = new Map<string, number>()
  let interval = minInterval
  let [loop, stopListening]: [BackgroundLoop?, (() => void)?] = []

  const report = (name: string, progress: Found): void => {
    for (const listener of listeners.get(name) ?? []) listener(progress)
  }

  const readGenerations = async (names: ReadonlyArray<string>): Promise<void> => {
    for (const name of names) {
      // A page of no documents: a range of keys without a key.
      const none = { name, kind: 'view', from: '\u0001', to: '\u0001', count: 1 } as const
      const page = await runSafely(store.listDocuments(none))
      if (E.isRight(page)) generations.set(name, page.right.generation)
    }
  }

  const step = async (signal: AbortSignal): Promise<AfterStep> => {
    // A burst of appends is followed by one read.
    await sleep(minInterval, signal)
    const names = [...listeners.keys()]
    if (interval === maxInterval || names.some((name) => !generations.has(name))) await readGenerations(names)
    const found = await runSafely(store.checkpoints(names))
    if (E.isLeft(found)) {
      for (const name of names) report(name, found)
      return 'failed'
    }
    const { positions, history } = found.right
    for (const name of names)
      report(name, E.right({ generation: generations.get(name) ?? 0, position: positions[name] ?? 0, history }))
    const wait = interval
    interval = Math.min(maxInterval, interval * 1.5)
    return wait
  }

  const start = (): void => {
    const started: BackgroundLoop = makeBackgroundLoop({ step: () => step(started.signal), onThrown: () => {} })
    loop = started
    stopListening = store.onAppend(() => {
      interval = minInterval
      started.wake()
    })
    started.start()
  }

  const stop = (): void => {
    stopListening?.()
    // A read in progress is not waited for.
    void loop?.stop()
    loop = undefined
    generations.clear()
  }

  return {
    follow: (name, listener) => {
      const own = (progress: Found) => listener(progress)
      listeners.set(name, (listeners.get(name) ?? new Set()).add(own))
      interval = minInterval
      if (loop === undefined) start()
      loop?.wake()
      return () => {
        const all = listeners.get(name)
        if (all?.delete(own) && all.size === 0) listeners.delete(name)
        if (listeners.size === 0 && loop !== undefined) stop()
      }
    },
  }
}

/** A weak map, because the store is shared: the entry disappears together with the store. */
const shared = new WeakMap<object, ViewProgress>()

export const viewProgressOf = (store: FollowedStore): ViewProgress => {
  const known = shared.get(store)
  if (known !== undefined) return known
  const progress = makeViewProgress(store)
  shared.set(store, progress)
  return progress
}
