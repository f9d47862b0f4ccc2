import type { StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import type { Batch, LoadedStates } from './Batch.ts'
import { resolvedOf } from './ResolvedStreams.ts'
import type { LoadedState } from './StateLoader.ts'
import type { Target } from './Target.ts'

/** The states of targets, and why others could not be loaded; both by the names of the targets. */
export interface StatesRead {
  readonly states: LoadedStates
  readonly failures: ReadonlyMap<StreamName, LoadError>
}

/**
 * Reads the current states of targets from the store, all at once: a store that reads together what is requested
 * together needs one round trip. `known` are the states that only need the events after them.
 */
export const readStates = async (
  { states: cache, resolved }: Batch,
  targets: ReadonlyArray<Target>,
  known: (target: Target) => LoadedState | undefined,
): Promise<StatesRead> => {
  const states = new Map<StreamName, LoadedState>()
  const failures = new Map<StreamName, LoadError>()
  const reads = targets.map((target) =>
    cache.load(target.aggregate, resolvedOf(resolved, target).stream, known(target)),
  )
  for (const [i, read] of (await Promise.all(reads)).entries()) {
    const name = targets[i]?.name
    if (name === undefined) continue
    if (E.isLeft(read)) failures.set(name, read.left)
    else states.set(name, read.right)
  }
  return { states, failures }
}

const none: StatesRead['failures'] = new Map()

/** The states to decide on. `confirmed` means that all of them are known to be those of one moment. */
export interface StatesToDecideOn extends StatesRead {
  readonly confirmed: boolean
}

/**
 * The states of targets: those that were just read, then cached ones, and the others from the store.
 *
 * A cached state may be outdated. Several states that were just read may never have been current at the same moment,
 * because their reads are not one. One state that was just read is confirmed by that.
 */
export const statesToDecideOn = (
  batch: Batch,
  targets: ReadonlyArray<Target>,
  loaded: LoadedStates | undefined,
): StatesToDecideOn | Promise<StatesToDecideOn> => {
  const states = new Map<StreamName, LoadedState>()
  const missing: Array<Target> = []
  let allRead = true
  for (const target of targets) {
    const justRead = loaded?.get(target.name)
    const state = justRead ?? batch.states.cached(resolvedOf(batch.resolved, target).stream)
    if (state === undefined) missing.push(target)
    else states.set(target.name, state)
    if (state !== undefined && justRead === undefined) allRead = false
  }
  const confirmed = allRead && targets.length === 1
  if (missing.length === 0) return { states, failures: none, confirmed }
  return readStates(batch, missing, () => undefined).then((read) => {
    for (const [name, state] of read.states) states.set(name, state)
    return { states, failures: read.failures, confirmed }
  })
}
