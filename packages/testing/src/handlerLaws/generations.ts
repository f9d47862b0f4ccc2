import type { Lease } from '@foldlog/core'
import { fail, holds, same } from '../internal/expectation.ts'
import {
  beat,
  commit,
  commitOf,
  freshName,
  handlerOf,
  handlerWith,
  leaseOf,
  left,
  positionsOf,
  right,
  view,
  viewsOf,
} from './given.ts'
import { groupOf, law } from './HandlerLaw.ts'

export const generations = groupOf('generations', [
  law('swap by one step: queries read the one that was promoted', async (store) => {
    const lease = await handlerWith(store, [view('a', 1)])
    const next = await handlerOf(store, 2, { name: lease.name, generation: 2 })
    const { leases } = await beat(store, next, freshName('member'))
    await right(store.commit(leases.map((one) => commitOf(one, [view(`${one.partition}`, 2)], 9))))
    const before = await right(store.listDocuments({ name: lease.name, kind: 'view' }))
    same([before.generation, before.documents.length], [1, 1], 'what serves before')
    const promoted = await right(store.promote(next))
    same(promoted, { ...next, partitions: 2, serving: 2 }, 'what promoting tells')
    const after = await right(store.listDocuments({ name: lease.name, kind: 'view' }))
    same([after.generation, after.position, after.documents.length], [2, 9, 2], 'what serves then')
    same(await positionsOf(store, [lease.name]), { [lease.name]: 9 }, 'the checkpoint')
  }),

  law('are not set back: an older one, or the same again, changes nothing', async (store) => {
    const first = await handlerOf(store, 1)
    const second = await handlerOf(store, 1, { name: first.name, generation: 2 })
    await right(store.promote(second))
    same((await right(store.promote(second))).serving, 2, 'the same again')
    same((await right(store.promote(first))).serving, 2, 'the older one')
  }),

  law('that are behind the one that serves, in any partition, cannot take over until they are not', async (store) => {
    const lease = await handlerWith(store, [view('a', 1)])
    same(
      await commit(store, { ...commitOf(lease, [view('a', 2)], 5), revision: 1 }),
      'committed',
      'the one that serves',
    )
    const next = await handlerOf(store, 2, { name: lease.name, generation: 2 })
    const { leases } = await beat(store, next, freshName('member'))
    const [first, second] = leases
    if (first === undefined || second === undefined) return fail('there are no leases')
    const reach = (of: Lease, revision: number, position: number) =>
      commit(store, { ...commitOf(of, [], position), revision })
    await reach(first, 0, 9)
    await reach(second, 0, 4)
    same((await right(store.promote(next))).serving, 1, 'what serves while one partition is behind')
    same(await positionsOf(store, [lease.name]), { [lease.name]: 5 }, 'the checkpoint')
    await reach(second, 1, 5)
    same((await right(store.promote(next))).serving, 2, 'what serves when none is')
    same(await positionsOf(store, [lease.name]), { [lease.name]: 5 }, 'the checkpoint then')
  }),

  law('take over while both go on, and what is read never goes back', async (store) => {
    const of = await handlerOf(store, 1)
    const next = await handlerOf(store, 1, { name: of.name, generation: 2 })
    const old = leaseOf(await beat(store, of, freshName('member')))
    const young = leaseOf(await beat(store, next, freshName('member')))
    let [swapped, seen] = [false, 0]
    for (let i = 1; i <= 40 && !swapped; i++) {
      // Of three, the new one is behind twice.
      const reached = i % 3 === 0 ? i : i - 1
      const step = (lease: Lease, position: number) =>
        commit(store, { ...commitOf(lease, [], position), revision: i - 1 })
      const look = async () => {
        const { [of.name]: position = 0 } = await positionsOf(store, [of.name])
        return position
      }
      const [, , { serving }, ...looks] = await Promise.all([
        step(old, i),
        step(young, reached),
        right(store.promote(next)),
        look(),
        look(),
      ])
      swapped = serving === 2
      // Two looks side by side may be answered in any order.
      holds(Math.min(...looks) >= seen, `read at ${looks}, after ${seen}`)
      seen = Math.max(...looks, await look())
    }
    holds(swapped, 'it has taken over')
  }),

  law('that are not there cannot be promoted', async (store) => {
    const { name } = await handlerOf(store, 1)
    same((await left(store.promote({ name, generation: 2 })))._tag, 'InvalidInput', 'an unknown generation')
    same((await left(store.promote({ name: freshName(), generation: 1 })))._tag, 'InvalidInput', 'an unknown handler')
  }),

  law('that serve cannot be retired', async (store) => {
    const lease = await handlerWith(store, [view('a', 1)])
    same((await left(store.retire(lease)))._tag, 'InvalidInput', 'the error')
    same(await viewsOf(store, lease), { a: 1 }, 'the views')
  }),

  law('that are retired are forgotten, and the others stay', async (store) => {
    const lease = await handlerWith(store, [view('a', 1)])
    const next = await handlerOf(store, 1, { name: lease.name, generation: 2, start: 1 })
    const held = leaseOf(await beat(store, next, freshName('member')))
    await right(store.promote(next))
    await right(store.retire(lease))
    const ref = { name: lease.name, generation: 1 }
    same(await viewsOf(store, ref), {}, 'the documents')
    same(await commit(store, commitOf(lease, [view('b', 1)])), 'fenced', 'a late commit')
    same((await beat(store, ref, freshName('member'))).leases, [], 'a late heartbeat')
    const status = (await right(store.handlers)).filter(({ name }) => name === lease.name)
    same(
      status.map(({ generation }) => generation),
      [2],
      'the generations that are left',
    )
    same(await commit(store, commitOf(held, [view('a', 2)])), 'committed', 'a commit of the one that stays')
  }),

  law('that are not there can be retired, and twice', async (store) => {
    const { name } = await handlerOf(store, 1)
    await right(store.retire({ name, generation: 2 }))
    await right(store.retire({ name: freshName(), generation: 1 }))
    await handlerOf(store, 1, { name, generation: 2 })
    await right(store.retire({ name, generation: 2 }))
    await right(store.retire({ name, generation: 2 }))
  }),

  law(
    'made anew under a used number are empty, and nobody writes into them who worked on the old one',
    async (store) => {
      const { name } = await handlerOf(store, 1)
      const rebuild = await handlerOf(store, 1, { name, generation: 2 })
      const old = leaseOf(await beat(store, rebuild, freshName('member')))
      await commit(store, commitOf(old, [view('a', 'old')]))
      await right(store.retire(rebuild))
      await handlerOf(store, 1, { name, generation: 2 })
      same(await viewsOf(store, rebuild), {}, 'the documents')
      const held = leaseOf(await beat(store, rebuild, freshName('member')))
      same(await commit(store, commitOf(old, [view('a', 'late')])), 'fenced', 'a late commit')
      same([held.revision, held.position], [0, 0], 'where the new one begins')
      same(await commit(store, commitOf(held, [view('a', 'new')])), 'committed', 'a commit of the new one')
      same(await viewsOf(store, rebuild), { a: 'new' }, 'the documents then')
    },
  ),

  law('with 12,000 documents are retired whole, also while they are worked on', async (store) => {
    const { name } = await handlerOf(store, 1)
    const rebuild = await handlerOf(store, 1, { name, generation: 2 })
    const lease = leaseOf(await beat(store, rebuild, freshName('member')))
    const changes = Array.from({ length: 12_000 }, (_, i) => view(`${i}`, i))
    await commit(store, commitOf(lease, changes))
    const [, ...outcomes] = await Promise.all([
      right(store.retire(rebuild)),
      ...[1, 2, 3].map((revision) => commit(store, { ...commitOf(lease, changes.slice(0, 100)), revision })),
      beat(store, rebuild, freshName('member')),
    ])
    same(outcomes.length, 4, 'how many ended')
    same(await viewsOf(store, rebuild), {}, 'the documents')
    await handlerOf(store, 1, { name, generation: 2 })
    same(await viewsOf(store, rebuild), {}, 'the documents of the one made anew')
  }),
])
