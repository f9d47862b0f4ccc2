import { expectEqual, fail } from '../../internal/expectations.ts'
import { freshId, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { concurrentHistories } from './concurrentHistories.ts'
import {
  anchorAt,
  appendMany,
  appendOne,
  commit,
  commitOf,
  errorTag,
  firstLease,
  freshName,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
  withReach,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { rewindLaw } from './handlerLaw.ts'
import { appendTo, change, currentPlace, stateOfHandler } from './historyFixtures.ts'

/**
 * Creates a handler whose checkpoint is at the third of five events, a backup of that state, five more events, and the
 * commit (`work`) that handles them.
 */
const handledBefore = async (store: CompleteHandlerStore, backup: () => Promise<() => Promise<void>>) => {
  await appendMany(store, 5)
  const of = await registerHandler(store, 1)
  const member = freshName('member')
  const kept = firstLease(await sendHeartbeat(store, of, member))
  const { history } = await currentPlace(store)
  expectEqual(
    await commit(store, withReach(history, commitOf(kept, [view('a', 'kept')], 3))),
    'committed',
    'the first commit',
  )
  const restore = await backup()
  await appendMany(store, 5)
  const work = withReach(history, { ...commitOf(kept, [view('a', 'gone')], 10), revision: 1 })
  return { of, member, kept, history, restore, work }
}

export const handlerRewinds = groupOf('histories', [
  rewindLaw(
    'a rewind takes the checkpoints and documents back too, with their anchors',
    async ({ store, rewinding }) => {
      const { of, member, kept, history, restore, work } = await handledBefore(store, rewinding.backup)
      const before = await stateOfHandler(store, of, member)
      expectEqual(
        before,
        { position: 3, revision: 1, anchor: await anchorAt(store, 3), views: { a: 'kept' } },
        'the state',
      )
      expectEqual(await commit(store, work), 'committed', 'the commit after the backup')
      await restore()
      expectEqual(await stateOfHandler(store, of, member), before, 'the state after the rewind')
      // The checkpoint is on the shared part, so the handler continues from it, in the old history and in the new one.
      expectEqual(await right(store.verify({ position: 3, history })), undefined, 'the checkpoint, verified')
      expectEqual(
        await commit(store, withReach(history, { ...commitOf(kept, [], 4), revision: 1 })),
        'committed',
        'what is shared',
      )
      await appendOne(store)
      const now = await right(store.history)
      expectEqual(
        await commit(store, withReach(now, { ...commitOf(kept, [], 6), revision: 2 })),
        'committed',
        'what is new',
      )
      const { anchor } = firstLease(await sendHeartbeat(store, of, member))
      expectEqual(anchor, await anchorAt(store, 6), 'the anchor of what is new')
    },
  ),

  rewindLaw(
    'a commit made from lost events is refused, even when the log is as long again',
    async ({ store, rewinding, other }) => {
      const { of, member, kept, history, restore, work } = await handledBefore(store, rewinding.backup)
      await restore()
      const before = await stateOfHandler(store, of, member)
      for (const round of ['while the log is shorter', 'when it is longer']) {
        for (const handle of [store, other]) {
          expectEqual(await commit(handle, work), 'rewound', round)
          expectEqual(
            await commit(handle, withReach(history, { ...work, position: 6 })),
            'rewound',
            `just behind what is shared, ${round}`,
          )
          expectEqual(
            await commit(handle, { ...work, position: 3 }),
            'rewound',
            `at the checkpoint, made from what is gone, ${round}`,
          )
        }
        expectEqual(await stateOfHandler(store, of, member), before, `the state, ${round}`)
        await appendMany(store, 8)
      }
      // The handler can store that it stops.
      const stop = { ...commitOf(kept, [view('stopped')], 3), revision: 1 }
      expectEqual(await commit(store, stop), 'committed', 'a commit that stays')
    },
  ),

  rewindLaw('a lease from before a rewind is fenced', async ({ store, rewinding }) => {
    await appendMany(store, 3)
    const of = await registerHandler(store, 1)
    const restore = await rewinding.backup()
    const leaseNow = async () => firstLease(await sendHeartbeat(store, of, freshName('member')))
    const gone = [await leaseNow()]
    // This holds also while nothing was appended, so that no new history has begun.
    for (const appended of [0, 0, 2]) {
      await restore()
      if (appended > 0) await appendMany(store, appended)
      const lease = await leaseNow()
      for (const old of gone)
        expectEqual(
          await commit(store, commitOf(old, [view('old')], 2)),
          'fenced',
          `a lease that is gone, ${appended} appended`,
        )
      expectEqual(
        await commit(store, commitOf(lease, [view('new')], 2)),
        'committed',
        `a lease of now, ${appended} appended`,
      )
      gone.push(lease)
    }
  }),

  rewindLaw(
    'a view read before a rewind is stale, although it has the same position again',
    async ({ store, rewinding }) => {
      const category = `inline${freshId()}`
      const of = await registerHandler(store, 1)
      expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
      const restore = await rewinding.backup()
      const append = async (basis: number | null, data: string) => {
        // The first append after a rewind begins the new history.
        await appendOne(store)
        const history = await right(store.history)
        const views = [{ ...of, changes: [change(basis, data)], history }]
        const [appended] = await right(store.appendWithViews([appendTo(category)], views))
        return { basis: appended?.positions[0] ?? fail('an append gave no position'), history: appended?.history ?? '' }
      }
      const read = await append(null, 'gone')
      await restore()
      const now = await append(null, 'now')
      expectEqual(now.basis, read.basis, 'the position of the view, now and then')
      const late = [{ ...of, changes: [change(now.basis, 'made from what is gone')], history: read.history }]
      expectEqual(
        await errorTag(store.appendWithViews([appendTo(category)], late)),
        'ViewConflict',
        'views of what is gone',
      )
      expectEqual(await viewsOf(store, of), { a: 'now' }, 'the views')
      await append(now.basis, 'next')
      expectEqual(await viewsOf(store, of), { a: 'next' }, 'the views, changed from what is there')
    },
  ),

  concurrentHistories,
])
