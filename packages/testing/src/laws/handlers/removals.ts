import type { HandlerInUse, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  errorTag,
  firstLease,
  freshName,
  leaseWithDocuments,
  positionsOf,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const noDocuments = { view: 0, process: 0, command: 0, timer: 0, parked: 0, stop: 0, gaps: 0, attempts: 0 }

/** A handler at position 1 with two views and a parked event, on which no member works any more. */
const idleHandler = async (store: CompleteHandlerStore) => {
  const parked = { kind: 'parked', key: 'a', data: { position: 1 } } as const
  const lease = await leaseWithDocuments(store, [view('a', 1), view('b', 2), parked])
  await right(store.release([lease]))
  for (const { member } of await membersOf(store, lease.name))
    await sendHeartbeat(store, lease, member, { capacity: 0 })
  return lease
}

const membersOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.handlerStatuses)).flatMap((one) => (one.name === name ? one.members : []))

const numbersOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.generations)).filter((one) => one.name === name).map(({ generation }) => generation)

const reset = (name: string, more: object = {}) => ({ name, generation: 5, partitions: 2, start: 7, ...more })

/** Each way in which a handler under this name can go. */
const removing = (
  store: CompleteHandlerStore,
  name: string,
): ReadonlyArray<TE.TaskEither<HandlerInUse | InvalidInput | StoreUnavailable, unknown>> => [
  store.remove(name),
  store.rename(name, freshName()),
  store.reset(reset(name)),
]

export const removals = groupOf('removals', [
  law('a removed handler is forgotten, and the answer has what it was', async ({ store, other }) => {
    const lease = await idleHandler(store)
    const { name } = lease
    const build = await registerHandler(store, 1, { name, generation: 2 })
    const stays = await leaseWithDocuments(store, [view('a', 1)])
    const removal = await right(other.remove(name))
    expectEqual(
      removal,
      { generations: [1, 2], position: 1, documents: { ...noDocuments, view: 2, parked: 1 } },
      'what was removed',
    )
    expectEqual(await numbersOf(store, name), [], 'its generations')
    expectEqual(await positionsOf(store, [name]), {}, 'its checkpoints')
    expectEqual(await viewsOf(store, lease), {}, 'its views')
    expectEqual((await sendHeartbeat(store, build, freshName('member'))).known, false, 'whether its build is known')
    expectEqual(await viewsOf(store, stays), { a: 1 }, 'the views of another handler')
  }),

  law('a removed handler is created anew, and late work of the old one is fenced', async ({ store }) => {
    const old = await idleHandler(store)
    await right(store.remove(old.name))
    const made = await right(store.register({ name: old.name, generation: 1, partitions: 1, start: 7 }))
    expectEqual([made.start, made.serving, made.role], [7, 1, 'serving'], 'start, serving generation and role')
    expectEqual(await viewsOf(store, old), {}, 'the views')
    const held = firstLease(await sendHeartbeat(store, old, freshName('member')))
    expectEqual([held.position, held.revision], [7, 0], 'position and revision')
    expectEqual(held.epoch > old.epoch, true, 'whether the epoch is above the old one')
    for (const revision of [0, 1])
      expectEqual(await commit(store, commitOf({ ...old, revision }, [view('c')], 9)), 'fenced', 'a late commit')
  }),

  law('a handler is neither removed nor renamed nor reset while a member works on it', async ({ store, other }) => {
    const { name } = await registerHandler(store, 2)
    const at = { name, generation: 1 }
    const lease = firstLease(await sendHeartbeat(store, at, 'member 1'))
    const refused = async (members: ReadonlyArray<string>): Promise<void> => {
      for (const task of removing(other, name)) {
        const error = await left(task)
        if (error._tag !== 'HandlerInUse') return fail(`the error is ${error._tag}`)
        expectEqual([error.name, error.members], [name, members], 'the handler and its members')
        expectEqual(error.until.getTime() > 0, true, 'whether it says when the leases end')
      }
    }
    await refused(['member 1'])
    await sendHeartbeat(store, at, 'member 1', { capacity: 0 })
    await refused(['member 1'])
    expectEqual(await commit(store, commitOf(lease, [view('a')])), 'committed', 'a commit of the member')
    const leases = (await sendHeartbeat(store, at, 'member 1', { capacity: 0 })).leases
    await right(store.release(leases))
    await right(other.remove(name))
  }),

  law('a member whose lease has expired prevents no removal', async ({ store, until }) => {
    const at = await registerHandler(store, 1)
    await sendHeartbeat(store, at, 'member', { leaseTime: 1 })
    await until('the handler is removed', async () => (await store.remove(at.name)())._tag === 'Right')
  }),

  law(
    'a renamed handler keeps everything but its name, and late work under the old name is fenced',
    async (context) => {
      const { store, other } = context
      const old = await idleHandler(store)
      const newName = freshName('renamed')
      await right(other.rename(old.name, newName))
      expectEqual(await numbersOf(store, old.name), [], 'the generations under the old name')
      expectEqual(await numbersOf(store, newName), [1], 'the generations under the new name')
      expectEqual(await positionsOf(store, [newName]), { [newName]: 1 }, 'the checkpoint')
      expectEqual(await viewsOf(store, { name: newName, generation: 1 }), { a: 1, b: 2 }, 'the views')
      expectEqual(await commit(store, commitOf(old, [view('c')])), 'fenced', 'a late commit')
      const held = firstLease(await sendHeartbeat(store, { name: newName, generation: 1 }, freshName('member')))
      expectEqual(await commit(store, commitOf({ ...old, name: newName }, [view('c')])), 'fenced', 'a guessed commit')
      expectEqual(await commit(store, commitOf(held, [view('c', 3)])), 'committed', 'a commit under the new name')
      // A handler that is created under the old name is another.
      await registerHandler(store, 1, { name: old.name })
      expectEqual(await viewsOf(store, old), {}, 'the views under the old name')
      expectEqual(await commit(store, commitOf(old, [view('c')])), 'fenced', 'a late commit into the new handler')
    },
  ),

  law('a handler that gets the name of a removed one fences late work of that one', async ({ store }) => {
    const former = await idleHandler(store)
    await right(store.remove(former.name))
    const { name } = await idleHandler(store)
    await right(store.rename(name, former.name))
    const held = firstLease(await sendHeartbeat(store, former, freshName('member')))
    expectEqual(held.epoch > former.epoch, true, 'whether the epoch is above that of the former handler')
    expectEqual(await commit(store, commitOf(former, [view('c')])), 'fenced', 'a late commit of the former handler')
  }),

  law('a reset handler has one generation, without documents, from the new start', async ({ store }) => {
    const old = await idleHandler(store)
    const { name } = old
    await registerHandler(store, 1, { name, generation: 2 })
    const removal = await right(store.reset(reset(name)))
    expectEqual([removal.generations, removal.position, removal.documents.view], [[1, 2], 1, 2], 'what was removed')
    expectEqual(await numbersOf(store, name), [5], 'its generations')
    const { leases } = await sendHeartbeat(store, { name, generation: 5 }, freshName('member'))
    expectEqual(
      leases.map(({ position }) => position),
      [7, 7],
      'where its partitions begin',
    )
    expectEqual(await viewsOf(store, { name, generation: 5 }), {}, 'its views')
    expectEqual(await commit(store, commitOf(old, [view('c')])), 'fenced', 'a late commit')
    expectEqual(await right(store.checkpoints([name])).then(({ positions }) => positions), { [name]: 7 }, 'what serves')
  }),

  law('a reset may change what a handler is', async ({ store }) => {
    const name = freshName()
    const identity = { kind: 'Projection', reads: { categories: ['a'] }, start: 'origin' }
    await right(store.register({ name, generation: 1, partitions: 1, start: 0, identity }))
    const other = { ...identity, kind: 'EventHandler' }
    await right(store.reset(reset(name, { identity: other })))
    const made = await right(store.register(reset(name, { identity: other, start: 0 })))
    expectEqual([made.identity, made.start, made.partitions], [other, 7, 2], 'identity, start and partitions')
  }),

  law('of a removal and a heartbeat at the same moment, one comes first', async ({ store, other }) => {
    for (let round = 0; round < 20; round++) {
      const at = await registerHandler(store, 1)
      const [removed, answer] = await Promise.all([store.remove(at.name)(), sendHeartbeat(other, at, 'member')])
      const [lease] = answer.leases
      const outcome = lease === undefined ? 'fenced' : await commit(other, commitOf(lease, [view('a')]))
      expectEqual(outcome, removed._tag === 'Right' ? 'fenced' : 'committed', 'a commit of the member')
    }
  }),

  law('an open inline projection is neither removed nor renamed nor reset', async ({ store }) => {
    const { name, generation } = await registerHandler(store, 1)
    const category = freshName('category').replace(/\W/g, '')
    await right(store.openInline({ name, generation }, [category]))
    for (const task of removing(store, name)) expectEqual(await errorTag(task), 'InvalidInput', 'the error')
    await right(store.endInline(name))
    await right(store.remove(name))
  }),

  law('an unknown handler and a name that is taken are refused', async ({ store }) => {
    const [a, b] = [await registerHandler(store, 1), await registerHandler(store, 1)]
    for (const task of [
      store.remove(freshName()),
      store.rename(freshName(), freshName()),
      store.reset(reset(freshName())),
      store.rename(a.name, b.name),
      store.rename(a.name, a.name),
    ])
      expectEqual(await errorTag(task), 'InvalidInput', 'the error')
    expectEqual([await numbersOf(store, a.name), await numbersOf(store, b.name)], [[1], [1]], 'the generations')
  }),
])
