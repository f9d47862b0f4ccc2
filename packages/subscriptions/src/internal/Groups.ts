import {
  type HandlerGeneration,
  type HandlerStore,
  type InvalidInput,
  type LogTail,
  type RegisteredHandler,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { UnknownHandler } from '../HandlerRuntimeError.ts'
import { StartFrom } from '../StartFrom.ts'
import { ask } from './asking.ts'
import { firstOf, versionOf } from './generations.ts'
import type { LocalStop } from './localStops.ts'
import { type Member, type MemberOptions, makeMember } from './Member.ts'
import type { Plan } from './Plan.ts'

/** All handlers of this process, each in the generation that serves and in those that are being built beside it. */
export interface Groups {
  readonly open: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  /** Joins generations that others have begun, lets one serve that has caught up, leaves those that serve no more. */
  readonly discover: () => Promise<void>
  readonly rebuild: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  readonly members: () => ReadonlyArray<Member>
  /** Handlers that do nothing in this process, as far as the store cannot say so. */
  readonly localStops: () => ReadonlyArray<LocalStop>
  /** The member that works on the generation of a handler that serves. */
  readonly serving: (name: string) => Member | undefined
  readonly stop: () => Promise<void>
}

export interface GroupsOptions extends Omit<MemberOptions, 'plan' | 'ref' | 'partitions'> {
  readonly plans: ReadonlyArray<Plan>
  readonly store: MemberOptions['store'] & LogTail & HandlerStore
}

interface Group {
  readonly plan: Plan
  serving: number
  readonly members: Map<number, Member>
}

export const makeGroups = (options: GroupsOptions): Groups => {
  const { plans, store, logger } = options
  const groups = new Map<string, Group>()

  const join = (group: Group, { name, generation, partitions, serving }: RegisteredHandler) => {
    group.serving = serving
    if (group.members.has(generation) || generation < serving) return
    group.members.set(generation, makeMember({ ...options, plan: group.plan, ref: { name, generation }, partitions }))
  }

  const register = async (
    { name, partitions, start }: Plan,
    generation: number,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, RegisteredHandler>> => {
    const position = await ask(StartFrom.position(store, start))
    if (E.isLeft(position)) return position
    return ask(store.register({ name, generation, partitions, start: position.right }))
  }

  /** The generations of our own version that are of interest: the one that serves, and later ones. */
  const ours = (group: Group, all: ReadonlyArray<HandlerGeneration>): ReadonlyArray<HandlerGeneration> =>
    all.filter(
      ({ name, generation }) =>
        name === group.plan.name && versionOf(generation) === group.plan.version && generation >= group.serving,
    )

  const openOne = async (
    plan: Plan,
    all: ReadonlyArray<HandlerGeneration>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, void>> => {
    const group: Group = { plan, serving: 0, members: new Map() }
    groups.set(plan.name, group)
    const served = all.find(({ name, serves }) => name === plan.name && serves)
    if (served !== undefined && versionOf(served.generation) > plan.version) {
      // Older code beside newer, or instead of it: what serves is not its to touch.
      logger.error('a newer version of a handler serves; this process does nothing for it', {
        name: plan.name,
        version: plan.version,
        serves: versionOf(served.generation),
      })
      group.serving = served.generation
      return E.right(undefined)
    }
    const known = all.filter(({ name, generation }) => name === plan.name && versionOf(generation) === plan.version)
    const generations = known.length > 0 ? known.map(({ generation }) => generation) : [firstOf(plan.version)]
    for (const generation of generations) {
      const registered = await register(plan, generation)
      if (E.isLeft(registered)) return registered
      join(group, registered.right)
    }
    return E.right(undefined)
  }

  /** Members that serve no more end by themselves: nobody waits for their last events, least of all the heart. */
  const leaving = new Set<Promise<void>>()

  const leave = (group: Group, generation: number): void => {
    const member = group.members.get(generation)
    group.members.delete(generation)
    if (member === undefined) return
    const left = member.stop().finally(() => leaving.delete(left))
    leaving.add(left)
  }

  /** Whether it has caught up is decided by the store; it is asked when it may be so. */
  const swap = async (group: Group, built: HandlerGeneration, served: HandlerGeneration | undefined): Promise<void> => {
    if (served !== undefined && built.position < served.position) return
    const promoted = await ask(store.promote(built))
    if (E.isLeft(promoted))
      return logger.warn('a rebuilt handler cannot take over yet', { name: built.name, why: promoted.left })
    group.serving = promoted.right.serving
    if (group.serving !== built.generation) return
    logger.info('a rebuilt handler has taken over', { name: built.name, generation: built.generation })
  }

  const retireOld = async (group: Group, all: ReadonlyArray<HandlerGeneration>): Promise<void> => {
    for (const old of all) {
      if (old.name !== group.plan.name || old.generation >= group.serving) continue
      leave(group, old.generation)
      const retired = await ask(store.retire(old))
      if (E.isLeft(retired))
        logger.warn('an old generation cannot be removed yet', { name: old.name, why: retired.left })
    }
  }

  /**
   * What is done when the store has no generation of a handler any more that this process works on. A projection has no effects but documents, which are gone too, so
   * that it is built again from its start; "now" would be another one than at its creation. It gets a new number: whatever is still on its way to the old generation is
   * fenced, while epochs and revisions begin anew. Several processes that do so at once make one, or the newest takes over. For everything else it is an error.
   */
  const registerAgain = async (group: Group): Promise<void> => {
    const { plan, members } = group
    if (!plan.rebuildable || plan.start === 'now') {
      for (const member of members.values()) member.tellLost()
      return
    }
    const newest = Math.max(firstOf(plan.version) - 1, ...members.keys())
    const registered = await register(plan, newest + 1)
    if (E.isLeft(registered))
      return logger.error('the registration of a projection is lost, and cannot be made again yet', {
        name: plan.name,
        why: registered.left,
      })
    logger.warn('the registration of a projection was lost; it is built again from its start', {
      name: plan.name,
      generation: newest + 1,
    })
    for (const generation of [...members.keys()]) leave(group, generation)
    join(group, registered.right)
    options.hurry()
  }

  /** Members of generations that the store does not have any more. */
  const dropLost = async (group: Group, all: ReadonlyArray<HandlerGeneration>): Promise<void> => {
    const own = all.filter(({ name }) => name === group.plan.name)
    const lost = [...group.members].filter(
      ([generation, member]) => member.isLost() && !own.some((one) => one.generation === generation),
    )
    if (lost.length === 0) return
    if (own.length === 0) return registerAgain(group)
    // It was retired, or the store has another one: that is worked on, if it is of our version.
    for (const [generation] of lost) {
      if (generation > group.serving)
        logger.warn('the store does not have a generation of a handler any more', { name: group.plan.name, generation })
      leave(group, generation)
    }
  }

  const discover = async (): Promise<void> => {
    const all = await ask(store.generations)
    if (E.isLeft(all)) return logger.warn('the handlers cannot be looked at', { why: all.left })
    for (const group of groups.values()) {
      const { name } = group.plan
      const served = all.right.find((one) => one.name === name && one.serves)
      if (served !== undefined) group.serving = served.generation
      for (const one of ours(group, all.right)) {
        join(group, { ...one, serving: group.serving })
        group.members.get(one.generation)?.heard(one)
        if (one.generation > group.serving) await swap(group, one, served)
      }
      for (const generation of group.members.keys()) if (generation < group.serving) leave(group, generation)
      await dropLost(group, all.right)
      if (versionOf(group.serving) === group.plan.version) await retireOld(group, all.right)
    }
  }

  const stop = async (): Promise<void> => {
    const all = [...groups.values()].flatMap(({ members }) => [...members.values()])
    await Promise.all([...all.map((member) => member.stop()), ...leaving])
  }

  return {
    open: async () => {
      const all = await ask(store.generations)
      if (E.isLeft(all)) return all
      for (const plan of plans) {
        const opened = await openOne(plan, all.right)
        if (E.isRight(opened)) continue
        await stop()
        groups.clear()
        return opened
      }
      return E.right(undefined)
    },
    discover,
    rebuild: (name) => async () => {
      const group = groups.get(name)
      if (group === undefined) return E.left({ _tag: 'UnknownHandler', name, known: [...groups.keys()] })
      if (!group.plan.rebuildable) {
        return refuse('name', `${name} is no projection: what has effects is not done once more`)
      }
      const all = await ask(store.generations)
      if (E.isLeft(all)) return all
      const newest = Math.max(
        firstOf(group.plan.version) - 1,
        ...ours(group, all.right).map(({ generation }) => generation),
      )
      if (versionOf(group.serving) > group.plan.version) return refuse('name', `a newer version of ${name} serves`)
      // One that is being built already is the rebuild that is wanted.
      if (newest > group.serving) return E.right(undefined)
      const registered = await register(group.plan, newest + 1)
      if (E.isLeft(registered)) return registered
      join(group, registered.right)
      options.hurry()
      return E.right(undefined)
    },
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
