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
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

const placesOf = (log: ReadonlyArray<RecordedEvent>) => log.map(({ id, position }) => [position, id])

export const logOrder = groupOf('order of the log', [
  law('an empty log is an empty page at position 0', async ({ store }) => {
    expectMatch(await right(store.readLog()), { events: [], position: 0, end: true }, 'readLog()')
  }),

  law(
    'an empty log is the same for a filter',
    async ({ store }) => {
      const empty = { events: [], position: 0, end: true }
      expectMatch(await right(store.readLog({ filter: { categories: ['thing'] } })), empty, 'readLog')
    },
    'filters',
  ),

  law('positions count from 1', async ({ store }) => {
    const { positions } = await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(3) }))
    expectEqual(positions, [1, 2, 3], 'the first positions')
  }),

  law(
    'the log has the order in which appends were acknowledged, when one follows the other',
    async ({ store, other }) => {
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
    },
  ),

  law(
    'the settled log is stable: a second read, also while others write, returns the same',
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
    'the log keeps the events of deleted streams, and has no event for the deletion',
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
    'the log never gives a position twice, even after a deletion',
    async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      const { positions } = await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
      expectTrue((positions[0] ?? 0) > 3, `the next position is behind those of ${stream}, is ${positions}`)
    },
    'deleteStream',
  ),

  law(
    'a reader of rare events gets through 110,000 others, page by page',
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
