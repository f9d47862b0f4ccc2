import { EventId, type LogPosition, StreamName } from '@foldlog/core'
import { type HandlerCommit, logRewound, type ViewChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right, untyped } from '../fixtures.ts'
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
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law, rewindLaw } from './handlerLaw.ts'

/** The history of another log: each store has a history of its own when it is created, and none has this one. */
const foreign = 'nobody-knows-it'

const freshId = EventId.source({ now: Date.now, random: Math.random })

const currentPlace = async (store: CompleteHandlerStore): Promise<LogPosition> => {
  const { position, history } = await right(store.readLog({ count: 10_000 }))
  return { position, history }
}

/**
 * Verifies each position of a history up to its last one, over both connections. Positions up to `common` are valid
 * places, the others are not.
 */
const expectShared = async (
  handles: ReadonlyArray<CompleteHandlerStore>,
  { position: last, history }: LogPosition,
  common: number | null,
): Promise<void> => {
  for (const store of handles) {
    const current = await right(store.history)
    for (let position = 0; position <= last; position++) {
      const outcome = await store.verify({ position, history })()
      const fits = position <= (common ?? 0)
      const expected = fits ? E.right(undefined) : E.left(logRewound(position, history, current, common))
      expectEqual(outcome, expected, `position ${position} of ${last} of ${history}`)
    }
  }
}

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

/** The stored state of a handler with one partition: its lease, its checkpoint and its views. */
const stateOfHandler = async (
  store: CompleteHandlerStore,
  of: { readonly name: string; readonly generation: number },
  member: string,
) => {
  const { position, revision, anchor } = firstLease(await sendHeartbeat(store, of, member))
  return { position, revision, anchor, views: await viewsOf(store, of) }
}

const appendTo = (category: string) => {
  const stream = StreamName.parse(`${category}-${freshId()}`)
  if (E.isLeft(stream)) return fail(stream.left.why)
  const event = { id: freshId(), type: 'Happened', schemaVersion: 1, data: null, metadata: {} }
  return { stream: stream.right, expected: 'any', events: [event] } as const
}

const change = (basis: number | null, data: string): ViewChange => ({
  key: 'a',
  expectedPosition: basis,
  partition: 0,
  data,
})

export const histories = groupOf('histories', [
  law('a log that is never rewound has one history, which every answer names', async ({ store, other }) => {
    const of = await registerHandler(store, 1)
    const history = await right(store.history)
    const { history: appended } = await appendMany(store, 3)
    const answers: ReadonlyArray<readonly [string, string]> = [
      ['the other handle', await right(other.history)],
      ['an append', appended],
      ['a page of the log', (await currentPlace(other)).history],
      ['a heartbeat', (await sendHeartbeat(store, of, freshName('member'))).history],
      [
        'a heartbeat of a handler that is not known',
        (await sendHeartbeat(other, { ...of, generation: 7 }, 'member')).history,
      ],
      ['checkpoints', (await right(other.checkpoints([of.name]))).history],
      ['checkpoints of nothing', (await right(store.checkpoints([]))).history],
    ]
    for (const [what, named] of answers) expectEqual(named, history, `the history that ${what} names`)
  }),

  law('a place is verified up to the end of the log, and no further', async ({ store, other }) => {
    await expectShared([store, other], { position: 3, history: await right(store.history) }, 0)
    await appendMany(store, 4)
    const { position, history } = await currentPlace(store)
    await expectShared([store, other], { position: position + 3, history }, position)
    await expectShared([store, other], { position: position + 1, history: foreign }, null)
  }),

  law('a place is verified with its event too', async ({ store, other }) => {
    await appendMany(store, 3)
    const { events, history } = await right(store.readLog())
    for (const handle of [store, other]) {
      for (const { position, id } of events) {
        await right(handle.verify({ position, history, id }))
        const gone = await handle.verify({ position, history, id: freshId() })()
        expectEqual(gone, E.left(logRewound(position, history, history, position - 1)), `another event at ${position}`)
      }
      // An event of this log at the place of another event.
      const [first, second] = [events[0] ?? fail('no event'), events[1] ?? fail('no second event')]
      const moved = await handle.verify({ position: second.position, history, id: first.id })()
      expectEqual(
        moved,
        E.left(logRewound(second.position, history, history, second.position - 1)),
        'an event elsewhere',
      )
      const none = await handle.verify({ position: 0, history, id: freshId() })()
      expectEqual(none, E.left(logRewound(0, history, history, 0)), 'an event at the beginning, where there is none')
      // The store judges a position behind the shared part before the event.
      const beyond = await handle.verify({ position: 5, history, id: first.id })()
      expectEqual(beyond, E.left(logRewound(5, history, history, 3)), 'an event behind the end')
    }
    for (const bad of [null, 7, '', 'a']) {
      expectEqual(await errorTag(store.verify(untyped({ position: 1, history, id: bad }))), 'InvalidInput', `id ${bad}`)
    }
  }),

  law('an impossible place is not verified', async ({ store }) => {
    const history = await right(store.history)
    for (const bad of [undefined, null, 7, 'a', {}])
      expectEqual(await errorTag(store.verify(untyped(bad))), 'InvalidInput', 'it')
    for (const position of [-1, 0.5, 2 ** 53, '1', null, Number.NaN]) {
      expectEqual(await errorTag(store.verify(untyped({ position, history }))), 'InvalidInput', `position ${position}`)
    }
    for (const bad of [undefined, null, 7, '', 'two words', 'x'.repeat(65)]) {
      expectEqual(
        await errorTag(store.verify(untyped({ position: 0, history: bad }))),
        'InvalidInput',
        `history ${bad}`,
      )
      if (bad === undefined) continue
      const lease = { name: 'handler', generation: 1, partition: 0, epoch: 1, revision: 0, position: 1, anchor: null }
      const work = withReach(untyped(bad), commitOf(lease, []))
      expectEqual(await errorTag(store.commit([work])), 'InvalidInput', `history ${bad} of a commit`)
      const views = [{ name: 'handler', generation: 1, changes: [], history: untyped(bad) }]
      expectEqual(
        await errorTag(store.appendWithViews([appendTo('thing')], views)),
        'InvalidInput',
        `history ${bad} of views`,
      )
    }
  }),

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
