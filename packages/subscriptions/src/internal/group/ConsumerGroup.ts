import {
  describeError,
  type HandlerStore,
  type InvalidInput,
  type Logger,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { type HandlerGeneration, type RegisteredHandler, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { StartFrom } from '../../StartFrom.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { firstGeneration, isRemovable, nextGeneration, versionOf } from '../membership/generationNumbers.ts'
import { type GenerationMembers, makeGenerationMembers } from './GenerationMembers.ts'
import type { GroupMemberOptions } from './GroupMember.ts'
import { generationPlan, isWorkedOn, ofVersion, servingOf } from './generationPlan.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** One handler of this process, in its serving generation and in those of its version that are going to serve. */
export interface ConsumerGroup extends GenerationMembers {
  readonly definition: HandlerDefinition
  /** The serving generation, of whatever version; 0 while none is known. */
  readonly serving: () => number
  /** Joins the generations of its version, and registers the first one, unless another version serves. */
  readonly open: (known: ReadonlyArray<HandlerGeneration>) => StorePromise<void>
  /** Follows what the store knows; `joinedBefore` are the generations that were joined before it was read. */
  readonly sync: (known: ReadonlyArray<HandlerGeneration>, joinedBefore: Iterable<number>) => Promise<void>
  readonly register: (generation: number, isKnown: boolean) => StorePromise<RegisteredHandler>
  /** Asks the store to promote a generation. */
  readonly promote: (next: HandlerGeneration, served: HandlerGeneration | undefined) => Promise<void>
}

export interface ConsumerGroupOptions extends Omit<GroupMemberOptions, 'ref' | 'partitions'> {
  readonly store: GroupMemberOptions['store'] & LogTail & HandlerStore
}

/** Why a process does nothing for a handler, and what an operator can do. */
const newerServes = [
  'a newer version of a handler serves; this process does nothing for it',
  'rollBack lets the former generation serve',
] as const
const wasRolledBack = [
  'this version of a handler was rolled back; this process does nothing for it',
  'raise the version, or rebuild the handler',
] as const

/** Logs once that a build cannot take over before an operator acts. */
const makeBlockLog = (logger: Logger, name: string) => {
  const blocked = new Set<number>()
  return (generation: number, isBlocked: boolean): void => {
    if (!isBlocked) blocked.delete(generation)
    if (!isBlocked || blocked.has(generation)) return
    blocked.add(generation)
    const mend = 'retry or discard the events of ParkedEvent.list for this generation; or correct the code and rebuild'
    logger.error('a build cannot take over: it has parked events', { handler: name, generation, mend })
  }
}

/**
 * Registers a generation of a handler. A start applies when the handler is created, so it is evaluated only for an
 * unknown handler: `now` would be another position each time, and a time costs reads. The store enforces the same rule,
 * for processes that register at the same time.
 */
const registerGeneration = async (
  store: ConsumerGroupOptions['store'],
  { name, partitions, start }: HandlerDefinition,
  generation: number,
  isKnown: boolean,
): StorePromise<RegisteredHandler> => {
  const position = isKnown ? E.right(0) : await runSafely(StartFrom.position(store, start))
  if (E.isRight(position)) return runSafely(store.register({ name, generation, partitions, start: position.right }))
  return position.left._tag === 'LogRewound'
    ? rejectInput(`start of ${name}`, describeError(position.left))
    : E.left(position.left)
}

export const makeConsumerGroup = (options: ConsumerGroupOptions): ConsumerGroup => {
  const { definition, store, logger } = options
  const { name, version } = definition
  const { members, join, leave, stop } = makeGenerationMembers(options)
  const register: ConsumerGroup['register'] = (generation, isKnown) =>
    registerGeneration(store, definition, generation, isKnown)
  let serving = 0
  const logBlock = makeBlockLog(logger, name)

  const open: ConsumerGroup['open'] = async (known) => {
    const own = ofVersion(version, known)
    serving = servingOf(known)?.generation ?? 0
    for (const one of own) if (isWorkedOn(one)) join(one)
    // Older code runs beside newer code, or instead of it after a deployment was rolled back.
    const isOlder = versionOf(serving) > version
    if (isOlder || own.length > 0) {
      const [what, mend] = isOlder ? newerServes : wasRolledBack
      if (members.size === 0) logger.error(what, { handler: name, version, serves: versionOf(serving), mend })
      return E.right(undefined)
    }
    const registered = await register(firstGeneration(version), known.length > 0)
    if (E.isLeft(registered)) return registered
    serving = registered.right.serving
    if (isWorkedOn(registered.right)) join(registered.right)
    const { role, generation } = registered.right
    if (role === 'building')
      logger.info('a new version of a projection is built', { handler: name, version, generation })
    return E.right(undefined)
  }

  const promote: ConsumerGroup['promote'] = async (next, served) => {
    const promoted = await runSafely(store.promote(next))
    if (E.isLeft(promoted))
      return logger.warn('a rebuilt handler cannot take over yet', { handler: name, why: promoted.left })
    logBlock(next.generation, promoted.right.blockedBy === 'parked')
    serving = promoted.right.serving
    if (serving !== next.generation) return
    const facts = { handler: name, generation: next.generation, former: served?.generation }
    if (next.role === 'returning') logger.warn('a handler was rolled back: its former generation serves again', facts)
    else logger.info('a rebuilt handler has taken over', facts)
  }

  /**
   * Acts when the store has no generation any more of a handler of this process. A projection has no effects but
   * documents, which are gone too, so it is rebuilt from its start, unless that is "now", which would be another
   * position than at its creation. It gets a new number: commits in flight to the old generation are fenced, although
   * epochs and revisions begin anew. When several processes do this at once, they make one generation, or the newest
   * takes over. For all other handlers it is an error.
   */
  const registerAgain = async (): Promise<void> => {
    if (!definition.rebuildable || definition.start === 'now') {
      for (const member of members.values()) member.reportRegistrationLost()
      return
    }
    const generation = nextGeneration(version, members.keys())
    const registered = await register(generation, false)
    if (E.isLeft(registered)) {
      const why = registered.left
      return logger.error('the registration of a projection is lost; registering it again failed', {
        handler: name,
        why,
      })
    }
    logger.warn('the registration of a projection was lost; it is rebuilt from its start', {
      handler: name,
      generation,
    })
    for (const one of [...members.keys()]) leave(one)
    join(registered.right)
    options.requestHeartbeat()
  }

  const sync: ConsumerGroup['sync'] = async (known, joinedBefore) => {
    // The store has no generation of the handler: a heartbeat shows whether its registration is lost, or not made yet.
    if (known.length === 0) {
      if ([...members.values()].some((member) => member.isRegistrationLost())) await registerAgain()
      return
    }
    const served = servingOf(known)
    if (served !== undefined) serving = served.generation
    const plan = generationPlan(version, known, joinedBefore)
    for (const generation of plan.leave) leave(generation)
    for (const one of plan.join) {
      join(one)
      members.get(one.generation)?.onStatus(one)
    }
    for (const one of plan.promote) await promote(one, served)
    if (versionOf(serving) !== version) return
    for (const old of known) {
      if (!isRemovable(old, serving)) continue
      const retired = await runSafely(store.retire(old))
      const facts = { handler: name, generation: old.generation }
      if (E.isRight(retired)) logger.info('an old generation is removed', facts)
      else logger.warn('an old generation cannot be removed yet', { ...facts, why: retired.left })
    }
  }

  return {
    definition,
    serving: () => serving,
    members,
    open,
    sync,
    register,
    join,
    leave,
    promote,
    stop,
  }
}
