import { option as O } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { createStream, historyOf, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { concurrentRewinds } from './concurrentRewinds.ts'
import { appendGrowing, currentPlace, expectShared } from './rewindFixtures.ts'
import { rewindPrograms } from './rewindPrograms.ts'
import { law } from './storeLaw.ts'

export const repeatedRewinds = groupOf(
  'rewinds',
  [
    law('successive rewinds share only the part that none of them has taken', async (subject) => {
      const { store, rewinding } = subject
      await createStream(store, 6)
      const first = await currentPlace(store)
      const restoreFirst = await rewinding.backup()
      await createStream(store, 3)
      const lost = await currentPlace(store)
      await restoreFirst()
      await createStream(store, 1)
      const second = await currentPlace(store)
      const restoreSecond = await rewinding.backup()
      await createStream(store, 4)
      const lostNext = await currentPlace(store)
      await restoreSecond()
      await createStream(store, 9)
      await expectShared(subject, lost, first.position)
      await expectShared(subject, lostNext, second.position)
      await expectShared(subject, await currentPlace(store), (await currentPlace(store)).position)
    }),

    law('two rewinds to one backup share nothing beyond it', async (subject) => {
      const { store, rewinding } = subject
      await createStream(store, 3)
      const kept = await currentPlace(store)
      const restore = await rewinding.backup()
      await createStream(store, 3)
      const first = await currentPlace(store)
      await restore()
      await createStream(store, 3)
      const second = await currentPlace(store)
      await restore()
      await createStream(store, 5)
      const third = await currentPlace(store)
      expectEqual(
        new Set([first, second, third].map(({ history }) => history)).size,
        3,
        'how many histories there were',
      )
      await expectShared(subject, first, kept.position)
      // The backup was made before the second history began, so the log does not know that history.
      await expectShared(subject, second, null)
    }),

    law(
      'a rewind leaves no snapshot of lost events, and none that blocks others',
      async (subject) => {
        const { store, other, rewinding } = subject
        const stream = await createStream(store, 2)
        const shared = { stream, version: 2, schemaVersion: 1, state: 'shared' }
        const keptOf = async (schemaVersion = 1) =>
          (await right(other.readFromSnapshot(stream, schemaVersion))).snapshot
        const restore = await rewinding.backup()
        await appendGrowing(store, stream, 3)
        const { history } = await right(store.readStream(stream))
        await right(store.saveSnapshot({ stream, version: 5, schemaVersion: 1, state: 'gone', history }))
        await restore()
        expectEqual(await keptOf(), O.none, 'what is kept after the rewind')
        await appendGrowing(store, stream, 3)
        expectEqual(await keptOf(), O.none, 'what is kept when the version is there again')
        await right(store.saveSnapshot({ stream, version: 5, schemaVersion: 1, state: 'gone', history }))
        expectEqual(await keptOf(), O.none, 'what is kept of a fold over events that are gone')
        await right(store.saveSnapshot({ ...shared, history }))
        expectEqual(await keptOf(), O.some(shared), 'what is kept of a fold over events that are shared')
        const now = { stream, version: 4, schemaVersion: 2, state: 'now' }
        await right(store.saveSnapshot({ ...now, history: await historyOf(store) }))
        expectEqual(await keptOf(2), O.some(now), 'what is kept of a fold over events that are there')
      },
      'snapshots',
    ),

    rewindPrograms,

    concurrentRewinds,
  ],
  'rewinds',
)
