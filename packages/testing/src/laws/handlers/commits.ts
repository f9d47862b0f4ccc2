import type { Json } from '@foldlog/core'
import type { HandlerCommit } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  leaseWithDocuments,
  positionsOf,
  registerAndLease,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import { law } from './handlerLaw.ts'

const faithful: ReadonlyArray<Json> = [
  null,
  false,
  0,
  -1.5e-7,
  1e300,
  '',
  'ünï 🏦 \u0001 "\\',
  [],
  {},
  [null, { a: [1] }],
  { __proto__x: 1, 'a"b': null },
]

export const commits = groupOf('commits', [
  law('a commit writes documents and the checkpoint together', async ({ store }) => {
    const lease = await registerAndLease(store)
    const due = new Date(4_000_000_000_000)
    const changes = [view('b', { n: 1 }), { kind: 'timer', key: 'b', data: null, due }] as const
    expectEqual(await commit(store, commitOf(lease, changes, 12)), 'committed', 'the outcome')
    const { documents, ...page } = await right(store.listDocuments({ name: lease.name, kind: 'timer' }))
    const history = await right(store.history)
    expectEqual(page, { generation: 1, position: 12, history, end: true }, 'the page')
    const { name, generation, partition } = lease
    const timer = {
      name,
      generation,
      partition,
      kind: 'timer',
      key: 'b',
      position: 12,
      data: null,
      due,
      requestedAction: null,
    }
    expectEqual(documents, [timer], 'the timer')
    expectEqual(await viewsOf(store, lease), { b: { n: 1 } }, 'the view of the same key')
  }),

  law('a committed JSON value comes back unchanged', async ({ store }) => {
    const lease = await leaseWithDocuments(
      store,
      faithful.map((data, i) => view(`k${i}`, data)),
    )
    const views = await viewsOf(store, lease)
    for (const [i, data] of faithful.entries()) expectEqual(views[`k${i}`], data, `document ${i}`)
  }),

  law('a committed date comes back unchanged, even the farthest', async ({ store }) => {
    const dates = [0, 1, -8_640_000_000_000_000, 8_640_000_000_000_000, 1_764_000_000_123].map((ms) => new Date(ms))
    const lease = await leaseWithDocuments(
      store,
      dates.map((due, i) => ({ kind: 'timer', key: `${i}`, data: i, due })),
    )
    const { documents } = await right(store.listDocuments({ name: lease.name, kind: 'timer' }))
    expectEqual(
      documents.map(({ due }) => due),
      dates,
      'the dates',
    )
  }),

  law('a commit replaces and removes documents', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a'), view('b'), view('c')])
    const changes = [view('a', 1), { kind: 'view', key: 'b' }, { kind: 'view', key: 'never was' }] as const
    expectEqual(await commit(store, commitOf(lease, changes)), 'committed', 'the outcome')
    expectEqual(await viewsOf(store, lease), { a: 1, c: { key: 'c' } }, 'the views')
  }),

  law('a commit that writes a document clears its requested action and its due time', async ({ store }) => {
    const parked = { kind: 'parked', key: 'a', data: 1 } as const
    const lease = await leaseWithDocuments(store, [{ ...parked, due: new Date(1) }])
    await right(store.requestAction({ ...lease, kind: 'parked', key: 'a' }, 'retry'))
    await commit(store, commitOf(lease, [parked]))
    const [document] = await right(store.getDocuments({ name: lease.name, kind: 'parked' }, ['a']))
    expectEqual([document?.due, document?.requestedAction], [null, null], 'due and requested action')
  }),

  law('every commit raises the revision by one', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const member = freshName('member')
    const lease = firstLease(await sendHeartbeat(store, of, member))
    for (const revision of [0, 1, 2])
      expectEqual(await commit(store, { ...commitOf(lease, []), revision }), 'committed', 'it')
    expectEqual(firstLease(await sendHeartbeat(store, of, member)).revision, 3, 'the revision')
  }),

  law('a commit with another epoch or revision, or for an unknown handler, is fenced as a whole', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a', 1)])
    const bad: ReadonlyArray<Partial<HandlerCommit>> = [
      { epoch: 2 },
      { revision: 2 },
      { revision: 7 },
      { name: freshName() },
      { generation: 2 },
      { partition: 1 },
    ]
    for (const flaw of bad) {
      const changes = [view('a', 2), view('b', 2)]
      expectEqual(await commit(store, { ...commitOf(lease, changes, 99), ...flaw }), 'fenced', JSON.stringify(flaw))
    }
    expectEqual(await viewsOf(store, lease), { a: 1 }, 'the views')
    expectEqual(await positionsOf(store, [lease.name]), { [lease.name]: 1 }, 'the checkpoint')
  }),

  law('a repeated commit is committed, and not written twice', async ({ store }) => {
    const lease = await registerAndLease(store)
    const work = commitOf(lease, [view('a', 1)], 5)
    expectEqual(await commit(store, work), 'committed', 'the first')
    await right(store.requestAction({ ...lease, kind: 'view', key: 'a' }, 'look'))
    expectEqual(await commit(store, work), 'committed', 'the second')
    const [document] = await right(store.getDocuments({ name: lease.name, kind: 'view' }, ['a']))
    expectEqual(document?.requestedAction, 'look', 'the requested action, which writing would have taken back')
    const next = { ...commitOf(lease, [view('a', 2)], 6), revision: 1 }
    expectEqual(await commit(store, next), 'committed', 'the next')
    expectEqual(await commit(store, work), 'fenced', 'the first once more')
    expectEqual(await viewsOf(store, lease), { a: 2 }, 'the views')
  }),

  law('a commit that is sent 8 more times at once is written once', async ({ store }) => {
    const lease = await registerAndLease(store)
    const work = commitOf(lease, [view('a', 1)], 5)
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => commit(store, work)))
    expectEqual(new Set(outcomes), new Set(['committed']), 'the outcomes')
    expectEqual(await commit(store, { ...work, revision: 1, position: 6 }), 'committed', 'the next revision')
  }),

  law('a commit of other work under a used revision is fenced', async ({ store }) => {
    const lease = await registerAndLease(store)
    await commit(store, commitOf(lease, [view('a', 1)], 5))
    expectEqual(await commit(store, commitOf(lease, [view('a', 2)], 6)), 'fenced', 'other work')
    expectEqual(await viewsOf(store, lease), { a: 1 }, 'the views')
  }),

  law('a commit after a takeover is fenced as a whole, even when it was sent before', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const [first, second] = [freshName('member'), freshName('member')]
    const old = firstLease(await sendHeartbeat(store, of, first))
    const work = commitOf(old, [view('a', 'old')])
    await right(store.release([old]))
    const held = firstLease(await sendHeartbeat(store, of, second))
    expectEqual(await commit(store, work), 'fenced', 'the work of the first')
    expectEqual(await viewsOf(store, of), {}, 'the views')
    expectEqual(await commit(store, commitOf(held, [view('a', 'new')])), 'committed', 'the work of the second')
    expectEqual(await commit(store, work), 'fenced', 'the work of the first, once more')
    expectEqual(await viewsOf(store, of), { a: 'new' }, 'the views then')
  }),

  law('the commits of one call are independent of each other', async ({ store }) => {
    const of = await registerHandler(store, 3)
    const other = await registerAndLease(store)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const works = [...leases, other].map((lease, i) => commitOf(lease, [view(`${i}`, i)], 10 + i))
    const spoilt = works.map((work, i) => (i === 1 ? { ...work, epoch: 9 } : work))
    expectEqual(
      await right(store.commit(spoilt.toReversed())),
      ['committed', 'committed', 'fenced', 'committed'],
      'outcomes',
    )
    expectEqual(await viewsOf(store, of), { 0: 0, 2: 2 }, 'the views of the three')
    expectEqual(await viewsOf(store, other), { 3: 3 }, 'the views of the other')
    expectEqual(await right(store.commit([])), [], 'the outcomes of nothing')
  }),

  law('a commit writes 10,000 documents at once, and removes them', async ({ store }) => {
    const lease = await registerAndLease(store)
    const keys = Array.from({ length: 10_000 }, (_, i) => `key ${i}`)
    expectEqual(
      await commit(
        store,
        commitOf(
          lease,
          keys.map((key) => view(key)),
        ),
      ),
      'committed',
      'the outcome',
    )
    const of = { name: lease.name, kind: 'view' } as const
    expectEqual((await right(store.getDocuments(of, keys))).length, 10_000, 'how many are read at once')
    const removal = {
      ...commitOf(
        lease,
        keys.map((key) => ({ kind: 'view', key }) as const),
      ),
      revision: 1,
    }
    expectEqual(await commit(store, removal), 'committed', 'the outcome of the removal')
    expectEqual(await right(store.getDocuments(of, keys)), [], 'what is left')
  }),

  law('a commit keeps the values that it had when it was called', async ({ store }) => {
    const lease = await registerAndLease(store)
    const data = { n: 1 }
    const outcome = store.commit([commitOf(lease, [view('a', data)])])()
    data.n = 2
    await outcome
    expectEqual(await viewsOf(store, lease), { a: { n: 1 } }, 'the view')
  }),
])
