import { describeError, type HandlerStore, type InvalidInput, type LogTail, type StoreUnavailable } from '@foldlog/core'
import { type HandlerGeneration, type RegisteredHandler, rejectInput, type TakeoverBlock } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { UnknownHandler } from '../../HandlerRuntimeError.ts'
import { StartFrom } from '../../StartFrom.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { type GroupMember, type GroupMemberOptions, makeGroupMember } from './GroupMember.ts'
import { firstGeneration, isRemovable, versionOf } from './generationNumbers.ts'
import type { LocalStop } from './LocalStop.ts'

/**
 * All handlers of this process, each in its serving generation and in the generations of its version that are going to
 * serve.
 */
export interface ConsumerGroups {
  readonly open: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  /**
   * Joins generations that other processes have begun, promotes one that has caught up, leaves those that no longer
   * serve, and removes outdated ones.
   */
  readonly syncGenerations: () => Promise<void>
  readonly rebuild: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /** Requests that the generation that served before serves again. */
  readonly rollBack: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /** Ends what is in progress: removes builds of any version, and cancels a rollback. */
  readonly abandon: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  readonly members: () => ReadonlyArray<GroupMember>
  /** Handlers that do nothing in this process for a reason that the store does not know. */
  readonly localStops: () => ReadonlyArray<LocalStop>
  /** The member for the serving generation of a handler. */
  readonly serving: (name: string) => GroupMember | undefined
  readonly stop: () => Promise<void>
}

export interface ConsumerGroupsOptions extends Omit<GroupMemberOptions, 'definition' | 'ref' | 'partitions'> {
  readonly definitions: ReadonlyArray<HandlerDefinition>
  readonly store: GroupMemberOptions['store'] & LogTail & HandlerStore
}

interface ConsumerGroup {
  readonly definition: HandlerDefinition
  serving: number
  readonly members: Map<number, GroupMember>
}

/** No process may work on a frozen generation, and none needs to work on an outdated one. */
const isWorkedOn = ({ role }: Pick<HandlerGeneration, 'role'>): boolean =>
  role === 'serving' || role === 'building' || role === 'returning'

export const makeConsumerGroups = (options: ConsumerGroupsOptions): ConsumerGroups => {
  const { definitions, store, logger } = options
  const groups = new Map<string, ConsumerGroup>()

  const join = (group: ConsumerGroup, { name, generation, partitions }: RegisteredHandler | HandlerGeneration) => {
    if (group.members.has(generation)) return
    group.members.set(
      generation,
      makeGroupMember({ ...options, definition: group.definition, ref: { name, generation }, partitions }),
    )
  }

  /**
   * Registers a handler. A start applies when the handler is created, so it is evaluated only for an unknown handler:
   * `now` would be another position each time, and a time costs reads. The store enforces the same rule, for processes
   * that register at the same time.
   */
  const register = async (
    { name, partitions, start }: HandlerDefinition,
    generation: number,
    isKnown: boolean,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, RegisteredHandler>> => {
    const position = isKnown ? E.right(0) : await runSafely(StartFrom.position(store, start))
    if (E.isLeft(position)) {
      return position.left._tag === 'LogRewound'
        ? rejectInput(`start of ${name}`, describeError(position.left))
        : E.left(position.left)
    }
    return runSafely(store.register({ name, generation, partitions, start: position.right }))
  }

  const namedAs = (
    { name }: HandlerDefinition,
    all: ReadonlyArray<HandlerGeneration>,
  ): ReadonlyArray<HandlerGeneration> => all.filter((one) => one.name === name)

  const ofVersion = (
    { version }: HandlerDefinition,
    all: ReadonlyArray<HandlerGeneration>,
  ): ReadonlyArray<HandlerGeneration> => all.filter(({ generation }) => versionOf(generation) === version)

  const openOne = async (
    definition: HandlerDefinition,
    known: ReadonlyArray<HandlerGeneration>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, void>> => {
    const group: ConsumerGroup = { definition, serving: 0, members: new Map() }
    groups.set(definition.name, group)
    const { name, version } = definition
    const own = ofVersion(definition, known)
    const serves = known.find((one) => one.serves)?.generation ?? 0
    group.serving = serves
    for (const one of own) if (isWorkedOn(one)) join(group, one)
    if (versionOf(serves) > version) {
      // Older code runs beside newer code, or instead of it after a deployment was rolled back.
      if (group.members.size === 0) {
        const facts = { name, version, serves: versionOf(serves), mend: 'rollBack lets the former generation serve' }
        logger.error('a newer version of a handler serves; this process does nothing for it', facts)
      }
      return E.right(undefined)
    }
    if (own.length > 0) {
      if (group.members.size === 0) {
        const facts = { name, version, serves: versionOf(serves), mend: 'raise the version, or rebuild the handler' }
        logger.error('this version of a handler was rolled back; this process does nothing for it', facts)
      }
      return E.right(undefined)
    }
    const registered = await register(definition, firstGeneration(version), known.length > 0)
    if (E.isLeft(registered)) return registered
    group.serving = registered.right.serving
    if (isWorkedOn(registered.right)) join(group, registered.right)
    return E.right(undefined)
  }

  /**
   * Members that no longer serve end by themselves: nothing waits for their last events, least of all the heartbeat
   * loop.
   */
  const leavingMembers = new Set<Promise<void>>()

  const leave = (group: ConsumerGroup, generation: number): void => {
    const member = group.members.get(generation)
    group.members.delete(generation)
    if (member === undefined) return
    const left = member.stop().finally(() => leavingMembers.delete(left))
    leavingMembers.add(left)
  }

  /** The blocked takeovers that an operator must resolve, as they were logged. */
  const blocked = new Set<string>()

  const logBlock = ({ name, generation }: HandlerGeneration, block: TakeoverBlock | null): void => {
    const id = `${name} ${generation}`
    if (block !== 'parked') blocked.delete(id)
    if (block !== 'parked' || blocked.has(id)) return
    blocked.add(id)
    logger.error('a build cannot take over: it has parked events', {
      name,
      generation,
      mend: 'retry or discard the events of ParkedEvent.list for this generation; or correct the code and rebuild',
    })
  }

  /**
   * Asks the store to promote a build when it may have caught up. Only the store decides whether it has everything that
   * the serving generation has.
   */
  const promote = async (
    group: ConsumerGroup,
    next: HandlerGeneration,
    served: HandlerGeneration | undefined,
  ): Promise<void> => {
    if (served !== undefined && next.position < served.position) return
    const promoted = await runSafely(store.promote(next))
    if (E.isLeft(promoted))
      return logger.warn('a rebuilt handler cannot take over yet', { name: next.name, why: promoted.left })
    logBlock(next, promoted.right.blockedBy)
    group.serving = promoted.right.serving
    if (group.serving !== next.generation) return
    const facts = { name: next.name, generation: next.generation, former: served?.generation }
    if (next.role === 'returning') logger.warn('a handler was rolled back: its former generation serves again', facts)
    else logger.info('a rebuilt handler has taken over', facts)
  }

  const retireOutdated = async (serving: number, all: ReadonlyArray<HandlerGeneration>): Promise<void> => {
    for (const old of all) {
      if (!isRemovable(old, serving)) continue
      const retired = await runSafely(store.retire(old))
      if (E.isLeft(retired))
        logger.warn('an old generation cannot be removed yet', { name: old.name, why: retired.left })
    }
  }

  /**
   * Acts when the store has no generation any more of a handler of this process. A projection has no effects but
   * documents, which are gone too, so it is rebuilt from its start, unless that is "now", which would be another
   * position than at its creation. It gets a new number: commits in flight to the old generation are fenced, although
   * epochs and revisions begin anew. When several processes do this at once, they make one generation, or the newest
   * takes over. For all other handlers it is an error.
   */
  const registerAgain = async (group: ConsumerGroup): Promise<void> => {
    const { definition, members } = group
    if (!definition.rebuildable || definition.start === 'now') {
      for (const member of members.values()) member.reportRegistrationLost()
      return
    }
    const newest = Math.max(firstGeneration(definition.version) - 1, ...members.keys())
    const registered = await register(definition, newest + 1, false)
    if (E.isLeft(registered))
      return logger.error('the registration of a projection is lost; registering it again failed', {
        name: definition.name,
        why: registered.left,
      })
    logger.warn('the registration of a projection was lost; it is rebuilt from its start', {
      name: definition.name,
      generation: newest + 1,
    })
    for (const generation of [...members.keys()]) leave(group, generation)
    join(group, registered.right)
    options.requestHeartbeat()
  }

  const syncGroup = async (
    group: ConsumerGroup,
    known: ReadonlyArray<HandlerGeneration>,
    joinedBefore: ReadonlySet<number>,
  ): Promise<void> => {
    // The store has no generation of the handler: a heartbeat shows whether its registration is lost, or not made yet.
    if (known.length === 0) {
      if ([...group.members.values()].some((member) => member.isRegistrationLost())) await registerAgain(group)
      return
    }
    const served = known.find(({ serves }) => serves)
    if (served !== undefined) group.serving = served.generation
    const worked = ofVersion(group.definition, known).filter(isWorkedOn)
    for (const generation of group.members.keys()) {
      // The generation no longer serves, or was removed. A generation that was joined during this request is not in the
      // answer yet.
      if (joinedBefore.has(generation) && !worked.some((one) => one.generation === generation)) leave(group, generation)
    }
    for (const one of worked) {
      join(group, one)
      group.members.get(one.generation)?.onStatus(one)
      if (!one.serves) await promote(group, one, served)
    }
    if (versionOf(group.serving) === group.definition.version) await retireOutdated(group.serving, known)
  }

  const syncGenerations = async (): Promise<void> => {
    const before = [...groups.values()].map((group) => [group, new Set(group.members.keys())] as const)
    const all = await runSafely(store.generations)
    if (E.isLeft(all)) return logger.warn('the generations of the handlers cannot be read', { why: all.left })
    for (const [group, joined] of before) await syncGroup(group, namedAs(group.definition, all.right), joined)
  }

  type Checked<A> = Promise<E.Either<UnknownHandler | InvalidInput | StoreUnavailable, A>>

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
    return E.isLeft(all) ? all : E.right({ group, known: namedAs(group.definition, all.right) })
  }

  /** Whether a build never takes over by itself: it is stopped, or has parked events. */
  const isStuck = async ({ name, generation, stops }: HandlerGeneration): Checked<boolean> => {
    if (stops.length > 0) return E.right(true)
    const parked = await runSafely(store.listDocuments({ name, generation, kind: 'parked', count: 1 }))
    return E.isLeft(parked) ? parked : E.right(parked.right.documents.length > 0)
  }

  const rebuild = async (name: string): Checked<void> => {
    const found = await projectionOf(name)
    if (E.isLeft(found)) return found
    const { group, known } = found.right
    const { definition } = group
    const serves = known.find((one) => one.serves)?.generation ?? group.serving
    if (versionOf(serves) > definition.version) {
      return rejectInput(
        'name',
        `a newer version of ${name} serves, ${versionOf(serves)}: roll it back, or raise the version`,
      )
    }
    const own = ofVersion(definition, known)
    const stuck: Array<HandlerGeneration> = []
    for (const one of own) {
      if (one.role !== 'building') continue
      const itIs = await isStuck(one)
      if (E.isLeft(itIs)) return itIs
      // An active build that may take over is the requested rebuild.
      if (!itIs.right) return E.right(undefined)
      stuck.push(one)
    }
    const newest = Math.max(firstGeneration(definition.version) - 1, ...own.map(({ generation }) => generation))
    const registered = await register(definition, newest + 1, known.length > 0)
    if (E.isLeft(registered)) return registered
    join(group, registered.right)
    options.requestHeartbeat()
    for (const one of stuck) {
      leave(group, one.generation)
      const retired = await runSafely(store.retire(one))
      if (E.isLeft(retired)) return retired
      logger.warn('a stuck build (parked events, or stopped) is replaced by a new one', {
        name,
        generation: one.generation,
        by: newest + 1,
      })
    }
    return E.right(undefined)
  }

  const rollBack = async (name: string): Checked<void> => {
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
    const version = versionOf(former.generation)
    if (version === group.definition.version) join(group, former)
    else {
      const facts = { name, version, here: group.definition.version }
      logger.warn('a rollback waits for a process with the former version of the code', facts)
    }
    // Immediately, when the generation has missed nothing.
    await promote(
      group,
      { ...former, role: 'returning' },
      known.find((one) => one.serves),
    )
    options.requestHeartbeat()
    return E.right(undefined)
  }

  const abandon = async (name: string): Checked<void> => {
    const found = await projectionOf(name)
    if (E.isLeft(found)) return found
    const { group, known } = found.right
    for (const one of known) {
      if (one.role !== 'building') continue
      leave(group, one.generation)
      const retired = await runSafely(store.retire(one))
      if (E.isLeft(retired)) return retired
      logger.warn('a build was abandoned', { name, generation: one.generation })
    }
    const serving = known.find((one) => one.serves)
    if (serving === undefined || !known.some(({ role }) => role === 'returning')) return E.right(undefined)
    const kept = await runSafely(store.rollBack(serving))
    if (E.isLeft(kept)) return kept
    logger.warn('a rollback was cancelled', { name, generation: serving.generation })
    options.requestHeartbeat()
    return E.right(undefined)
  }

  const stop = async (): Promise<void> => {
    const all = [...groups.values()].flatMap(({ members }) => [...members.values()])
    await Promise.all([...all.map((member) => member.stop()), ...leavingMembers])
  }

  return {
    open: async () => {
      const all = await runSafely(store.generations)
      if (E.isLeft(all)) return all
      for (const definition of definitions) {
        const opened = await openOne(definition, namedAs(definition, all.right))
        if (E.isRight(opened)) continue
        await stop()
        groups.clear()
        return opened
      }
      return E.right(undefined)
    },
    syncGenerations,
    rebuild: (name) => () => rebuild(name),
    rollBack: (name) => () => rollBack(name),
    abandon: (name) => () => abandon(name),
    members: () => [...groups.values()].flatMap(({ members }) => [...members.values()]),
    localStops: () =>
      [...groups.values()].flatMap(({ members }) =>
        [...members.values()].flatMap((member) => {
          const stop = member.localStop()
          return stop === undefined ? [] : [stop]
        }),
      ),
    serving: (name) => {
      const group = groups.get(name)
      return group?.members.get(group.serving)
    },
    stop,
  }
}
