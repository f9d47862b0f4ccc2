import type { HandlerMismatch, HandlerStore, InvalidInput, Logger, LogTail, StoreUnavailable } from '@foldlog/core'
import type { HandlerGeneration, RegisteredHandler } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { identityOf, mismatchWith } from '../handlers/handlerShape.ts'
import { firstGeneration, isRemovable, nextGeneration, versionOf } from '../membership/generationNumbers.ts'
import { type GenerationMembers, makeGenerationMembers } from './GenerationMembers.ts'
import type { GroupMemberOptions } from './GroupMember.ts'
import { generationPlan, isWorkedOn, ofVersion, servingOf } from './generationPlan.ts'
import { makeIdleNote } from './idleReason.ts'
import { checkIdentity } from './knownIdentity.ts'
import type { LocalStop } from './LocalStop.ts'
import { startPosition } from './startPosition.ts'

type StorePromise<A> = Promise<E.Either<HandlerMismatch | InvalidInput | StoreUnavailable, A>>

/** One handler of this process, in its serving generation and in those of its version that are going to serve. */
export interface ConsumerGroup extends GenerationMembers {
  readonly definition: HandlerDefinition
  /** The serving generation, of whatever version; 0 while none is known. */
  readonly serving: () => number
  /** Why this process does nothing for the handler, when the reason is its own code. */
  readonly idle: () => LocalStop | undefined
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

/** Logs once that a build cannot take over before an operator acts. */
const makeBlockLog = (logger: Logger, name: string) => {
  const blocked = new Set<number>()
  return (generation: number, isBlocked: boolean): void => {
    if (!isBlocked) blocked.delete(generation)
    if (!isBlocked || blocked.has(generation)) return
    blocked.add(generation)
    const hint = 'retry or discard the events of ParkedEvent.list for this generation; or correct the code and rebuild'
    logger.error('a build cannot take over: it has parked events', { handler: name, generation, hint })
  }
}

/**
 * Registers a generation of a handler, and compares what is stored with the code. A start applies when the handler is
 * created, so it is evaluated only for an unknown handler: `now` would be another position each time, and a time costs
 * reads. The store enforces the same rule, for processes that register at the same time.
 */
const registerGeneration = async (
  store: ConsumerGroupOptions['store'],
  definition: HandlerDefinition,
  generation: number,
  isKnown: boolean,
): StorePromise<RegisteredHandler> => {
  const position = isKnown ? E.right(0) : await startPosition(store, definition)
  if (E.isLeft(position)) return position
  const { name, partitions } = definition
  const identity = identityOf(definition)
  const registered = await runSafely(store.register({ name, generation, partitions, start: position.right, identity }))
  if (E.isLeft(registered)) return registered
  const mismatch = mismatchWith(definition, registered.right)
  return mismatch === undefined ? registered : E.left(mismatch)
}

/**
 * Acts when the store has no generation any more of a handler of this process. A projection has no effects but
 * documents, which are gone too, so it is rebuilt from its start, unless that is "now", which would be another position
 * than at its creation. It gets a new number: commits in flight to the old generation are fenced, although epochs and
 * revisions begin anew. When several processes do this at once, they make one generation, or the newest takes over. For
 * all other handlers it is an error.
 */
const rebuildLost = async (
  { definition, logger }: ConsumerGroupOptions,
  members: GenerationMembers['members'],
  register: ConsumerGroup['register'],
): Promise<RegisteredHandler | undefined> => {
  const { name: handler, version } = definition
  if (!definition.rebuildable || definition.start === 'now') {
    for (const member of members.values()) member.reportRegistrationLost()
    return undefined
  }
  const generation = nextGeneration(version, members.keys())
  const registered = await register(generation, false)
  if (E.isLeft(registered)) {
    const why = registered.left
    logger.error('the registration of a projection is lost; registering it again failed', { handler, why })
    return undefined
  }
  logger.warn('the registration of a projection was lost; it is rebuilt from its start', { handler, generation })
  return registered.right
}

const retire = async (
  { store, logger }: Pick<ConsumerGroupOptions, 'store' | 'logger'>,
  old: HandlerGeneration,
): Promise<void> => {
  const retired = await runSafely(store.retire(old))
  const facts = { handler: old.name, generation: old.generation }
  if (E.isRight(retired)) logger.info('an old generation is removed', facts)
  else logger.warn('an old generation cannot be removed yet', { ...facts, why: retired.left })
}

export const makeConsumerGroup = (options: ConsumerGroupOptions): ConsumerGroup => {
  const { definition, store, logger } = options
  const { name, version } = definition
  const { members, join, leave, stop } = makeGenerationMembers(options)
  const register: ConsumerGroup['register'] = (generation, isKnown) =>
    registerGeneration(store, definition, generation, isKnown)
  let serving = 0
  const logBlock = makeBlockLog(logger, name)

  const idle = makeIdleNote(options)
  const noteIdle = (known: ReadonlyArray<HandlerGeneration>): void => idle.note(members.size > 0, known)

  const open: ConsumerGroup['open'] = async (known) => {
    const own = ofVersion(version, known)
    const checked = await checkIdentity(options, known)
    if (E.isLeft(checked)) return checked
    serving = servingOf(known)?.generation ?? 0
    for (const one of own) if (isWorkedOn(one)) join(one)
    // Older code runs beside newer code, or instead of it after a deployment was rolled back.
    if (versionOf(serving) > version || own.length > 0) {
      noteIdle(known)
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

  const registerAgain = async (): Promise<void> => {
    const again = await rebuildLost(options, members, register)
    if (again === undefined) return
    for (const one of [...members.keys()]) leave(one)
    join(again)
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
    // A handler may have been reset, even to another kind, while this process was paused.
    const fits = (one: HandlerGeneration): boolean => mismatchWith(definition, one) === undefined
    const plan = generationPlan(version, known, joinedBefore, fits)
    for (const generation of plan.leave) leave(generation)
    for (const one of plan.join) {
      join(one)
      members.get(one.generation)?.onStatus(one)
    }
    for (const one of plan.promote) await promote(one, served)
    noteIdle(known)
    if (versionOf(serving) !== version) return
    for (const old of known) {
      if (isRemovable(old, serving)) await retire(options, old)
    }
  }

  return {
    definition,
    serving: () => serving,
    idle: idle.localStop,
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
