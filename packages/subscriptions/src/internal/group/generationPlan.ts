import type { HandlerGeneration } from '@foldlog/core/store'
import { versionOf } from '../membership/generationNumbers.ts'

/** What a process with the code of one version should do about the generations of a handler. */
export interface GenerationPlan {
  /** Generations to work on; it may have joined some of them before. */
  readonly join: ReadonlyArray<HandlerGeneration>
  /** Generations that it has joined and that need no work any more, or were removed. */
  readonly leave: ReadonlyArray<number>
  /** Generations that may have caught up. The store decides whether they have everything that the serving one has. */
  readonly promote: ReadonlyArray<HandlerGeneration>
}

/** No process may work on a frozen generation, and none needs to work on an outdated one. */
export const isWorkedOn = ({ role }: Pick<HandlerGeneration, 'role'>): boolean =>
  role === 'serving' || role === 'building' || role === 'returning'

export const ofVersion = (version: number, known: ReadonlyArray<HandlerGeneration>): ReadonlyArray<HandlerGeneration> =>
  known.filter(({ generation }) => versionOf(generation) === version)

export const servingOf = (known: ReadonlyArray<HandlerGeneration>): HandlerGeneration | undefined =>
  known.find(({ serves }) => serves)

/**
 * `joined` are the generations that the process had joined before the store was read: one that it has joined since then
 * is not known yet. `fits` is whether a generation of this version is of this code. The one that serves is of another
 * version while a new one is built, and then it differs.
 */
export const generationPlan = (
  version: number,
  known: ReadonlyArray<HandlerGeneration>,
  joined: Iterable<number>,
  fits: (known: HandlerGeneration) => boolean = () => true,
): GenerationPlan => {
  const join = ofVersion(version, known).filter((one) => isWorkedOn(one) && fits(one))
  const served = servingOf(known)
  return {
    join,
    leave: [...joined].filter((number) => !join.some(({ generation }) => generation === number)),
    promote: join.filter(({ serves, position }) => !serves && (served === undefined || position >= served.position)),
  }
}
