import { Tag } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { expectInvalidInput, left, readWholeLog, right, streamNamed, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { StoreWithBoundaries } from '../StoreUnderTest.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, c, isStored, positionsOf, readAll, write } from './fixtures.ts'

const tagsOf = async (store: StoreWithBoundaries) => (await readWholeLog(store)).map((event) => event.tags)

/** What most of the laws require. The port says nothing of roles. */
const required = [{ type: 'X', tag: 'b' }]

export const taggings = groupOf(
  'taggings',
  [
    law('events keep their tags, and get those that are added', async ({ store, other }) => {
      const positions: Array<number> = []
      for (const tags of [[a], [], [c, a], [a]]) positions.push(await write(store, { tags }))
      const [first = 0, second = 0, third = 0] = positions
      const additions = [
        { position: third, tags: [b] },
        { position: first, tags: [b, a] },
        { position: second, tags: [c] },
        { position: second, tags: [b] },
      ]
      for (let again = 0; again < 2; again++) await right(store.addTags(additions), 'tags that are added')
      expectEqual(await tagsOf(other), [[a, b], [b, c], [a, b, c], [a]], 'the tags of the log')
      expectEqual(positionsOf((await readAll(other, [{ tags: [b] }])).events), [first, second, third], 'what has b')
      expectEqual(positionsOf((await readAll(other, [{ tags: [a, b] }])).events), [first, third], 'what has a and b')
      const stream = (await readAll(other, [{ tags: [c, b] }])).events[0]?.stream
      const page = stream === undefined ? undefined : await right(other.readStream(stream))
      expectEqual(
        page?.events.map(({ tags }) => tags),
        [[b, c]],
        'the tags, as a read of the stream returns them',
      )
    }),

    law('tags are added to all events, or to none', async ({ store }) => {
      const position = await write(store, { tags: [a] })
      const additions = [
        { position, tags: [b] },
        { position: position + 1_000, tags: [b] },
      ]
      await expectInvalidInput(store.addTags(additions), 'a position without an event', 'additions')
      expectEqual(await tagsOf(store), [[a]], 'the tags of the log')
    }),

    law(
      'a condition on an added tag that was read since rests on all events that have it',
      async ({ store, other }) => {
        const query = [{ tags: [b] }]
        const position = await write(store, { tags: [a] })
        await right(store.addTags([{ position, tags: [b] }]))
        const { marker } = await readAll(store, query)
        expectTrue(isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'nothing new'), 'it is stored')
        const refused = await left(store.append(appendOf({}, [{ query }])))
        expectTrue(refused._tag === 'BoundaryChanged', 'a claim meets the event that has the tag now')
        await write(other, { tags: [b] })
        expectTrue(!isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'a new event'), 'it is refused')
      },
    ),

    law('an event without a required tag is refused, and nothing is written', async ({ store, other }) => {
      const early = appendOf({ type: 'X', tags: [a] })
      const first = await right(store.append(early))
      await right(store.requireTags('anew', required))
      for (const through of [store, other]) {
        for (const tags of [[], [a], [Tag.of('bb', 1)]]) {
          const refused = await left(through.append(appendOf({ type: 'X', tags })))
          expectTrue(refused._tag === 'StoreUnavailable' && !refused.retryable, 'it is refused for good')
        }
        await write(through, { type: 'X', tags: [b, a] })
        await write(through, { type: 'Y' })
      }
      expectEqual((await right(store.append(early))).positions, first.positions, 'what is repeated')
      expectEqual(await tagsOf(store), [[a], [a, b], undefined, [a, b], undefined], 'the tags of the log')
    }),

    law('what several taggings require counts together', async ({ store }) => {
      await right(store.requireTags('one', required))
      await right(
        store.requireTags('two', [
          { type: 'X', tag: 'c' },
          { type: 'Y', tag: 'c' },
        ]),
      )
      for (const [type, tags] of [
        ['X', [b]],
        ['X', [c]],
        ['Y', [b]],
      ] as const) {
        expectTrue(E.isLeft(await store.append(appendOf({ type, tags }))()), `${type} with ${tags} is refused`)
      }
      await write(store, { type: 'X', tags: [b, c] })
      await write(store, { type: 'Y', tags: [c] })
      expectEqual((await tagsOf(store)).length, 2, 'the events of the log')
    }),

    law('a tag that is required in a category is required nowhere else', async ({ store }) => {
      await right(store.requireTags('anew', [{ type: 'X', tag: 'b', category: 'thing' }]))
      const [own, others] = [streamNamed('thing-1'), streamNamed('things-1')]
      expectTrue(E.isLeft(await store.append(appendOf({ type: 'X', stream: own }))()), 'it is refused')
      await write(store, { type: 'X', stream: others })
      await write(store, { type: 'X', stream: own, tags: [b] })
      const [tagging] = await right(store.taggings)
      expectEqual(tagging?.required, [{ type: 'X', tag: 'b', category: 'thing' }], 'what is required')
    }),

    law('a tagging can be required again until it is promoted, and is promoted for good', async ({ store, other }) => {
      await expectInvalidInput(store.promoteTagging('anew'), 'a tagging that is not required', 'name')
      const more = [...required, { type: 'Y', tag: 'b' }]
      await right(store.requireTags('anew', required))
      await right(store.requireTags('anew', more))
      expectEqual(await right(other.taggings), [{ name: 'anew', required: more, promoted: false }], 'the taggings')
      for (let again = 0; again < 2; again++) await right(store.promoteTagging('anew'))
      for (const through of [store, other]) {
        for (const same of [more, [...more].reverse()]) await right(through.requireTags('anew', same))
        const inCategory = more.map((one) => ({ ...one, category: 'thing' }))
        for (const [what, others] of [
          ['less', required],
          ['more', [...more, { type: 'Z', tag: 'b' }]],
          ['another type', [...required, { type: 'Z', tag: 'b' }]],
          ['another tag', [...required, { type: 'Y', tag: 'c' }]],
          ['the same in a category', inCategory],
        ] as const) {
          await expectInvalidInput(through.requireTags('anew', others), what, 'required')
        }
      }
      await right(store.requireTags('a:b', [{ type: "'", tag: 'x:%' }]))
      expectEqual(
        await right(other.taggings),
        [
          { name: 'a:b', required: [{ type: "'", tag: 'x:%' }], promoted: false },
          { name: 'anew', required: more, promoted: true },
        ],
        'the taggings, by name',
      )
      expectTrue(E.isLeft(await store.append(appendOf({ type: 'Y' }))()), 'it still requires both')
      await write(store, { type: 'Z' })
    }),

    law('input of taggings that is not valid is rejected', async ({ store }) => {
      const position = await write(store, { tags: [a] })
      const wrongAdditions: ReadonlyArray<readonly [string, unknown]> = [
        ['additions', 'all'],
        ['additions[0].position', [{ position: 0, tags: [a] }]],
        ['additions[0].position', [null]],
        ['additions[0].tags', [{ position }]],
        ['additions[0].tags[0]', [{ position, tags: ['a'] }]],
      ]
      for (const [what, additions] of wrongAdditions) {
        await expectInvalidInput(store.addTags(untyped(additions)), what, what)
      }
      const wrongRequired: ReadonlyArray<readonly [string, unknown]> = [
        ['required', []],
        ['required[0].type', [{ tag: 'b' }]],
        ['required[0].tag', [{ type: 'X', tag: '' }]],
        ['required[0].tag', [{ type: 'X', tag: 'a\0' }]],
      ]
      for (const [what, tags] of wrongRequired) {
        await expectInvalidInput(store.requireTags('anew', untyped(tags)), what, what)
      }
      await expectInvalidInput(store.requireTags('', required), 'a name', 'name')
      await expectInvalidInput(store.promoteTagging(untyped(7)), 'a name', 'name')
      expectEqual([await right(store.taggings), await tagsOf(store)], [[], [[a]]], 'nothing is stored')
    }),
  ],
  'conditions',
  'taggings',
)
