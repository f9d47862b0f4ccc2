import { either as E } from 'fp-ts'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, isStored, markerOf, positionsOf, readAll, refusal, write } from './fixtures.ts'

const query = [{ tags: [a] }]

/** Whether an append waits for an open one is left to the store: it may be stored first, or refused afterwards. */
export const openAppends = groupOf(
  'boundaries beside open appends',
  [
    law('an event at a lower position that is committed later is missed by no marker', async (subject) => {
      const { store, openAppend } = subject
      const commit = await openAppend(appendOf({ tags: [a], type: 'Late' }))
      const position = await write(store, { tags: [a] })
      const { events, marker } = await readAll(store, query)
      expectEqual(positionsOf(events), [position], 'what can be seen while the lower one is open')
      await commit()
      const { conflicts } = await refusal(store.append(appendOf({}, [{ query, marker }])), 'after the commit')
      expectMatch(conflicts, [{ condition: 0, type: 'Late' }], 'the conflicts')
      expectTrue((conflicts[0]?.position ?? 0) < position, 'the event that was missed has a lower position')
      const page = await right(store.readMatching({ query, after: marker }))
      expectEqual(
        positionsOf(page.events),
        conflicts.map((conflict) => conflict.position),
        'a read after the marker',
      )
      const next = appendOf({}, [{ query, marker: page.marker }])
      expectTrue(isStored(await store.append(next)(), 'the next'), 'with its marker the next append is stored')
    }),

    law('what was seen above an open append is no conflict', async (subject) => {
      const { store, openAppend } = subject
      const commit = await openAppend(appendOf({ tags: [b] }))
      await write(store, { tags: [a] })
      await write(store, { tags: [a] })
      const marker = await markerOf(store, query)
      const stored = await right(store.append(appendOf({ tags: [a] }, [{ query, marker }])), 'while it is open')
      await commit()
      const next = appendOf({}, [{ query, marker: stored.markers?.[0] }])
      expectTrue(isStored(await store.append(next)(), 'afterwards'), 'and after it has ended')
    }),

    law('an append whose condition an open append would break is refused, whichever ends first', async (subject) => {
      const { store, openAppend } = subject
      const marker = await markerOf(store, query)
      const commit = await openAppend(appendOf({ tags: [a] }))
      const appending = store.append(appendOf({}, [{ query, marker }]))()
      await commit()
      const outcome = await appending
      const log = (await readAll(store, [{}])).events
      const isBefore =
        E.isRight(outcome) &&
        outcome.right.positions.every(
          (position) => position < (log.find((one) => one.tags?.includes(a))?.position ?? 0),
        )
      expectTrue(!isStored(outcome, 'the append') || isBefore, 'it is refused, or stored before the other event')
    }),

    law(
      'an event that a rewind takes from below others refuses the decision that rests on it',
      async ({ store, rewinding, openAppend }) => {
        const commit = await openAppend(appendOf({ tags: [a] }))
        const above = await write(store, { tags: [b] })
        const restore = await rewinding.backup()
        await commit()
        const { events, marker } = await readAll(store, query)
        expectTrue((events[0]?.position ?? above) < above, 'the event that will be lost has the lower position')
        await restore()
        const { rewound } = await refusal(store.append(appendOf({}, [{ query, marker }])), 'after the rewind')
        expectEqual(rewound, true, 'whether the log was rewound')
        const again = await readAll(store, query)
        expectEqual(again.events, [], 'the events that are left')
        const next = appendOf({}, [{ query, marker: again.marker }])
        expectTrue(isStored(await store.append(next)(), 'after another read'), 'it is stored')
      },
      'rewinds',
    ),
  ],
  'conditions',
  'openAppends',
)
