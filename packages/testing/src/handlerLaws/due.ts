import type { HandlerRef } from '@foldlog/core'
import { holds, same } from '../internal/expectation.ts'
import { beat, commit, commitOf, freshName, handlerOf, handlerWith, leaseOf, right } from './given.ts'
import { groupOf, law, type Subject } from './HandlerLaw.ts'

const timer = (key: string, due: number) => ({ kind: 'timer', key, data: key, due: new Date(due) }) as const

const farOff = 8_000_000_000_000

/** What is due, without the time by which it was judged. */
const dueOf = async (store: Subject, of: HandlerRef, count = 9) => {
  const { documents, next } = await right(store.dueDocuments(of, [0], count))
  return { documents, next }
}

export const due = groupOf('due documents', [
  law('come with the longest waiting first, and then by key, so many as are asked for', async (store) => {
    const timers = [timer('c', 5), timer('b', 3), timer('a', 5), timer('🏦', 5), timer('～', 5), timer('z', farOff)]
    const of = await handlerWith(store, timers)
    const keys = ['b', 'a', 'c', '～', '🏦']
    const all = await right(store.dueDocuments(of, [0], 100))
    same([all.documents.map(({ key }) => key), all.next], [keys, new Date(farOff)], 'all of them, and the next')
    const some = await right(store.dueDocuments(of, [0], 2))
    same([some.documents.map(({ key }) => key), some.next], [keys.slice(0, 2), new Date(5)], 'two, and the next')
    const just = await right(store.dueDocuments(of, [0], 5))
    same([just.documents.length, just.next], [5, new Date(farOff)], 'just as many as there are, and the next')
  }),

  law('are of every kind, whole', async (store) => {
    const lease = await handlerWith(store, [{ kind: 'parked', key: 'p', data: { a: 1 }, due: new Date(9) }])
    const { name, generation, partition } = lease
    const parked = { name, generation, partition, kind: 'parked', key: 'p', position: 1, data: { a: 1 } }
    const found = await dueOf(store, lease)
    same(found, { documents: [{ ...parked, due: new Date(9), wish: null }], next: null }, 'what is due')
  }),

  law('are those of these partitions', async (store) => {
    const of = await handlerOf(store, 3)
    const { leases } = await beat(store, of, freshName('member'))
    await right(
      store.commit(leases.map((lease) => commitOf(lease, [timer(`${lease.partition}`, 9 - lease.partition)]))),
    )
    const keys = async (partitions: ReadonlyArray<number>, count = 10) => {
      const { documents, next } = await right(store.dueDocuments(of, partitions, count))
      return [documents.map(({ key }) => key), next?.getTime()]
    }
    same(await keys([0, 2, 2]), [['2', '0'], undefined], 'of 0 and 2')
    same(await keys([0, 1, 2], 1), [['2'], 8], 'the first of all, and the next')
    same(await keys([1]), [['1'], undefined], 'of 1')
    same(await keys([]), [[], undefined], 'of none')
    same(await keys([7]), [[], undefined], 'of one that is not there')
  }),

  law('are there when their time has come', async (store, { until }) => {
    const soon = Date.now() + 100
    const of = await handlerWith(store, [timer('a', soon)])
    await until(async () => (await right(store.dueDocuments(of, [0], 1))).documents.length === 1, 'the timer is due')
    same((await right(store.dueDocuments(of, [0], 1))).next, null, 'the next')
  }),

  law('come with the time by which they were judged, which goes on', async (store, { until }) => {
    const of = await handlerWith(store, [{ kind: 'parked', key: 'a', data: 1 }])
    const looked = await right(store.dueDocuments(of, [0], 9))
    await right(store.wish({ ...of, kind: 'parked', key: 'a' }, 'retry'))
    await until(async () => (await right(store.dueDocuments(of, [0], 9))).documents.length === 1, 'the wish is due')
    const { documents, now } = await right(store.dueDocuments(of, [0], 9))
    const wished = documents[0]?.due ?? new Date(Number.NaN)
    // The clock of a server may be set back between two looks, but not by as much as that.
    holds(
      looked.now.getTime() - 1_000 <= wished.getTime(),
      `${looked.now.toISOString()}, then a wish of ${wished.toISOString()}`,
    )
    holds(wished <= now, `due at ${wished.toISOString()}, judged by ${now.toISOString()}`)
    await until(async () => (await right(store.dueDocuments(of, [0], 9))).now > now, 'time goes on')
  }),

  law('with a wish are due at once, and tell it', async (store) => {
    const of = await handlerWith(store, [{ kind: 'parked', key: 'a', data: 1 }, timer('later', farOff)])
    same((await right(store.dueDocuments(of, [0], 9))).documents, [], 'what is due before')
    same(await right(store.wish({ ...of, kind: 'parked', key: 'a' }, 'retry')), true, 'whether it is there')
    const { documents, next } = await right(store.dueDocuments(of, [0], 9))
    same(
      documents.map(({ key, wish, data }) => [key, wish, data]),
      [['a', 'retry', 1]],
      'what is due then',
    )
    same(next, new Date(farOff), 'the next')
  }),

  law('are not made by a wish for what is not there', async (store) => {
    const of = await handlerWith(store, [{ kind: 'parked', key: 'a', data: 1 }])
    const wish = (more: object) => right(store.wish({ ...of, kind: 'parked', key: 'a', ...more }, 'retry'))
    for (const more of [{ key: 'b' }, { kind: 'timer' }, { generation: 2 }, { name: freshName() }]) {
      same(await wish(more), false, JSON.stringify(more))
    }
    same((await right(store.dueDocuments(of, [0], 9))).documents, [], 'what is due')
  }),

  law('are gone when they are written without a time, or removed', async (store) => {
    const lease = await handlerWith(store, [timer('a', 1), timer('b', 1)])
    await commit(
      store,
      commitOf(lease, [
        { kind: 'timer', key: 'a', data: 1 },
        { kind: 'timer', key: 'b' },
      ]),
    )
    same(await dueOf(store, lease), { documents: [], next: null }, 'what is due')
  }),

  law('of a handler that is not known are none', async (store) => {
    const none = { documents: [], next: null }
    same(await dueOf(store, { name: freshName(), generation: 1 }), none, 'what is due')
  }),

  law('of a partition that was taken over are found by the new holder', async (store) => {
    const lease = await handlerWith(store, [timer('a', 1)])
    await right(store.release([lease]))
    const taken = leaseOf(await beat(store, lease, freshName('member')))
    const { documents } = await right(store.dueDocuments(taken, [taken.partition], 9))
    same(
      documents.map(({ key }) => key),
      ['a'],
      'what is due',
    )
  }),
])
