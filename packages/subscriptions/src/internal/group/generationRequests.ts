import type { HandlerMismatch, HandlerStore, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { type HandlerGeneration, rejectInput } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { UnknownHandler } from '../../HandlerRuntimeError.ts'
import { runSafely } from '../async/runSafely.ts'
import { nextGeneration, versionOf } from '../membership/generationNumbers.ts'
import type { ConsumerGroup } from './ConsumerGroup.ts'
import { ofVersion, servingOf } from './generationPlan.ts'

type RequestError = UnknownHandler | InvalidInput | StoreUnavailable

type Request = (name: string) => TE.TaskEither<RequestError, void>

type Checked<A> = Promise<E.Either<RequestError, A>>

/** What operators request for the generations of a projection. */
export interface GenerationRequests {
  readonly rebuild: (name: string) => TE.TaskEither<RequestError | HandlerMismatch, void>
  /** Requests that the generation that served before serves again. */
  readonly rollBack: Request
  /** Ends what is in progress: removes builds of any version, and cancels a rollback. */
  readonly abandon: Request
}

export interface GenerationRequestsOptions {
  readonly groups: ReadonlyMap<string, ConsumerGroup>
  readonly store: HandlerStore
  readonly logger: Logger
  readonly requestHeartbeat: () => void
}

/** Whether a build never takes over by itself: it is stopped, or has parked events. */
const isStuck = async (
  store: Pick<HandlerStore, 'listDocuments'>,
  { name, generation, stops }: HandlerGeneration,
): Checked<boolean> => {
  if (stops.length > 0) return E.right(true)
  const parked = await runSafely(store.listDocuments({ name, generation, kind: 'parked', count: 1 }))
  return E.isLeft(parked) ? parked : E.right(parked.right.documents.length > 0)
}

/** Removes a build. */
const leaveAndRetire = async (
  store: Pick<HandlerStore, 'retire'>,
  group: ConsumerGroup,
  build: HandlerGeneration,
): Checked<void> => {
  group.leave(build.generation)
  return runSafely(store.retire(build))
}

export const makeGenerationRequests = (options: GenerationRequestsOptions): GenerationRequests => {
  const { groups, store, logger, requestHeartbeat } = options

  /** The group of a projection of this process, and what the store knows of it. */
  const projectionOf = async (
    name: string,
  ): Checked<{ readonly group: ConsumerGroup; readonly known: ReadonlyArray<HandlerGeneration> }> => {
    const group = groups.get(name)
    if (group === undefined) return E.left({ _tag: 'UnknownHandler', name, known: [...groups.keys()] })
    if (!group.definition.rebuildable) {
      return rejectInput('name', `${name} is no projection: a handler with effects has one generation only`)
    }
    const all = await runSafely(store.generations)
    return E.isLeft(all) ? all : E.right({ group, known: all.right.filter((one) => one.name === name) })
  }

  return {
    rebuild: (name) => async () => {
      const found = await projectionOf(name)
      if (E.isLeft(found)) return found
      const { group, known } = found.right
      const { version } = group.definition
      const serves = versionOf(servingOf(known)?.generation ?? group.serving())
      if (serves > version)
        return rejectInput('name', `a newer version of ${name} serves, ${serves}: roll it back, or raise the version`)
      const own = ofVersion(version, known)
      const builds = own.filter(({ role }) => role === 'building')
      for (const one of builds) {
        const stuck = await isStuck(store, one)
        if (E.isLeft(stuck)) return stuck
        // An active build that may take over is the requested rebuild.
        if (!stuck.right) return E.right(undefined)
      }
      const next = nextGeneration(
        version,
        own.map(({ generation }) => generation),
      )
      const registered = await group.register(next, known.length > 0)
      if (E.isLeft(registered)) return registered
      group.join(registered.right)
      logger.info('a projection is rebuilt, as requested', { handler: name, generation: next })
      requestHeartbeat()
      for (const one of builds) {
        const retired = await leaveAndRetire(store, group, one)
        if (E.isLeft(retired)) return retired
        const facts = { handler: name, generation: one.generation, by: next }
        logger.warn('a stuck build (parked events, or stopped) is replaced by a new one', facts)
      }
      return E.right(undefined)
    },

    rollBack: (name) => async () => {
      const found = await projectionOf(name)
      if (E.isLeft(found)) return found
      const { group, known } = found.right
      const former = known.find(({ role }) => role === 'previous' || role === 'returning')
      if (former === undefined) {
        return rejectInput(
          'name',
          `${name} has no previous generation: a takeover keeps one until the next, unless it was made from lost events`,
        )
      }
      const requested = await runSafely(store.rollBack(former))
      if (E.isLeft(requested)) return requested
      logger.info('a rollback was requested', { handler: name, generation: former.generation })
      const version = versionOf(former.generation)
      if (version === group.definition.version) group.join(former)
      else {
        const facts = { handler: name, version, here: group.definition.version }
        logger.warn('a rollback waits for a process with the former version of the code', facts)
      }
      const served = servingOf(known)
      // Immediately, when the generation has missed nothing.
      if (served === undefined || former.position >= served.position)
        await group.promote({ ...former, role: 'returning' }, served)
      requestHeartbeat()
      return E.right(undefined)
    },

    abandon: (name) => async () => {
      const found = await projectionOf(name)
      if (E.isLeft(found)) return found
      const { group, known } = found.right
      for (const one of known.filter(({ role }) => role === 'building')) {
        const retired = await leaveAndRetire(store, group, one)
        if (E.isLeft(retired)) return retired
        logger.warn('a build was abandoned', { handler: name, generation: one.generation })
      }
      const serving = servingOf(known)
      if (serving === undefined || !known.some(({ role }) => role === 'returning')) return E.right(undefined)
      const kept = await runSafely(store.rollBack(serving))
      if (E.isLeft(kept)) return kept
      logger.warn('a rollback was cancelled', { handler: name, generation: serving.generation })
      requestHeartbeat()
      return E.right(undefined)
    },
  }
}
