import { same } from '../internal/expectation.ts'
import {
  deletedStreamOf,
  freshId,
  freshStream,
  inLog,
  newEvents,
  refusedAsInvalid,
  right,
  untyped,
  upTo,
  wholeLog,
} from './given.ts'
import { groupOf, law } from './Law.ts'

const freshIds = (count: number) => upTo(count).map(freshId)

export const findEvents = groupOf(
  'findEvents',
  [
    law(
      'gives the events of any stream by position, each once, and leaves out what is not stored',
      async ({ store }) => {
        const [later, earlier] = [newEvents(2), newEvents(2)]
        await right(store.append({ stream: freshStream(), expected: 'any', events: earlier }))
        await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
        await right(store.append({ stream: freshStream(), expected: 'any', events: later }))
        const ids = [...later, ...earlier].map(({ id }) => id)
        const found = await right(store.findEvents([...freshIds(1), ...ids, ...freshIds(1), ...ids]))
        same(
          found,
          (await wholeLog(store)).filter(({ id }) => ids.includes(id)),
          'found, and in the log',
        )
        same(found.length, 4, 'events found')
      },
    ),

    law(
      'finds the events of deleted streams',
      async ({ store }) => {
        const events = await inLog(store, await deletedStreamOf(store, 2))
        same(events.length, 2, 'events in the log')
        same(await right(store.findEvents(events.map(({ id }) => id))), events, 'events found')
      },
      'deleteStream',
    ),

    law('takes no ids at all, and at most 1,000', async ({ store }) => {
      same(await right(store.findEvents([])), [], 'for no ids')
      const events = newEvents(1_000)
      await right(store.append({ stream: freshStream(), expected: 'any', events }))
      same((await right(store.findEvents(events.map(({ id }) => id)))).length, 1_000, 'events found')
      await refusedAsInvalid(store.findEvents(freshIds(1_001)), '1,001 ids', 'ids')
    }),

    law('refuses what is no id, also among good ones', async ({ store }) => {
      for (const bad of ['', 'x', freshId().toLowerCase(), `8${'0'.repeat(25)}`, 7, 7n, null, undefined]) {
        await refusedAsInvalid(store.findEvents([freshId(), untyped(bad)]), `the id ${bad}`)
      }
      for (const bad of [null, undefined, freshId(), {}]) {
        await refusedAsInvalid(store.findEvents(untyped(bad)), `${bad} for ids`, 'ids')
      }
    }),
  ],
  'findEvents',
)
