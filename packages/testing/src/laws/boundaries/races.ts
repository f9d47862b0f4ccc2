import { type Query, Tag } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { format } from '../../internal/format.ts'
import { concurrently, freshStream, numbersTo, readWholeLog, right, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from '../store/LawContext.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, isStored, type Kind, markerOf, meets, readAll, write } from './fixtures.ts'

const turn = ({ store, other }: LawContext, i: number) => (i % 2 === 0 ? store : other)

/** Each reads, then waits until all have read, then appends what it has decided. Returns how many were stored. */
const storedOf = async (
  subject: LawContext,
  writers: ReadonlyArray<{ readonly query: Query; readonly kind: Kind }>,
): Promise<number> => {
  // All markers are read before the first append: nobody has seen what another one writes.
  const markers = await Promise.all(writers.map(({ query }, i) => markerOf(turn(subject, i), query)))
  const outcomes = await concurrently(writers.length, async (i) => {
    const { query = [], kind = {} } = writers[i] ?? {}
    return isStored(await turn(subject, i).append(appendOf(kind, [{ query, marker: markers[i] }]))(), 'an append')
  })
  return outcomes.filter((stored) => stored).length
}

export const races = groupOf(
  'conditional appends at once',
  [
    law('of 16 writers that have read the same, one is stored', async (subject) => {
      for (const round of numbersTo(10)) {
        const tag = Tag.of('round', round)
        const query = [{ tags: [tag] }]
        const writers = numbersTo(16).map(() => ({ query, kind: { tags: [tag] } }))
        expectEqual(await storedOf(subject, writers), 1, `round ${round}: the appends that were stored`)
      }
    }),

    law('of 16 that claim a value without a read, one is stored, also as one batch of one process', async (subject) => {
      for (const round of numbersTo(10)) {
        const tag = Tag.of('name', round)
        const outcomes = await concurrently(16, (i) =>
          (round % 2 === 0 ? subject.store : turn(subject, i)).append(
            appendOf({ tags: [tag] }, [{ query: [{ types: ['Happened'], tags: [tag] }] }]),
          )(),
        )
        const stored = outcomes.filter((outcome) => isStored(outcome, 'a claim'))
        expectEqual(stored.length, 1, `round ${round}: the claims that were stored`)
      }
    }),

    law('two that each write what the other has read are never both stored', async (subject) => {
      for (const round of numbersTo(15)) {
        const [x, y] = [Tag.of('x', round), Tag.of('y', round)]
        const stored = await storedOf(subject, [
          { query: [{ tags: [x] }], kind: { tags: [y] } },
          { query: [{ tags: [y] }], kind: { tags: [x] } },
        ])
        expectEqual(stored, 1, `round ${round}: the appends that were stored`)
      }
    }),

    law('queries of several keys, in opposite orders, end, and one of each round is stored', async (subject) => {
      for (const round of numbersTo(10)) {
        const [x, y, z] = [Tag.of('x', round), Tag.of('y', round), Tag.of('z', round)]
        const queries = [
          [{ tags: [x] }, { tags: [y] }, { tags: [z] }],
          [{ tags: [z] }, { tags: [y] }, { tags: [x] }],
          [{ tags: [y, x] }, { tags: [z, x] }, { tags: [z, y] }],
        ]
        const writers = numbersTo(12).map((i) => ({ query: queries[i % 3] ?? [], kind: { tags: [x, y, z] } }))
        expectEqual(await storedOf(subject, writers), 1, `round ${round}: the appends that were stored`)
      }
    }),

    law('queries without tags meet tagged and untagged events of others', async (subject) => {
      for (const round of numbersTo(10)) {
        const type = `T${round}`
        const stored = await storedOf(
          subject,
          numbersTo(8).map((i) => ({
            query: i % 2 === 0 ? [{ types: [type] }] : [{}],
            kind: { type, ...(i % 3 === 0 ? { tags: [a] } : undefined) },
          })),
        )
        expectEqual(stored, 1, `round ${round}: the appends that were stored`)
      }
    }),

    law('disjoint boundaries and unconditional appends never refuse each other', async (subject) => {
      const tags = numbersTo(6).map((n) => Tag.of('own', n))
      const query = (tag: Tag) => [{ tags: [tag], types: ['Mine'] }]
      await concurrently(12, async (i) => {
        const store = turn(subject, i)
        const tag = tags[i % 6] ?? a
        if (i >= 6) {
          for (const _ of numbersTo(10)) await write(store, { tags: [tag, b] })
          return
        }
        let marker = await markerOf(store, query(tag))
        for (const _ of numbersTo(10)) {
          const append = appendOf({ type: 'Mine', tags: [tag, b] }, [{ query: query(tag), marker }])
          const appended = await right(store.append(append), 'an append of a boundary of its own')
          marker = appended.markers?.[0] ?? marker
        }
      })
      expectEqual((await readAll(subject.store, [{ tags: [b] }])).events.length, 120, 'the events')
    }),

    law('a marker that is read while others write has seen exactly what the page has', async (subject) => {
      const query = [{ tags: [a] }]
      let over = false
      // Writers that never pause can refuse every probe of a store whose appends are slow: the law would not end.
      let wasRefused = false
      const writing = concurrently(3, async (i) => {
        while (!over) {
          if (!wasRefused) await write(turn(subject, i), { tags: [a] })
          await yieldToOthers()
        }
      })
      const reading = concurrently(3, async (i) => {
        for (let probes = 0; probes < 10; ) {
          const { events, marker } = await readAll(subject.other, query)
          const probe = appendOf({ type: 'Probe' }, [{ query, marker }])
          const outcome = await turn(subject, i).append(probe)()
          wasRefused = !isStored(outcome, 'a probe')
          if (wasRefused) continue
          const position = E.isRight(outcome) ? (outcome.right.positions[0] ?? 0) : 0
          probes++
          const before = (await readAll(subject.store, query)).events.filter((event) => event.position < position)
          if (before.length !== events.length)
            fail(`a probe at ${position} had seen ${format(events.length)} of ${before.length} events before it`)
        }
      })
      await reading.finally(() => {
        over = true
      })
      await writing
      expectTrue((await readWholeLog(subject.store)).some(meets(query)), 'others have written')
    }),

    law('at most three of a kind, decided by many at once', async (subject) => {
      const stream = freshStream()
      const query = [{ tags: [a], types: ['Taken'] }]
      await concurrently(12, async (i) => {
        for (;;) {
          const { events, marker } = await readAll(turn(subject, i), query)
          if (events.length >= 3) return
          const taken = appendOf({ type: 'Taken', tags: [a], stream }, [{ query, marker }])
          if (isStored(await turn(subject, i).append(taken)(), 'an append')) return
        }
      })
      expectEqual((await readAll(subject.store, query)).events.length, 3, 'the events')
    }),
  ],
  'conditions',
)
