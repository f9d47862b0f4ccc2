import type { HandlerRef } from '@foldlog/core/store'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  leaseWithDocuments,
  registerHandler,
  sendHeartbeat,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const timer = (key: string, due: number) => ({ kind: 'timer', key, data: key, due: new Date(due) }) as const

const farFuture = 8_000_000_000_000

/** The due documents, without the time that judged them. */
const dueOf = async (store: CompleteHandlerStore, of: HandlerRef, count = 9) => {
  const { documents, next } = await right(store.dueDocuments(of, [0], count))
  return { documents, next }
}

export const due = groupOf('due documents', [
  law('due documents come in the order of due time, then key, up to the requested count', async ({ store }) => {
    const timers = [timer('c', 5), timer('b', 3), timer('a', 5), timer('🏦', 5), timer('～', 5), timer('z', farFuture)]
    const of = await leaseWithDocuments(store, timers)
    const keys = ['b', 'a', 'c', '～', '🏦']
    const all = await right(store.dueDocuments(of, [0], 100))
    expectEqual(
      [all.documents.map(({ key }) => key), all.next],
      [keys, new Date(farFuture)],
      'all of them, and the next',
    )
    const some = await right(store.dueDocuments(of, [0], 2))
    expectEqual([some.documents.map(({ key }) => key), some.next], [keys.slice(0, 2), new Date(5)], 'two, and the next')
    const just = await right(store.dueDocuments(of, [0], 5))
    expectEqual([just.documents.length, just.next], [5, new Date(farFuture)], 'just as many as there are, and the next')
  }),

  law('due documents of one kind do not keep those of another back', async ({ store }) => {
    const requested = [1, 2, 3].map((due) => ({ kind: 'parked', key: `p${due}`, data: 1, due: new Date(due) }) as const)
    const of = await leaseWithDocuments(store, [...requested, timer('a', 8), timer('b', 9), timer('c', farFuture)])
    const keysOf = async (count: number) => {
      const { documents, next } = await dueOf(store, of, count)
      return [documents.map(({ key }) => key), next?.getTime()]
    }
    expectEqual(await keysOf(1), [['p1', 'a'], 2], 'one of each kind, and the next')
    expectEqual(await keysOf(2), [['p1', 'p2', 'a', 'b'], 3], 'two of each kind, and the next')
    expectEqual(await keysOf(3), [['p1', 'p2', 'p3', 'a', 'b'], farFuture], 'all of them, and the next')
  }),

  law('due documents are whole, and of every kind', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [{ kind: 'parked', key: 'p', data: { a: 1 }, due: new Date(9) }])
    const { name, generation, partition } = lease
    const parked = { name, generation, partition, kind: 'parked', key: 'p', position: 1, data: { a: 1 } }
    const found = await dueOf(store, lease)
    expectEqual(
      found,
      { documents: [{ ...parked, due: new Date(9), requestedAction: null }], next: null },
      'what is due',
    )
  }),

  law('due documents are those of the requested partitions', async ({ store }) => {
    const of = await registerHandler(store, 3)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    await right(
      store.commit(leases.map((lease) => commitOf(lease, [timer(`${lease.partition}`, 9 - lease.partition)]))),
    )
    const keys = async (partitions: ReadonlyArray<number>, count = 10) => {
      const { documents, next } = await right(store.dueDocuments(of, partitions, count))
      return [documents.map(({ key }) => key), next?.getTime()]
    }
    expectEqual(await keys([0, 2, 2]), [['2', '0'], undefined], 'of 0 and 2')
    expectEqual(await keys([0, 1, 2], 1), [['2'], 8], 'the first of all, and the next')
    expectEqual(await keys([1]), [['1'], undefined], 'of 1')
    expectEqual(await keys([]), [[], undefined], 'of none')
    expectEqual(await keys([7]), [[], undefined], 'of one that is not there')
  }),

  law('a document is due when its time has come', async ({ store, until }) => {
    const soon = Date.now() + 100
    const of = await leaseWithDocuments(store, [timer('a', soon)])
    await until('the timer is due', async () => (await right(store.dueDocuments(of, [0], 1))).documents.length === 1)
    expectEqual((await right(store.dueDocuments(of, [0], 1))).next, null, 'the next')
  }),

  law('due documents come with the store’s time that judged them, which advances', async ({ store, until }) => {
    const of = await leaseWithDocuments(store, [{ kind: 'parked', key: 'a', data: 1 }])
    const looked = await right(store.dueDocuments(of, [0], 9))
    await right(store.requestAction({ ...of, kind: 'parked', key: 'a' }, 'retry'))
    await until(
      'the requested action is due',
      async () => (await right(store.dueDocuments(of, [0], 9))).documents.length === 1,
    )
    const { documents, now } = await right(store.dueDocuments(of, [0], 9))
    const requestedAt = documents[0]?.due ?? new Date(Number.NaN)
    // The clock of a server may be set back between two reads, but not by as much as that.
    expectTrue(
      looked.now.getTime() - 1_000 <= requestedAt.getTime(),
      `${looked.now.toISOString()}, then a request of ${requestedAt.toISOString()}`,
    )
    expectTrue(requestedAt <= now, `due at ${requestedAt.toISOString()}, judged by ${now.toISOString()}`)
    await until('time goes on', async () => (await right(store.dueDocuments(of, [0], 9))).now > now)
  }),

  law('a document with a requested action is due at once, and has the action', async ({ store }) => {
    const of = await leaseWithDocuments(store, [{ kind: 'parked', key: 'a', data: 1 }, timer('later', farFuture)])
    expectEqual((await right(store.dueDocuments(of, [0], 9))).documents, [], 'what is due before')
    expectEqual(
      await right(store.requestAction({ ...of, kind: 'parked', key: 'a' }, 'retry')),
      true,
      'whether it is there',
    )
    const { documents, next } = await right(store.dueDocuments(of, [0], 9))
    expectEqual(
      documents.map(({ key, requestedAction: action, data }) => [key, action, data]),
      [['a', 'retry', 1]],
      'what is due then',
    )
    expectEqual(next, new Date(farFuture), 'the next')
  }),

  law('requesting an action does not create a missing document', async ({ store }) => {
    const of = await leaseWithDocuments(store, [{ kind: 'parked', key: 'a', data: 1 }])
    const action = (more: object) => right(store.requestAction({ ...of, kind: 'parked', key: 'a', ...more }, 'retry'))
    for (const more of [{ key: 'b' }, { kind: 'timer' }, { generation: 2 }, { name: freshName() }]) {
      expectEqual(await action(more), false, JSON.stringify(more))
    }
    expectEqual((await right(store.dueDocuments(of, [0], 9))).documents, [], 'what is due')
  }),

  law('a document is no longer due when it is removed or written without a time', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [timer('a', 1), timer('b', 1)])
    await commit(
      store,
      commitOf(lease, [
        { kind: 'timer', key: 'a', data: 1 },
        { kind: 'timer', key: 'b' },
      ]),
    )
    expectEqual(await dueOf(store, lease), { documents: [], next: null }, 'what is due')
  }),

  law('an unknown handler has no due documents', async ({ store }) => {
    const none = { documents: [], next: null }
    expectEqual(await dueOf(store, { name: freshName(), generation: 1 }), none, 'what is due')
  }),

  law('a new owner of a partition finds the due documents of the former owner', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [timer('a', 1)])
    await right(store.release([lease]))
    const taken = firstLease(await sendHeartbeat(store, lease, freshName('member')))
    const { documents } = await right(store.dueDocuments(taken, [taken.partition], 9))
    expectEqual(
      documents.map(({ key }) => key),
      ['a'],
      'what is due',
    )
  }),
])
