import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  appendOne,
  commit,
  commitOf,
  expiredMember,
  firstLease,
  freshName,
  hour,
  leaseWithDocuments,
  positionsOf,
  registerHandler,
  sendHeartbeat,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const statusOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.handlerStatuses)).filter((handler) => handler.name === name)

const generationsOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.generations)).filter((generation) => generation.name === name)

export const status = groupOf('status', [
  law('the status has the partitions, their holders and the members', async ({ store }) => {
    const of = await registerHandler(store, 2)
    const [first, second] = [freshName('member'), freshName('a member')]
    const from = Date.now()
    const lease = firstLease(await sendHeartbeat(store, of, first, { capacity: 1, report: { rate: 1 } }))
    await sendHeartbeat(store, of, second, { capacity: 0 })
    await commit(store, commitOf(lease, [], 3))
    const [reported] = await statusOf(store, of.name)
    const [held, free] = reported?.partitions ?? []
    expectEqual([reported?.name, reported?.generation, reported?.serves], [of.name, 1, true], 'the handler')
    expectEqual(
      [held?.partition, held?.position, held?.epoch, held?.holder],
      [0, 3, 1, first],
      'the partition that is held',
    )
    // The clocks of two machines may differ, but not by as much as that.
    expectTrue((held?.until?.getTime() ?? 0) > from + hour / 2, 'the end of the lease lies ahead')
    expectEqual([free?.partition, free?.position, free?.epoch], [1, 0, 0], 'the partition that is free')
    expectEqual([free?.holder, free?.until], [null, null], 'the owner')
    expectEqual([held?.revision, free?.revision], [1, 0], 'how many commits there were')
    expectEqual(
      reported?.members.map(({ member, report }) => [member, report]),
      [[first, { rate: 1 }]],
      'the members',
    )
  }),

  law('the status has neither a holder nor a member whose lease has expired', async ({ store, until }) => {
    const of = await registerHandler(store, 1)
    await expiredMember(store, of, until)
    const [reported] = await statusOf(store, of.name)
    expectEqual(
      reported?.partitions.map(({ holder, until }) => [holder, until]),
      [[null, null]],
      'holder and until',
    )
    expectEqual(reported?.members, [], 'the members')
  }),

  law('the status lists members by name, by code point', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const names = ['B', 'a', '～', '🏦'].map((name) => name + freshName())
    for (const name of names.toReversed()) await sendHeartbeat(store, of, name)
    const [reported] = await statusOf(store, of.name)
    expectEqual(
      reported?.members.map(({ member }) => member),
      names,
      'the members',
    )
  }),

  law('the status has the time since which the first event behind the checkpoint waits', async ({ store }) => {
    await appendOne(store)
    const position = await appendOne(store)
    await appendOne(store)
    const of = await registerHandler(store, 2)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const head = await right(store.settledPosition)
    const works = leases.map((lease) => commitOf(lease, [], lease.partition === 0 ? position - 1 : head))
    await right(store.commit(works))
    const slice = await right(store.readLog({ after: position - 1, count: 1 }))
    const [reported] = await statusOf(store, of.name)
    const since = reported?.partitions.map(({ waitingSince }) => waitingSince)
    expectEqual(since, [slice.events[0]?.recordedAt, null], 'since when')
  }),

  law('the status counts parked events, pending work and the outbox', async ({ store }) => {
    const kinds = ['parked', 'parked', 'parked', 'timer', 'timer', 'command', 'view', 'process'] as const
    const lease = await leaseWithDocuments(
      store,
      kinds.map((kind, i) => ({ kind, key: `${i}`, data: i })),
    )
    const [reported] = await statusOf(store, lease.name)
    expectEqual([reported?.parked, reported?.timers, reported?.commands], [3, 2, 1], 'the counts')
  }),

  law('the status counts an event once that is parked in several partitions or lanes', async ({ store }) => {
    const of = await registerHandler(store, 2)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const parked = (key: string, position: number) => ({ kind: 'parked', key, data: { position } }) as const
    const of0 = [parked('a', 7), parked('b', 7)]
    const of1 = [parked('c', 7), parked('d', 8)]
    await right(store.commit(leases.map((lease) => commitOf(lease, lease.partition === 0 ? of0 : of1))))
    expectEqual((await statusOf(store, of.name))[0]?.parked, 2, 'the count')
  }),

  law('the status counts every parked input, and the event at its position', async ({ store }) => {
    const input = { kind: 'parked', data: { position: 7, input: { _tag: 'timer' } } } as const
    const event = { kind: 'parked', key: 'event', data: { position: 7 } } as const
    const lease = await leaseWithDocuments(store, [{ ...input, key: 'a' }, { ...input, key: 'b' }, event])
    expectEqual((await statusOf(store, lease.name))[0]?.parked, 3, 'the count')
  }),

  law('the status has the reason why partitions are stopped, and the requested action', async ({ store }) => {
    const of = await registerHandler(store, 2)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const stop = (partition: number) => ({ kind: 'stop', key: `${partition}`, data: { why: partition } }) as const
    await right(store.commit(leases.toReversed().map((lease) => commitOf(lease, [stop(lease.partition)]))))
    await right(store.requestAction({ ...of, kind: 'stop', key: '1' }, 'resume'))
    const [reported] = await statusOf(store, of.name)
    const stops = [0, 1].map((partition) => ({
      partition,
      data: { why: partition },
      requestedAction: partition === 0 ? null : 'resume',
    }))
    expectEqual(reported?.stops, stops, 'the stops')
    expectEqual((await generationsOf(store, of.name))[0]?.stops, stops, 'the stops of the generation')
    const gone = leases.map((lease) => ({
      ...commitOf(lease, [{ kind: 'stop', key: `${lease.partition}` }], lease.position + 1),
      revision: 1,
    }))
    await right(store.commit(gone))
    expectEqual((await statusOf(store, of.name))[0]?.stops, [], 'the stops then')
    expectEqual((await generationsOf(store, of.name))[0]?.stops, [], 'those of the generation then')
  }),

  law('the status lists all generations, and which one serves, by name and number', async ({ store }) => {
    const names = ['B', 'a', '～', '🏦'].map((name) => name + freshName())
    for (const name of names.toReversed()) {
      for (const generation of [2, 10, 1]) await registerHandler(store, 1, { name, generation })
    }
    const all = (await right(store.handlerStatuses)).filter(({ name }) => names.includes(name))
    const expected = names.flatMap((name) => [1, 2, 10].map((generation) => [name, generation, generation === 2]))
    expectEqual(
      all.map(({ name, generation, serves }) => [name, generation, serves]),
      expected,
      'all',
    )
    const known = (await right(store.generations)).filter(({ name }) => names.includes(name))
    expectEqual(
      known.map(({ name, generation, serves }) => [name, generation, serves]),
      expected,
      'all that are known',
    )
  }),

  law('the status of a generation has the lowest checkpoint of its partitions', async ({ store }) => {
    const of = await registerHandler(store, 3)
    const next = await registerHandler(store, 2, { name: of.name, generation: 2 })
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    await right(store.commit(leases.map((lease) => commitOf(lease, [], 9 - lease.partition))))
    const known = { name: of.name, stops: [], checkpointResets: 0, identity: null }
    const first = { ...known, generation: 1, serves: true, role: 'serving', partitions: 3, position: 7 }
    const second = { ...known, generation: 2, serves: false, role: 'building', partitions: 2, position: 0 }
    expectEqual(await generationsOf(store, of.name), [first, second], 'both generations')
    await right(store.release(leases))
    await right(store.retire(next))
    expectEqual(await generationsOf(store, of.name), [first], 'the one that is left')
  }),

  law('the position of a handler is the lowest checkpoint of the serving generation', async ({ store }) => {
    const of = await registerHandler(store, 3)
    const other = await registerHandler(store, 1, { start: 4 })
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    await right(store.commit(leases.map((lease) => commitOf(lease, [], 7 + lease.partition))))
    const names = [of.name, freshName(), other.name, of.name]
    expectEqual(await positionsOf(store, names), { [of.name]: 7, [other.name]: 4 }, 'the checkpoints')
    expectEqual(await positionsOf(store, []), {}, 'those of nothing')
  }),
])
