import { logRewound } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { freshId, right, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendMany, commitOf, errorTag, freshName, registerHandler, sendHeartbeat, withReach } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { appendTo, currentPlace, expectShared, foreign } from './historyFixtures.ts'

export const verifiedPlaces = groupOf('histories', [
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
      const lease = {
        name: 'handler',
        generation: 1,
        partition: 0,
        epoch: 1,
        revision: 0,
        position: 1,
        anchor: null,
        released: true,
      }
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
])
