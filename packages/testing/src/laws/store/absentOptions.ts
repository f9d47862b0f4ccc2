import { expectEqual } from '../../internal/expectations.ts'
import { createStream, freshStream, newEvents, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

const noMetadata = { correlationId: undefined, causationId: undefined, user: undefined }

export const absentOptions = groupOf('absent options', [
  law('readStream takes an option that is undefined for an absent one', async ({ store }) => {
    const stream = await createStream(store, 3)
    const absent = await right(store.readStream(stream, { from: undefined, count: undefined, direction: undefined }))
    expectEqual(absent, await right(store.readStream(stream)), 'the page')
  }),

  law('readLog takes an option that is undefined for an absent one', async ({ store }) => {
    await createStream(store, 3)
    const options = { after: undefined, count: undefined, filter: undefined, history: undefined }
    expectEqual(await right(store.readLog(options)), await right(store.readLog()), 'the page')
  }),

  law(
    'readLog takes a part of a filter that is undefined for an absent one',
    async ({ store }) => {
      const stream = await createStream(store, 3)
      const filter = { streams: [stream] }
      const parts = { ...filter, categories: undefined, streamPrefix: undefined, types: undefined }
      const absent = await right(store.readLog({ filter: parts }))
      expectEqual(absent, await right(store.readLog({ filter })), 'the page')
    },
    'filters',
  ),

  law('append takes metadata and a history that are undefined for absent ones', async ({ store }) => {
    const stream = freshStream()
    const events = newEvents(2).map((event) => ({ ...event, metadata: noMetadata }))
    await right(store.append({ stream, expected: 'any', events, history: undefined }))
    const page = await right(store.readStream(stream))
    expectEqual(
      page.events.map(({ metadata }) => metadata),
      [{}, {}],
      'the metadata',
    )
  }),
])
