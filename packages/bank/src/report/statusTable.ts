import type { GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import type { BooksName } from '../books/Bank.ts'
import { count } from './money.ts'
import { table } from './table.ts'

const columns = [
  { title: 'books' },
  { title: 'handler' },
  { title: 'state' },
  { title: 'position', align: 'right' },
  { title: 'behind', align: 'right' },
  { title: 'seconds', align: 'right' },
  { title: 'events/s', align: 'right' },
  { title: 'workers', align: 'right' },
  { title: 'partitions held', align: 'right' },
  { title: 'parked', align: 'right' },
  { title: 'commands', align: 'right' },
  { title: 'timers', align: 'right' },
] as const

/**
 * Describes the state of a handler: that of its workers, if it has any.
 *
 * @category destructors
 * @since 0.1.0
 */
export const stateOf = ({ state, building, members, parked, lag }: GenerationStatus): string => {
  if (state === 'kept') return 'kept for a rollback'
  const idle = members.length === 0 && state !== 'stopped'
  const words = idle ? (lag === 0 ? 'no worker' : 'waiting for a worker') : state
  return `${building ? 'being rebuilt, ' : ''}${words}${parked > 0 ? `, parked ${count(parked)}` : ''}`
}

const held = ({ partitions }: GenerationStatus): string =>
  `${partitions.filter(({ holder }) => holder !== null).length} of ${partitions.length}`

/**
 * Formats all handlers as a table: their lag in events and seconds, their workers, and their parked events.
 *
 * @category destructors
 * @since 0.1.0
 */
export const statusTable = (all: ReadonlyArray<readonly [BooksName, RuntimeStatus]>): string => {
  const handlers = all.flatMap(([books, { handlers }]) => handlers.map((one) => [books, one] as const))
  if (handlers.length === 0) return 'No handler has run yet. `npm start -- serve` runs them.'
  const rows = handlers.map(([books, one]) => [
    books,
    one.name,
    stateOf(one),
    count(one.position),
    count(one.lag),
    one.lagSeconds.toFixed(1),
    count(Math.round(one.rate)),
    count(one.members.length),
    held(one),
    count(one.parked),
    count(one.commands),
    count(one.timers),
  ])
  const heads = all.flatMap(([books, { settledPosition: head, handlers }]) =>
    handlers.length === 0 ? [] : [`The log of ${books} is at position ${count(head)}.`],
  )
  const holders = handlers.flatMap(([books, { name, partitions, members }]) =>
    members.map(
      ({ member }) =>
        `${books} ${name}: ${member} holds ${partitions.flatMap(({ holder, partition }) => (holder === member ? [partition] : [])).join(', ') || 'nothing'}`,
    ),
  )
  const reasons = handlers.flatMap(([books, { name, reasons }]) =>
    reasons.map((why) => `${books} ${name} stopped ${why}`),
  )
  const waits = handlers.flatMap(([books, { name, waitsFor }]) =>
    waitsFor.map((why) => `${books} ${name} does not take over yet: ${why}`),
  )
  return [table(columns, rows), '', ...heads, ...holders, ...reasons, ...waits].join('\n')
}
