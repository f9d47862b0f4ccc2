import type { HandlerStore, InlineStore, InvalidInput, LogTail, StoreUnavailable } from '@foldlog/core'
import { type GenerationRole, type HandlerStatus, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { RuntimeStatus } from '../../RuntimeStatus.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import { isRemovable, versionOf } from '../group/generationNumbers.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export interface OpeningOptions {
  readonly store: LogTail & HandlerStore & InlineStore
  readonly name: string
  readonly version: number
  readonly categories: ReadonlyArray<string>
  /** Milliseconds that appends wait at most, at the first attempt. */
  readonly pause: number
}

/** Milliseconds between two polls of a generation that catches up. */
const pollInterval = 10

const longestPause = 30_000

/** Generations that can be opened: first the target of a requested rollback, then a build, then the serving one. */
const toOpen: ReadonlyMap<GenerationRole, number> = new Map([
  ['returning', 3],
  ['building', 2],
  ['serving', 1],
])

/**
 * Opens the newest generation of a projection, which a runtime is building, when it has caught up. It catches up with
 * most of the log while appends continue. Then appends wait for the rest. If that takes too long, they continue and
 * everything begins again, with a longer pause.
 */
export const openNewest = async (options: OpeningOptions): StorePromise<void> => {
  const { store, name, version, categories } = options

  const newest = async (): StorePromise<HandlerStatus> => {
    const all = await runSafely(store.handlerStatuses)
    if (E.isLeft(all)) return all
    const [last] = all.right
      .filter((one) => one.name === name && versionOf(one.generation) === version && toOpen.has(one.role))
      .toSorted((a, b) => (toOpen.get(b.role) ?? 0) - (toOpen.get(a.role) ?? 0) || b.generation - a.generation)
    if (last === undefined)
      return rejectInput('projection', `version ${version} of ${name} does not exist, or was rolled back`)
    const { handlers } = RuntimeStatus.make(0, [last], 0)
    const reasons = handlers.flatMap((one) => one.reasons)
    // An event that cannot be folded would be missing for ever.
    if (reasons.length > 0) return rejectInput('projection', `${name} has stopped ${reasons.join('; ')}`)
    // So would a parked event, wherever the generation comes from.
    return last.parked === 0 ? E.right(last) : rejectInput('projection', `${name} has parked events`)
  }

  /**
   * Waits until the generation has handled everything up to the end of the log; `undefined` when that takes too long.
   */
  const waitUntilCaughtUp = async (until: number): StorePromise<HandlerStatus | undefined> => {
    const settledPosition = await runSafely(store.settledPosition)
    if (E.isLeft(settledPosition)) return settledPosition
    for (;;) {
      const status = await newest()
      if (E.isLeft(status)) return status
      if (status.right.partitions.every(({ position }) => position >= settledPosition.right)) return status
      if (performance.now() > until) return E.right(undefined)
      await sleep(pollInterval)
    }
  }

  for (let { pause } = options; ; pause = Math.min(longestPause, pause * 2)) {
    const nearly = await waitUntilCaughtUp(Number.POSITIVE_INFINITY)
    if (E.isLeft(nearly)) return nearly
    const paused = await runSafely(store.pauseAppends(name, categories, pause))
    if (E.isLeft(paused)) return paused
    const caughtUp = await waitUntilCaughtUp(performance.now() + pause)
    if (E.isLeft(caughtUp)) return caughtUp
    if (caughtUp.right === undefined) continue
    const opened = await runSafely(store.openInline(caughtUp.right, categories))
    if (E.isLeft(opened)) return opened
    if (opened.right) return E.right(undefined)
  }
}

/** Removes the generations that neither serve nor are kept for a rollback. */
export const retireOutdated = async (store: HandlerStore, name: string): StorePromise<void> => {
  const all = await runSafely(store.generations)
  if (E.isLeft(all)) return all
  const known = all.right.filter((one) => one.name === name)
  const serving = known.find(({ serves }) => serves)?.generation ?? 0
  for (const old of known) {
    if (!isRemovable(old, serving)) continue
    const retired = await runSafely(store.retire(old))
    if (E.isLeft(retired)) return retired
  }
  return E.right(undefined)
}
