import {
  type GenerationRole,
  type HandlerStatus,
  type HandlerStore,
  type InlineStore,
  type InvalidInput,
  type LogTail,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { RuntimeStatus } from '../RuntimeStatus.ts'
import { ask } from './asking.ts'
import { isRemovable, versionOf } from './generations.ts'
import { sleep } from './sleep.ts'

type Asked<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export interface OpeningOptions {
  readonly store: LogTail & HandlerStore & InlineStore
  readonly name: string
  readonly version: number
  readonly categories: ReadonlyArray<string>
  /** Milliseconds for which appends wait at most, at the first try. */
  readonly pause: number
}

/** Milliseconds between two looks at a generation that catches up. */
const interval = 10

const longestPause = 30_000

/**
 * Generations that can be opened: first the target of a requested rollback, then a build, then the one that serves.
 */
const toOpen: ReadonlyMap<GenerationRole, number> = new Map([
  ['returning', 3],
  ['building', 2],
  ['serving', 1],
])

/**
 * Opens the newest generation of a projection, which somebody builds, when it has caught up. Most of it is caught up while appends go on; then they wait for
 * the rest, and if that takes too long, they go on and all of it begins anew, with a longer wait.
 */
export const openNewest = async (options: OpeningOptions): Asked<void> => {
  const { store, name, version, categories } = options

  const newest = async (): Asked<HandlerStatus> => {
    const all = await ask(store.handlers)
    if (E.isLeft(all)) return all
    const [last] = all.right
      .filter((one) => one.name === name && versionOf(one.generation) === version && toOpen.has(one.role))
      .toSorted((a, b) => (toOpen.get(b.role) ?? 0) - (toOpen.get(a.role) ?? 0) || b.generation - a.generation)
    if (last === undefined)
      return refuse('projection', `version ${version} of ${name} is not there, or was rolled back`)
    const { handlers } = RuntimeStatus.make(0, [last], 0)
    const reasons = handlers.flatMap((one) => one.reasons)
    // An event that cannot be folded would be missing for ever.
    if (reasons.length > 0) return refuse('projection', `${name} has stopped ${reasons.join('; ')}`)
    // So would a parked event, wherever the generation comes from.
    return last.parked === 0 ? E.right(last) : refuse('projection', `${name} has events that are parked`)
  }

  /** Waits until it has handled everything up to the end of the log; `undefined` when that takes too long. */
  const caughtUp = async (until: number): Asked<HandlerStatus | undefined> => {
    const head = await ask(store.head)
    if (E.isLeft(head)) return head
    for (;;) {
      const status = await newest()
      if (E.isLeft(status)) return status
      if (status.right.partitions.every(({ position }) => position >= head.right)) return status
      if (performance.now() > until) return E.right(undefined)
      await sleep(interval)
    }
  }

  for (let { pause } = options; ; pause = Math.min(longestPause, pause * 2)) {
    const near = await caughtUp(Number.POSITIVE_INFINITY)
    if (E.isLeft(near)) return near
    const paused = await ask(store.pauseAppends(name, categories, pause))
    if (E.isLeft(paused)) return paused
    const there = await caughtUp(performance.now() + pause)
    if (E.isLeft(there)) return there
    if (there.right === undefined) continue
    const opened = await ask(store.openInline(there.right, categories))
    if (E.isLeft(opened)) return opened
    if (opened.right) return E.right(undefined)
  }
}

/** Removes the generations that neither serve nor are kept for a rollback. */
export const retireOutdated = async (store: HandlerStore, name: string): Asked<void> => {
  const all = await ask(store.generations)
  if (E.isLeft(all)) return all
  const known = all.right.filter((one) => one.name === name)
  const serving = known.find(({ serves }) => serves)?.generation ?? 0
  for (const old of known) {
    if (!isRemovable(old, serving)) continue
    const retired = await ask(store.retire(old))
    if (E.isLeft(retired)) return retired
  }
  return E.right(undefined)
}
