import { versionConflict } from '@foldlog/core/store'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import {
  createDeletedStream,
  createStream,
  expectInvalidInput,
  freshStream,
  left,
  right,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, refusal, write } from './fixtures.ts'

const query = [{ tags: [a] }]

/** A condition that is not met in a log with an event that has `a`. */
const unmet = [{ query }]

export const order = groupOf(
  'the order of looking',
  [
    law('input that is not valid is rejected before a stream is looked at', async ({ store, can }) => {
      const stream = can('deleteStream') ? await createDeletedStream(store, 1) : freshStream()
      const invalid = { ...appendOf({ stream }), conditions: untyped([{ query: [] }]) }
      await expectInvalidInput(store.append(invalid), 'a query without items', 'append.conditions[0].query')
    }),

    law(
      'a deleted stream comes before conditions',
      async ({ store }) => {
        await write(store, { tags: [a] })
        const stream = await createDeletedStream(store, 1)
        const error = await left(store.append(appendOf({ stream }, unmet)))
        expectEqual(error, { _tag: 'StreamDeleted', stream }, 'the error')
      },
      'deleteStream',
    ),

    law(
      'an append that is repeated returns its first result, though its condition is no longer met',
      async ({ store }) => {
        const append = appendOf({ tags: [a] }, unmet)
        const { markers: _, ...first } = await right(store.append(append))
        await write(store, { tags: [a] })
        const { markers, ...again } = await right(store.append(append), 'the repeated append')
        expectEqual(again, { ...first, repeated: true }, 'its result')
        expectEqual(markers, undefined, 'the markers of a repeated append')
        await refusal(store.append({ ...appendOf({ tags: [a] }, unmet) }), 'a new append')
      },
      'idempotence',
    ),

    law(
      'an event id that is used elsewhere comes before conditions',
      async ({ store }) => {
        const first = appendOf({ tags: [a] })
        await right(store.append(first))
        const reused = { ...first, stream: freshStream(), conditions: unmet }
        expectMatch(await left(store.append(reused)), { _tag: 'EventIdReused' }, 'the error')
      },
      'idempotence',
    ),

    law('a version comes before conditions', async ({ store }) => {
      await write(store, { tags: [a] })
      const stream = await createStream(store, 2)
      const append = { ...appendOf({ stream }, unmet), expected: 1 }
      expectEqual(await left(store.append(append)), versionConflict(stream, 1, 2), 'the error')
      await refusal(store.append({ ...append, expected: 2 }), 'an append with the right version')
      expectEqual((await right(store.streamInfo(stream))).version, 2, 'the version of the stream')
    }),

    law(
      'a check comes before conditions',
      async ({ store }) => {
        await write(store, { tags: [a] })
        const stream = await createStream(store, 2)
        const append = { ...appendOf({}, unmet), checks: [{ stream, expected: 1 }] }
        expectEqual(await left(store.append(append)), versionConflict(stream, 1, 2), 'the error')
        await refusal(store.append({ ...append, checks: [{ stream, expected: 2 }] }), 'with the right version')
      },
      'checks',
    ),
  ],
  'conditions',
)
