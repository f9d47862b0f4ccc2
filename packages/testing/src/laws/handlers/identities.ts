import type { HandlerIdentity } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commit, commitOf, firstLease, freshName, registerHandler, sendHeartbeat } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const views: HandlerIdentity = {
  kind: 'Projection',
  reads: { categories: ['account', "O'Brien"], types: ['Opened'] },
  start: 'origin',
}
const more: HandlerIdentity = { ...views, reads: { categories: ['account', 'transfer'] }, start: 'now' }
const mails: HandlerIdentity = { ...views, kind: 'EventHandler' }

/** The identities of the generations of a handler, by their numbers. */
const identitiesOf = async (store: CompleteHandlerStore, name: string) =>
  Object.fromEntries(
    (await right(store.generations)).flatMap((one) =>
      one.name === name ? [[one.generation, one.identity] as const] : [],
    ),
  )

export const identities = groupOf('registration', [
  law('each generation keeps the identity with which it was registered', async ({ store, other }) => {
    const name = freshName()
    const made = await right(store.register({ name, generation: 1, partitions: 1, start: 0, identity: views }))
    expectEqual(made.identity, views, 'the identity in the answer')
    const again = await right(other.register({ name, generation: 1, partitions: 1, start: 0, identity: more }))
    expectEqual(again.identity, views, 'the identity in the answer to another registration')
    await right(store.register({ name, generation: 2, partitions: 1, start: 0, identity: more }))
    expectEqual(await identitiesOf(other, name), { 1: views, 2: more }, 'the identities')
    const promoted = await right(store.promote({ name, generation: 2 }))
    expectEqual(promoted.identity, more, 'the identity in the answer of a promotion')
  }),

  law('a generation without identity takes that of the next registration', async ({ store }) => {
    const { name } = await registerHandler(store, 1)
    expectEqual(await identitiesOf(store, name), { 1: null }, 'the identity at first')
    const made = await right(store.register({ name, generation: 1, partitions: 1, start: 0, identity: views }))
    expectEqual(made.identity, views, 'the identity in the answer')
    await right(store.register({ name, generation: 1, partitions: 1, start: 0 }))
    expectEqual(await identitiesOf(store, name), { 1: views }, 'the identity in the end')
  }),

  law('an identity is replaced only by a registration that names it exactly', async ({ store, other }) => {
    const name = freshName()
    const of = { name, generation: 1, partitions: 1, start: 0 }
    await right(store.register({ ...of, identity: views }))
    const stale = await right(store.register({ ...of, identity: more, replaces: more }))
    expectEqual(stale.identity, views, 'the identity when another one is named')
    const made = await right(other.register({ ...of, identity: more, replaces: views }))
    expectEqual(made.identity, more, 'the identity in the answer')
    expectEqual(await identitiesOf(store, name), { 1: more }, 'the identity in the end')
  }),

  law('a commit under an identity that was replaced is fenced, and one under a new lease is not', async (context) => {
    const { store, other } = context
    const of = { name: freshName(), generation: 1, partitions: 2, start: 0 }
    await right(store.register({ ...of, identity: views }))
    const member = freshName('member')
    const answer = await sendHeartbeat(store, of, member)
    const { leases } = answer
    await right(other.register({ ...of, identity: more, replaces: more }))
    expectEqual(await commit(store, commitOf(firstLease(answer), [], 0)), 'committed', 'before it is replaced')
    await right(other.register({ ...of, identity: more, replaces: views }))
    for (const lease of leases) {
      const late = { ...commitOf(lease, [], 0), revision: lease.revision + (lease === leases[0] ? 1 : 0) }
      expectEqual(await commit(store, late), 'fenced', `the commit of partition ${lease.partition}`)
    }
    for (const lease of (await sendHeartbeat(store, of, member)).leases)
      expectEqual(await commit(store, commitOf(lease, [], 0)), 'committed', 'the commit under a new lease')
  }),

  law('another kind under the name of a handler is refused, with both sides', async ({ store, other }) => {
    const name = freshName()
    await right(store.register({ name, generation: 1, partitions: 3, start: 0, identity: views }))
    for (const generation of [1, 2]) {
      const refused = await left(other.register({ name, generation, partitions: 2, start: 0, identity: mails }))
      expectEqual(
        refused,
        {
          _tag: 'HandlerMismatch',
          name,
          generation: 1,
          stored: { ...views, partitions: 3 },
          given: { ...mails, partitions: 2 },
          differs: ['kind', 'partitions'],
        },
        `the error for generation ${generation}`,
      )
    }
    expectEqual(await identitiesOf(store, name), { 1: views }, 'the generations')
  }),

  law('of two kinds that are registered at once under a new name, one is refused', async ({ store, other }) => {
    for (let round = 0; round < 10; round++) {
      const name = freshName()
      const outcomes = await Promise.all([
        store.register({ name, generation: 1, partitions: 1, start: 0, identity: views })(),
        other.register({ name, generation: 2, partitions: 1, start: 0, identity: mails })(),
      ])
      expectEqual(outcomes.map(({ _tag }) => _tag).sort(), ['Left', 'Right'], 'the outcomes')
      expectEqual(Object.keys(await identitiesOf(store, name)).length, 1, 'how many generations there are')
    }
  }),
])
