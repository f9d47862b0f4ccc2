import { expectEqual } from '../../internal/expectations.ts'
import {
  createDeletedStream,
  expectInvalidInput,
  freshId,
  freshStream,
  newEvents,
  numbersTo,
  readStreamFromLog,
  readWholeLog,
  right,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

const freshIds = (count: number) => numbersTo(count).map(freshId)

export const findEvents = groupOf(
  'findEvents',
  [
    law(
      'findEvents returns the events of any stream by position, each once, and leaves out unknown ids',
      async ({ store }) => {
        const [later, earlier] = [newEvents(2), newEvents(2)]
        await right(store.append({ stream: freshStream(), expected: 'any', events: earlier }))
        await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
        await right(store.append({ stream: freshStream(), expected: 'any', events: later }))
        const ids = [...later, ...earlier].map(({ id }) => id)
        const found = await right(store.findEvents([...freshIds(1), ...ids, ...freshIds(1), ...ids]))
        expectEqual(
          found,
          (await readWholeLog(store)).filter(({ id }) => ids.includes(id)),
          'found, and in the log',
        )
        expectEqual(found.length, 4, 'events found')
      },
    ),

    law(
      'findEvents finds the events of deleted streams',
      async ({ store }) => {
        const events = await readStreamFromLog(store, await createDeletedStream(store, 2))
        expectEqual(events.length, 2, 'events in the log')
        expectEqual(await right(store.findEvents(events.map(({ id }) => id))), events, 'events found')
      },
      'deleteStream',
    ),

    law('findEvents takes from 0 up to 1,000 ids', async ({ store }) => {
      expectEqual(await right(store.findEvents([])), [], 'for no ids')
      const events = newEvents(1_000)
      await right(store.append({ stream: freshStream(), expected: 'any', events }))
      expectEqual((await right(store.findEvents(events.map(({ id }) => id)))).length, 1_000, 'events found')
      await expectInvalidInput(store.findEvents(freshIds(1_001)), '1,001 ids', 'ids')
    }),

    law('findEvents refuses an invalid id, even among valid ones', async ({ store }) => {
      for (const bad of ['', 'x', freshId().toLowerCase(), `8${'0'.repeat(25)}`, 7, 7n, null, undefined]) {
        await expectInvalidInput(store.findEvents([freshId(), untyped(bad)]), `the id ${bad}`)
      }
      for (const bad of [null, undefined, freshId(), {}]) {
        await expectInvalidInput(store.findEvents(untyped(bad)), `${bad} for ids`, 'ids')
      }
    }),
  ],
  'findEvents',
)
