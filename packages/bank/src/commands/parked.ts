import { ParkedEvent } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import type { BankHandler } from '../handlers/bankApplication.ts'
import { hostHandlersUntil } from '../handlers/hostHandlersUntil.ts'
import { count } from '../report/money.ts'
import { table } from '../report/table.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

const columns = [
  { title: 'handler' },
  { title: 'position', align: 'right' },
  { title: 'stream' },
  { title: 'version', align: 'right' },
  { title: 'event' },
  { title: 'attempts', align: 'right' },
  { title: 'since' },
  { title: 'why' },
] as const

/**
 * Each event once: an event with unknown lanes is parked in every partition, and is handled or discarded in all of them
 * together.
 */
const eventsOf = (all: ReadonlyArray<ParkedEvent>): ReadonlyArray<ParkedEvent> => [
  ...new Map(all.map((one) => [one.position, one])).values(),
]

const rowOf = (handler: string, one: ParkedEvent): ReadonlyArray<string> => [
  handler,
  `${one.position}`,
  one.stream,
  count(one.version),
  one.type,
  count(one.attempts),
  one.parkedAt.toISOString().slice(0, 19),
  one.requestedAction === null ? one.why : `${one.requestedAction} requested; ${one.why}`,
]

/**
 * Shows the parked events of a handler, of all handlers by default: `npm start -- parked`. They could not be handled,
 * or follow such an event in its lane.
 *
 * @category commands
 * @since 0.1.0
 */
export const parkedCommand = (
  { output, ...environment }: Environment,
  handler: BankHandler | undefined,
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  inBooks({ output, ...environment }, where, ({ store }) =>
    F.pipe(
      handler === undefined ? (['accounts', 'transfers'] as const) : [handler],
      TE.traverseSeqArray((name) =>
        F.pipe(
          ParkedEvent.list(store, name),
          TE.map((all) => eventsOf(all).map((one) => rowOf(name, one))),
        ),
      ),
      TE.map((rows) => output.line(rows.flat().length === 0 ? 'Nothing is parked.' : table(columns, rows.flat()))),
    ),
  )

/**
 * The requested action on a parked event: a retry, or its final removal.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedActionRequest {
  readonly action: 'retry' | 'discard'
  readonly handler: BankHandler
  /** The position of the event; when absent, the first event of every stream. */
  readonly position?: number
}

const timeout = 15_000

const selectEvents =
  ({ handler, position }: ParkedActionRequest) =>
  (all: ReadonlyArray<ParkedEvent>): TE.TaskEither<BankError, ReadonlyArray<ParkedEvent>> => {
    const wanted = all.filter((one) => (position === undefined ? !one.behind : one.position === position))
    return wanted.length === 0 ? TE.left({ _tag: 'NothingParked', handler, position }) : TE.right(wanted)
  }

const describeResult = (what: ParkedActionRequest['action'], all: number, left: ReadonlyArray<ParkedEvent>): string =>
  [
    `${count(all - left.length)} of ${count(all)} ${what === 'retry' ? 'handled' : 'discarded'}`,
    ...left.map(({ position, stream, why }) => `still parked: position ${position}, ${stream}: ${why}`),
  ].join('\n')

const requestAction = (
  { output, signal }: Environment,
  { action: what, handler }: ParkedActionRequest,
  store: BooksStore,
  events: ReadonlyArray<ParkedEvent>,
): TE.TaskEither<BankError, void> => {
  const positions = new Set(events.map(({ position }) => position))
  const still: TE.TaskEither<BankError, ReadonlyArray<ParkedEvent>> = F.pipe(
    ParkedEvent.list(store, handler),
    TE.map((all) => all.filter(({ position }) => positions.has(position))),
  )
  const done = (): TE.TaskEither<BankError, boolean> =>
    F.pipe(
      still,
      TE.map((all) => all.every(({ requestedAction }) => requestedAction === null)),
    )
  return F.pipe(
    events,
    TE.traverseSeqArray((one) => ParkedEvent[what](store, one)),
    TE.chainW(() => hostHandlersUntil({ store, handlers: [handler], done, signal, timeout })),
    TE.filterOrElseW(
      (came) => came,
      (): BankError => ({ _tag: 'NotFinished', what: `the ${what} is requested; the next worker does it` }),
    ),
    TE.chainW(() => still),
    TE.map((left) => output.line(describeResult(what, positions.size, eventsOf(left)))),
  )
}

/**
 * Requests a retry of parked events, or discards them: `npm start -- parked retry HANDLER [POSITION]`, `npm start --
 * parked discard HANDLER POSITION`.
 *
 * @category commands
 * @since 0.1.0
 */
export const parkedActionCommand = (
  environment: Environment,
  request: ParkedActionRequest,
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ store }) =>
    F.pipe(
      ParkedEvent.list(store, request.handler),
      TE.chainW(selectEvents(request)),
      TE.chain((events) => requestAction(environment, request, store, events)),
    ),
  )
