import type { HandlerRef, HandlerRegistration } from '@foldlog/core/store'
import { rejectInput } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, type HandlerFault, nextMacrotask, type Replaced, withoutFencing } from './HandlerFault.ts'

/** Ends every lease of a handler by force. */
const evict = async (store: MemoryStore, name: string): Promise<void> => {
  const all = await store.handlerStatuses()
  for (const { generation, partitions, members } of E.isRight(all) ? all.right : []) {
    const of = { name, generation }
    for (const { member } of members) {
      const left = await store.heartbeat([{ ...of, member, leaseTime: 1, capacity: 0, report: null }])()
      await store.release(E.isRight(left) ? left.right.flatMap(({ leases }) => leases) : [])()
    }
    await store.release(
      partitions.map(({ partition, epoch, revision, position }) => ({
        ...of,
        partition,
        epoch,
        revision,
        position,
        anchor: null,
        released: true,
      })),
    )()
  }
}

/** Removes handlers that members work on. */
const removesInUse: Replaced = (store) => ({
  remove: (name) => async () => {
    await evict(store, name)
    return store.remove(name)()
  },
})

/** A store whose removed handlers come back with their first epochs. */
const forgetsEpochs: Replaced = (store) => {
  const base = new Map<string, number>()
  const shift = (of: HandlerRef): number => base.get(of.name) ?? 0
  const note = async (name: string): Promise<void> => {
    const all = await store.handlerStatuses()
    const epochs = (E.isRight(all) ? all.right : []).flatMap((one) =>
      one.name === name ? one.partitions.map(({ epoch }) => epoch) : [],
    )
    base.set(name, Math.max(0, ...epochs))
  }
  return {
    register: (handler) => async () => {
      const made = await store.register(handler)()
      await note(handler.name)
      return made
    },
    heartbeat: (beats) =>
      TE.Functor.map(store.heartbeat(beats), (answers) =>
        answers.map((answer) => ({
          ...answer,
          leases: answer.leases.map((lease) => ({ ...lease, epoch: lease.epoch - shift(lease) })),
        })),
      ),
    commit: (commits) =>
      store.commit(
        Array.isArray(commits) ? commits.map((work) => ({ ...work, epoch: work.epoch + shift(work) })) : commits,
      ),
  }
}

/** A handler under another name, without what the old one has. */
const copiesTheName: Replaced = (store) => ({
  rename: (name, newName) => async () => {
    const removed = await store.remove(name)()
    if (E.isLeft(removed)) return removed
    await store.register({ name: newName, generation: 1, partitions: 1, start: removed.right.position })()
    return E.right(undefined)
  },
})

/** Removes a handler, then registers it. */
const resetWith =
  (change: (handler: HandlerRegistration) => HandlerRegistration): Replaced =>
  (store) => ({
    reset: (handler) => async () => {
      const removed = await store.remove(handler.name)()
      if (E.isRight(removed)) await store.register(change(handler))()
      return removed
    },
  })

export const removalFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'removes the serving generation only',
    caughtBy: 'removals: a removed handler is forgotten, and the answer has what it was',
    says: 'what was removed',
    make: broken((store) => ({
      remove: (name) =>
        TE.Functor.map(store.remove(name), (removal) => ({
          ...removal,
          generations: removal.generations.slice(0, 1),
        })),
    })),
  },
  {
    fault: 'forgets the epochs of a removed handler',
    caughtBy: 'removals: a removed handler is created anew, and late work of the old one is fenced',
    says: 'whether the epoch is above the old one',
    make: broken(forgetsEpochs),
  },
  {
    fault: 'removes a handler that members work on',
    caughtBy: 'removals: a handler is neither removed nor renamed nor reset while a member works on it',
    says: 'expected an error',
    make: broken(removesInUse),
  },
  {
    fault: 'counts members whose lease has expired',
    caughtBy: 'removals: a member whose lease has expired prevents no removal',
    says: 'did not come about',
    make: broken((store) => {
      const members = new Set<string>()
      return {
        heartbeat: (beats) => {
          for (const { name } of Array.isArray(beats) ? beats : []) members.add(name)
          return store.heartbeat(beats)
        },
        remove: (name) =>
          members.has(name)
            ? TE.left({ _tag: 'HandlerInUse', name, members: ['member'], until: new Date(0) })
            : store.remove(name),
      }
    }),
  },
  {
    fault: 'gives a handler another name and leaves its documents',
    caughtBy: 'removals: a renamed handler keeps everything but its name',
    says: 'the views',
    make: broken(copiesTheName),
  },
  {
    fault: 'forgets the epochs of a former handler of the new name',
    caughtBy: 'removals: a handler that gets the name of a removed one fences late work of that one',
    says: 'a late commit of the former handler',
    make: broken(withoutFencing),
  },
  {
    fault: 'resets a handler to the start that it had',
    caughtBy: 'removals: a reset handler has one generation',
    says: 'where its partitions begin',
    make: broken(resetWith((handler) => ({ ...handler, start: 0 }))),
  },
  {
    fault: 'keeps no identity of a handler that was reset',
    caughtBy: 'removals: a reset may change what a handler is',
    says: 'identity, start and partitions',
    make: broken((store) => ({
      ...resetWith((handler) => handler)(store),
      register: (handler) => TE.Functor.map(store.register(handler), (made) => ({ ...made, identity: null })),
    })),
  },
  {
    fault: 'looks for members before it removes, not at the same moment',
    caughtBy: 'removals: of a removal and a heartbeat at the same moment, one comes first',
    says: 'a commit of the member',
    make: broken((store) => ({
      remove: (name) => async () => {
        const all = await store.handlerStatuses()
        const used = E.isRight(all) && all.right.some((one) => one.name === name && one.members.length > 0)
        await nextMacrotask()
        if (used) return store.remove(name)()
        await evict(store, name)
        const removed = await store.remove(name)()
        await store.register({ name, generation: 1, partitions: 1, start: 0 })()
        return E.isRight(removed) ? removed : rejectInput('handler', 'is in use')
      },
      ...withoutFencing(store),
    })),
  },
  {
    fault: 'removes an open inline projection',
    caughtBy: 'removals: an open inline projection is neither removed nor renamed nor reset',
    says: 'expected an error',
    make: broken((store) => ({
      remove: (name) => async () => {
        await store.endInline(name)()
        return store.remove(name)()
      },
    })),
  },
  {
    fault: 'renames a handler over another one',
    caughtBy: 'removals: an unknown handler and a name that is taken are refused',
    says: 'expected an error',
    make: broken((store) => ({
      rename: (name, newName) => async () => {
        await store.remove(newName)()
        return store.rename(name, newName)()
      },
    })),
  },
]
