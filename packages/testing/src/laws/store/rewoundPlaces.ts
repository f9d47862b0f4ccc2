import type { Append } from '@foldlog/core'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { createStream, freshStream, historyOf, newEvents, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendGrowing, currentPlace, expectShared } from './rewindFixtures.ts'
import { law } from './storeLaw.ts'

export const rewoundPlaces = groupOf(
  'rewinds',
  [
    law(
      'a rewind takes back everything later; then the log grows on from there',
      async ({ store, other, rewinding }) => {
        const stream = await createStream(store, 3)
        const kept = await readWholeLog(store)
        const restore = await rewinding.backup()
        const lost = freshStream()
        const next: Append = { stream: lost, expected: 'noStream', events: newEvents(2) }
        const first = await right(store.append(next))
        await appendGrowing(other, stream, 2)
        await restore()
        for (const handle of [store, other]) {
          expectEqual(await readWholeLog(handle), kept, 'the log')
          expectEqual((await right(handle.readStream(stream))).events, kept, 'the stream')
          expectEqual((await right(handle.streamInfo(lost))).status, 'missing', 'a stream that began later')
        }
        const second = await right(other.append(next))
        expectMatch(second, { firstVersion: 1, version: 2, repeated: false }, 'the same append again')
        expectTrue(second.history !== first.history, `it is in a new history, it is in ${second.history}`)
        expectEqual((await readWholeLog(store)).slice(0, kept.length), kept, 'the log up to there')
      },
    ),

    law(
      'a rewind keeps the places of the shared log, and names the last shared position for others',
      async (subject) => {
        const { store, rewinding } = subject
        await createStream(store, 4)
        const kept = await currentPlace(store)
        const restore = await rewinding.backup()
        await createStream(store, 3)
        const lost = await currentPlace(store)
        await restore()
        await expectShared(subject, lost, kept.position)
        // From here on other events have the lost positions.
        await createStream(store, 5)
        expectTrue((await historyOf(store)) !== lost.history, 'the log is in a new history')
        await expectShared(subject, lost, kept.position)
      },
    ),
  ],
  'rewinds',
)
