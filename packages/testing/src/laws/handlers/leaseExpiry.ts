import type { HandlerRef, HeartbeatAnswer } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  appendOne,
  commit,
  commitOf,
  expiredMember,
  firstLease,
  freshName,
  heartbeatOf,
  hour,
  registerHandler,
  sendHeartbeat,
} from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { numbered, partitionsOf } from './leaseFixtures.ts'

export const leaseExpiry = groupOf('leases', [
  law('an expired lease is taken by another member, with a higher epoch', async ({ store, until }) => {
    const of = await registerHandler(store, 3)
    const dead = await expiredMember(store, of, until)
    const taken = await sendHeartbeat(store, of, freshName('member'))
    expectEqual(
      taken.leases.map(({ epoch }) => epoch),
      [2, 2, 2],
      'the epochs',
    )
    expectEqual((await sendHeartbeat(store, of, dead.member)).leases, [], 'the leases of the member that returns')
  }),

  law('a lease says whether the holder before it released the partition', async ({ store, until }) => {
    const of = await registerHandler(store, 2)
    const releasedOf = (answer: HeartbeatAnswer) => answer.leases.map(({ released }) => released)
    const dead = await expiredMember(store, of, until)
    expectEqual(releasedOf(dead), [true, true], 'the first leases of the partitions')
    const member = freshName('member')
    const taken = await sendHeartbeat(store, of, member)
    expectEqual(releasedOf(taken), [false, false], 'the leases after others that expired')
    expectEqual(releasedOf(await sendHeartbeat(store, of, member)), [false, false], 'the same leases, renewed')
    await right(store.release(taken.leases))
    await sendHeartbeat(store, of, member, { capacity: 0 })
    const next = await sendHeartbeat(store, of, freshName('member'))
    expectEqual(releasedOf(next), [true, true], 'the leases after others that were released')
  }),

  law('an expired lease that no member took is still its holder’s, in the same epoch', async ({ store, until }) => {
    const of = await registerHandler(store, 3)
    const dead = await expiredMember(store, of, until)
    const back = await sendHeartbeat(store, of, dead.member)
    expectEqual(back.leases, dead.leases, 'the leases of the member that returns')
    expectEqual((await sendHeartbeat(store, of, freshName('member'))).leases, [], 'what another gets then')
  }),

  law('of expired leases that were taken in part, the rest is still their holder’s', async ({ store, until }) => {
    const of = await registerHandler(store, 3)
    const dead = await expiredMember(store, of, until)
    await sendHeartbeat(store, of, freshName('member'), { capacity: 1 })
    const back = await sendHeartbeat(store, of, dead.member)
    expectEqual(back.leases, dead.leases.slice(1), 'the leases of the member that returns')
  }),

  law('a lease that has not expired is not taken, whatever other members ask for', async ({ store }) => {
    const of = await registerHandler(store, 2)
    await sendHeartbeat(store, of, freshName('member'))
    for (const _ of numbered(5))
      expectEqual((await sendHeartbeat(store, of, freshName('member'))).leases, [], 'what another gets')
  }),

  law('a release that is repeated, of another epoch or of an unknown partition changes nothing', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const [first, second] = [freshName('member'), freshName('member')]
    const old = firstLease(await sendHeartbeat(store, of, first))
    await right(store.release([old]))
    const held = firstLease(await sendHeartbeat(store, of, second))
    await right(
      store.release([old, { ...old, name: freshName() }, { ...old, generation: 2 }, { ...old, partition: 7 }]),
    )
    await right(store.release([]))
    expectEqual(firstLease(await sendHeartbeat(store, of, second)), held, 'the lease of the second')
  }),

  law('a holder may commit after its lease expired, until another member takes it', async ({ store, until }) => {
    const of = await registerHandler(store, 1)
    const lease = firstLease(await expiredMember(store, of, until))
    expectEqual(await commit(store, commitOf(lease, [])), 'committed', 'a commit before')
    await sendHeartbeat(store, of, freshName('member'))
    expectEqual(await commit(store, { ...commitOf(lease, []), revision: 1 }), 'fenced', 'a commit after')
  }),

  law('a call with several handlers is answered in order, and unknown handlers have no leases', async ({ store }) => {
    const [a, b] = [await registerHandler(store, 2), await registerHandler(store, 1)]
    const member = freshName('member')
    const unknown = { name: freshName(), generation: 1 }
    const asked = [b, unknown, a, { ...a, generation: 2 }].map((of) => heartbeatOf(of, member))
    const answers = await right(store.heartbeat(asked))
    expectEqual(answers.map(partitionsOf), [[0], [], [0, 1], []], 'the partitions')
    expectEqual(answers[0]?.leases[0]?.name, b.name, 'the first handler')
    expectEqual(await right(store.heartbeat([])), [], 'the answers to nothing')
  }),

  law('an answer says whether the generation is known, whichever member holds its partitions', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const next = { name: of.name, generation: 2 }
    const knows = async (asked: HandlerRef, more = {}) =>
      (await sendHeartbeat(store, asked, freshName('member'), more)).known
    expectEqual(
      [await knows(of), await knows(of), await knows(of, { capacity: 0 })],
      [true, true, true],
      'what is registered',
    )
    expectEqual([await knows(next), await knows({ name: freshName(), generation: 1 })], [false, false], 'what is not')
    await right(store.register({ ...next, partitions: 1, start: 0 }))
    await right(store.promote(next))
    await right(store.retire(of))
    expectEqual([await knows(next), await knows(of)], [true, false], 'what serves, and what was retired')
  }),

  law('a member keeps its leases while 8 others send heartbeats at once', async ({ store }) => {
    const of = await registerHandler(store, 8)
    const member = freshName('member')
    const held = await sendHeartbeat(store, of, member)
    await appendOne(store)
    await Promise.all(numbered(8).map(() => sendHeartbeat(store, of, freshName('member'), { leaseTime: hour })))
    expectEqual((await sendHeartbeat(store, of, member)).leases, held.leases, 'the leases')
  }),
])
