import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerGeneration } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { makeTryLock } from '../async/TryLock.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { type ConsumerGroup, type ConsumerGroupOptions, makeConsumerGroup } from './ConsumerGroup.ts'
import type { GroupMember } from './GroupMember.ts'
import { type GenerationRequests, makeGenerationRequests } from './generationRequests.ts'
import { type HandlerRemovals, makeHandlerRemovals } from './handlerRemovals.ts'
import type { LocalStop } from './LocalStop.ts'

/** All handlers of this process. */
export interface ConsumerGroups extends GenerationRequests, HandlerRemovals {
  readonly open: TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * Joins generations that other processes have begun, promotes one that has caught up, leaves those that no longer
   * serve, and removes outdated ones.
   */
  readonly syncGenerations: () => Promise<void>
  readonly members: () => ReadonlyArray<GroupMember>
  /** Handlers that do nothing in this process for a reason that the store does not know. */
  readonly localStops: () => ReadonlyArray<LocalStop>
  /** Whether this runtime has a handler, started or not. */
  readonly has: (name: string) => boolean
  /** Whether this process works on a handler, or is about to. */
  readonly isWorking: (name: string) => boolean
  /** The member for the serving generation of a handler. */
  readonly serving: (name: string) => GroupMember | undefined
  readonly stop: () => Promise<void>
}

export interface ConsumerGroupsOptions extends Omit<ConsumerGroupOptions, 'definition' | 'suspects'> {
  readonly definitions: ReadonlyArray<HandlerDefinition>
}

const named = (name: string, all: ReadonlyArray<HandlerGeneration>): ReadonlyArray<HandlerGeneration> =>
  all.filter((one) => one.name === name)

export const makeConsumerGroups = (options: ConsumerGroupsOptions): ConsumerGroups => {
  const { definitions, store, logger } = options
  const suspects = makeTryLock()
  const groups = new Map<string, ConsumerGroup>()
  let opening = false
  const members = () => [...groups.values()].flatMap((group) => [...group.members.values()])

  const stop = async (): Promise<void> => {
    await Promise.all([...groups.values()].map((group) => group.stop()))
  }

  const openAll = async (): Promise<E.Either<HandlerMismatch | InvalidInput | StoreUnavailable, void>> => {
    const all = await runSafely(store.generations)
    if (E.isLeft(all)) return all
    for (const definition of definitions) {
      const { name } = definition
      const group = makeConsumerGroup({ ...options, suspects, definition })
      groups.set(name, group)
      const opened = await group.open(named(name, all.right))
      if (E.isRight(opened)) continue
      await stop()
      groups.clear()
      return opened
    }
    return E.right(undefined)
  }

  return {
    ...makeGenerationRequests({ ...options, groups }),
    ...makeHandlerRemovals(options),
    open: async () => {
      opening = true
      const opened = await openAll()
      opening = false
      return opened
    },
    syncGenerations: async () => {
      const before = [...groups].map(([name, group]) => ({ name, group, joined: [...group.members.keys()] }))
      const all = await runSafely(store.generations)
      if (E.isLeft(all)) return logger.warn('the generations of the handlers cannot be read', { why: all.left })
      for (const { name, group, joined } of before) await group.sync(named(name, all.right), joined)
    },
    members,
    localStops: () => [
      ...members().flatMap((member) => member.localStop() ?? []),
      ...[...groups.values()].flatMap((group) => group.idle() ?? []),
    ],
    has: (name) => definitions.some((definition) => definition.name === name),
    isWorking: (name) =>
      opening || [...(groups.get(name)?.members.values() ?? [])].some((member) => member.localStop() === undefined),
    serving: (name) => {
      const group = groups.get(name)
      return group?.members.get(group.serving())
    },
    stop,
  }
}
