import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { left, readWholeLog, right } from '../fixtures.ts'
import { groupOf, lawsWith } from '../Law.ts'
import type { LawContext } from '../store/LawContext.ts'
import { a, appendOf, b, isStored, markerOf, readAll, refusal, write } from './fixtures.ts'

const { rewindLaw } = lawsWith<LawContext>()

const query = [{ tags: [a] }]

export const rewinds = groupOf(
  'boundaries after a rewind',
  [
    rewindLaw('a marker of lost events refuses an append, although the log is as long again', async (subject) => {
      const { store, rewinding } = subject
      await write(store, { tags: [a] })
      const restore = await rewinding.backup()
      await write(store, { tags: [a] })
      const marker = await markerOf(store, query)
      await restore()
      await write(store, { tags: [b] })
      await write(store, { tags: [b] })
      const count = (await readWholeLog(store)).length
      const { rewound } = await refusal(store.append(appendOf({}, [{ query, marker }])), 'an append on lost events')
      expectEqual(rewound, true, 'whether the error says that the log was rewound')
      expectEqual((await readWholeLog(store)).length, count, 'the events of the log')
      expectMatch(await left(store.readMatching({ query, after: marker })), { _tag: 'LogRewound' }, 'a read after it')
    }),

    rewindLaw('a read after a marker of lost events says so, although nothing was appended since', async (subject) => {
      const { store, rewinding } = subject
      await write(store, { tags: [a] })
      const kept = await markerOf(store, query)
      const restore = await rewinding.backup()
      await write(store, { tags: [a] })
      const marker = await markerOf(store, query)
      await restore()
      for (const backward of [false, true]) {
        const read = store.readMatching({ query, after: marker, backward })
        expectMatch(await left(read), { _tag: 'LogRewound' }, 'a read after it')
        const { events } = await right(
          store.readMatching({ query, after: kept, backward }),
          'a read after what was kept',
        )
        expectEqual(events.length, 0, 'the events after what was kept')
      }
    }),

    rewindLaw('a marker of events that were kept is met, and refuses what has appeared', async (subject) => {
      const { store, rewinding } = subject
      await write(store, { tags: [a] })
      const marker = await markerOf(store, query)
      const restore = await rewinding.backup()
      await write(store, { tags: [a] })
      await restore()
      expectTrue(isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'after the rewind'), 'it is stored')
      const position = await write(store, { tags: [a] })
      const { conflicts } = await refusal(store.append(appendOf({}, [{ query, marker }])), 'after a new event')
      expectMatch(conflicts, [{ condition: 0, position }], 'the conflicts')
    }),

    rewindLaw('what is lost meets no query, and what is kept does', async (subject) => {
      const { store, rewinding } = subject
      const kept = await write(store, { tags: [a] })
      const restore = await rewinding.backup()
      await write(store, { tags: [a, b] })
      await restore()
      const { events } = await readAll(store, query)
      expectEqual(
        events.map(({ position }) => position),
        [kept],
        'the events with a',
      )
      expectTrue(
        isStored(await store.append(appendOf({}, [{ query: [{ tags: [b] }] }]))(), 'a claim'),
        'b is free again',
      )
    }),

    rewindLaw('a restart keeps markers', async (subject) => {
      const { store, rewinding } = subject
      await write(store, { tags: [a] })
      const marker = await markerOf(store, query)
      await rewinding.restart()
      const stored = await right(store.append(appendOf({ tags: [a] }, [{ query, marker }])), 'after a restart')
      const next = appendOf({}, [{ query, marker: stored.markers?.[0] }])
      expectTrue(isStored(await store.append(next)(), 'after that'), 'its marker is good')
    }),
  ],
  'conditions',
)
