import type { RecordedEvent } from '@foldlog/core'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import {
  concurrently,
  createDeletedStream,
  freshStream,
  newEvents,
  numbersTo,
  readToEnd,
  readWholeLog,
  right,
  settledPositionOf,
  whileRunning,
  yieldToOthers,
} from './fixtures.ts'
import { groupOf, law } from './Law.ts'

const placesOf = (log: ReadonlyArray<RecordedEvent>) => log.map(({ id, position }) => [position, id])

export const logOrder = groupOf('order of the log', [
  law('of nothing is an empty page at position 0', async ({ store }) => {
    expectMatch(await right(store.readLog()), { events: [], position: 0, end: true }, 'readLog()')
  }),

  law(
    'of nothing is the same for a filter',
    async ({ store }) => {
      const empty = { events: [], position: 0, end: true }
      expectMatch(await right(store.readLog({ filter: { categories: ['thing'] } })), empty, 'readLog')
    },
    'filters',
  ),

  law('counts from 1', async ({ store }) => {
    const { positions } = await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(3) }))
    expectEqual(positions, [1, 2, 3], 'the first positions')
  }),

  law('is the order in which appends were acknowledged, when one follows the other', async ({ store, other }) => {
    const positions: Array<number> = []
    for (const n of numbersTo(30)) {
      const append = { stream: freshStream(), expected: 'any', events: newEvents((n % 3) + 1) } as const
      positions.push(...(await right((n % 2 === 0 ? store : other).append(append))).positions)
    }
    expectEqual(
      positions,
      [...positions].sort((one, other) => one - other),
      'positions',
    )
  }),

  law(
    'is stable: read again, also while others write, it is the same as far as it was settled',
    async ({ store, other }) => {
      const stream = freshStream()
      const writers = concurrently(8, async (i) => {
        for (const _ of numbersTo(10)) {
          const append = {
            stream: i % 2 === 0 ? stream : freshStream(),
            expected: 'any',
            events: newEvents(2),
          } as const
          await right(store.append(append))
          await yieldToOthers()
        }
      })
      const looks = await whileRunning(writers, async () => {
        const taken: Array<Awaited<ReturnType<typeof readToEnd>>> = []
        for (const _ of numbersTo(8)) {
          taken.push(await readToEnd(other, { count: 7 }))
          await yieldToOthers()
        }
        return taken
      })
      const { events } = await readToEnd(store)
      expectEqual(placesOf((await readToEnd(other)).events), placesOf(events), 'the log read twice')
      for (const look of looks) {
        const settled = events.filter(({ position }) => position <= look.head)
        expectEqual(
          placesOf(look.events),
          placesOf(settled),
          `the log as far as position ${look.head}, read earlier and read now`,
        )
      }
      const heads = looks.map(({ head }) => head)
      expectEqual(
        heads,
        [...heads].sort((one, other) => one - other),
        'heads of reads one after another',
      )
    },
  ),

  law(
    'keeps the events of deleted streams, and has none for the deletion',
    async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      const log = await readWholeLog(store)
      expectEqual(
        log.map((event) => [event.stream, event.version]),
        numbersTo(3).map((version) => [stream, version]),
        'the log',
      )
      expectEqual(await settledPositionOf(store), 3, 'the head')
    },
    'deleteStream',
  ),

  law(
    'never gives a position again that was given before, after a deletion either',
    async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      const { positions } = await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
      expectTrue((positions[0] ?? 0) > 3, `the next position is behind those of ${stream}, is ${positions}`)
    },
    'deleteStream',
  ),

  law(
    'lets a reader of rare events through 110,000 others, page by page',
    async ({ store }) => {
      for (const _ of numbersTo(11)) {
        await right(store.append({ stream: freshStream('noise'), expected: 'any', events: newEvents(10_000) }))
      }
      const rare = freshStream('rare')
      const { positions } = await right(store.append({ stream: rare, expected: 'any', events: newEvents(2, 'Rare') }))
      for (const filter of [{ categories: ['rare'] }, { types: ['Rare'] }, { streamPrefix: 'ra' }]) {
        const found = await readWholeLog(store, { count: 10, filter })
        expectEqual(
          found.map(({ stream, position }) => [stream, position]),
          positions.map((position) => [rare, position]),
          JSON.stringify(filter),
        )
      }
    },
    'filters',
    'largeAppends',
  ),
])
