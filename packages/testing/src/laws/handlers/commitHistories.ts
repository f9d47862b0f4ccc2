import type { HandlerCommit } from '@foldlog/core/store'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { freshId, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  anchorAt,
  appendMany,
  commit,
  commitOf,
  errorTag,
  firstLease,
  freshName,
  leaseWithDocuments,
  maxCommitPosition,
  positionsOf,
  registerAndLease,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
  withReach,
} from './fixtures.ts'
import { law, rewindLaw } from './handlerLaw.ts'
import { appendTo, change, currentPlace, expectShared, foreign, stateOfHandler } from './historyFixtures.ts'

export const commitHistories = groupOf('histories', [
  law('a lease has the last event at or before its checkpoint as its anchor', async ({ store }) => {
    const member = freshName('member')
    const anchorOf = async (of: Parameters<typeof sendHeartbeat>[1]) =>
      firstLease(await sendHeartbeat(store, of, member)).anchor
    const early = await registerHandler(store, 1)
    const beyond = await registerHandler(store, 1, { start: 7 })
    expectEqual([await anchorOf(early), await anchorOf(beyond)], [null, null], 'the anchors before the first event')
    await appendMany(store, 4)
    expectEqual(await anchorOf(beyond), null, 'the anchor of a checkpoint that was written before the first event')
    const late = await registerHandler(store, 1, { start: 2 })
    expectEqual(await anchorOf(late), await anchorAt(store, 2), 'the anchor where a handler starts')
    const farther = await registerHandler(store, 1, { start: maxCommitPosition })
    expectEqual(
      await anchorOf(farther),
      await anchorAt(store, maxCommitPosition),
      'the anchor where a handler starts beyond the end',
    )
    const lease = firstLease(await sendHeartbeat(store, early, member))
    for (const [revision, position] of [1, 3, 3, 4].entries()) {
      await commit(store, { ...commitOf(lease, [], position), revision })
      expectEqual(await anchorOf(early), await anchorAt(store, position), `the anchor after a commit at ${position}`)
    }
  }),

  law('a commit of another log’s history, or beyond the end of the log, moves no checkpoint', async ({ store }) => {
    await appendMany(store, 3)
    const history = await right(store.history)
    const member = freshName('member')
    const of = await registerHandler(store, 1)
    const lease = firstLease(await sendHeartbeat(store, of, member))
    const before = await stateOfHandler(store, of, member)
    const works: ReadonlyArray<Partial<HandlerCommit>> = [
      { position: 4 },
      { position: 4, sourcePosition: { position: 4, history } },
      // The `sourcePosition` is a valid place, and the position is not.
      { position: 4, sourcePosition: { position: 3, history } },
      { position: Number.MAX_SAFE_INTEGER },
      { position: 1, sourcePosition: { position: 1, history: foreign } },
      { position: 3, sourcePosition: { position: 1, history: foreign } },
      { position: 4, sourcePosition: { position: 4, history: foreign } },
    ]
    for (const work of works) {
      const outcome = await commit(store, { ...commitOf(lease, [view('a')]), ...work })
      expectEqual(outcome, 'rewound', JSON.stringify(work))
      expectEqual(await stateOfHandler(store, of, member), before, `${JSON.stringify(work)}: the state`)
    }
    expectEqual(
      await commit(store, withReach(history, commitOf(lease, [view('a', 1)], 3))),
      'committed',
      'a place of this log',
    )
    expectEqual(await positionsOf(store, [of.name]), { [of.name]: 3 }, 'the checkpoint')
  }),

  law(
    'a commit that stays at its position, and was made from no event, is not compared with the history',
    async ({ store }) => {
      await appendMany(store, 3)
      const lease = await leaseWithDocuments(store, [view('a', 1)])
      const stop = commitOf(lease, [view('a', 2)], lease.position)
      expectEqual(
        await commit(store, withReach(foreign, stop)),
        'rewound',
        'a commit at the checkpoint, of another log',
      )
      expectEqual(await viewsOf(store, lease), { a: 1 }, 'the views before')
      expectEqual(await commit(store, stop), 'committed', 'a commit at the checkpoint')
      const start = firstLease(
        await sendHeartbeat(store, await registerHandler(store, 1, { start: 99 }), freshName('member')),
      )
      expectEqual(
        await commit(store, commitOf(start, [view('b', 1)], 99)),
        'committed',
        'a commit beyond the end, at the checkpoint',
      )
      expectEqual(await viewsOf(store, lease), { a: 2 }, 'the views')
    },
  ),

  law('a commit that is fenced or already written is not compared with the history', async ({ store }) => {
    await appendMany(store, 3)
    const lease = await registerAndLease(store)
    const work = commitOf(lease, [view('a', 1)], 2)
    expectEqual(await commit(store, work), 'committed', 'the commit')
    expectEqual(await commit(store, withReach(foreign, work)), 'committed', 'the same, sent again')
    const late: ReadonlyArray<Partial<HandlerCommit>> = [{ epoch: lease.epoch + 1 }, { revision: 7 }, { position: 3 }]
    for (const flaw of late) {
      expectEqual(await commit(store, withReach(foreign, { ...work, ...flaw })), 'fenced', JSON.stringify(flaw))
      expectEqual(
        await commit(store, { ...work, position: 99, ...flaw }),
        'fenced',
        `${JSON.stringify(flaw)}, beyond the end`,
      )
    }
  }),

  law('the history of one commit does not affect the others of the call', async ({ store }) => {
    await appendMany(store, 3)
    const of = await registerHandler(store, 4)
    const { leases, history } = await sendHeartbeat(store, of, freshName('member'))
    const works = leases.map((lease, i) =>
      withReach(i === 2 ? foreign : history, commitOf(lease, [view(`${i}`, i)], i === 1 ? 4 : 2)),
    )
    expectEqual(await right(store.commit(works)), ['committed', 'rewound', 'rewound', 'committed'], 'the outcomes')
    expectEqual(await viewsOf(store, of), { 0: 0, 3: 3 }, 'the views')
  }),

  law('the history of another log makes the views of an append stale', async ({ store }) => {
    const category = `inline${freshId()}`
    const of = await registerHandler(store, 1)
    expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
    const history = await right(store.history)
    const append = (basis: number | null, data: string, readIn: string) =>
      store.appendWithViews([appendTo(category)], [{ ...of, changes: [change(basis, data)], history: readIn }])
    expectEqual(await errorTag(append(null, 'foreign', foreign)), 'ViewConflict', 'a view that was not there')
    const [first] = await right(append(null, 'first', history))
    const basis = first?.positions[0] ?? null
    expectEqual(await errorTag(append(basis, 'foreign', foreign)), 'ViewConflict', 'a view that was there')
    const none = [{ ...of, changes: [], history: foreign }]
    expectEqual(await errorTag(store.appendWithViews([appendTo(category)], none)), 'ViewConflict', 'no view')
    expectEqual(await viewsOf(store, of), { a: 'first' }, 'the views')
    await right(append(basis, 'second', history))
    expectEqual(await viewsOf(store, of), { a: 'second' }, 'the views, changed from what was read')
  }),

  rewindLaw(
    'a rewind leaves the places of the shared log valid, before and after the log grows again',
    async ({ store, rewinding, other }) => {
      await appendMany(store, 4)
      const kept = await currentPlace(store)
      const restore = await rewinding.backup()
      await appendMany(store, 3)
      const lost = await currentPlace(store)
      await restore()
      await expectShared([store, other], lost, kept.position)
      await appendMany(other, 6)
      await expectShared([store, other], lost, kept.position)
      const now = await currentPlace(store)
      expectTrue(now.history !== lost.history, 'the log is in a new history')
      await expectShared([store, other], now, now.position)
      expectEqual((await right(other.checkpoints([]))).history, now.history, 'the history that checkpoints name')
    },
  ),
])
