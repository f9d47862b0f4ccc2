// The domain of a user, in a package with another copy of core than the application that runs it.
import {
  Aggregate,
  EventCodec,
  EventId,
  type EventOf,
  type HistoryId,
  type Metadata,
  type RecordedEvent,
  StreamName,
} from '@foldlog/core'
import type { StreamPage } from '@foldlog/core/store'
import { Projection } from '@foldlog/subscriptions'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'

const SeatEvent = EventCodec.make({ Taken: t.strict({ by: t.string }) })
type SeatEvent = EventOf<typeof SeatEvent>
type SeatCommand = { readonly type: 'Take'; readonly data: { readonly id: string; readonly by: string } }
type SeatError = { readonly _tag: 'TakenAlready'; readonly by: string }

/** A seat of a category of its own, so that two domains share a log. */
export const seatOf = (category: string) =>
  Aggregate.make({
    category,
    commands: ['Take'],
    id: ({ data }: SeatCommand) => data.id,
    decider: {
      initialState: '',
      evolve: (_: string, { data }: SeatEvent) => data.by,
      decide: ({ data: { by } }: SeatCommand, taken: string): E.Either<SeatError, ReadonlyArray<SeatEvent>> =>
        taken === '' ? E.right([{ type: 'Taken', data: { by } }]) : E.left({ _tag: 'TakenAlready', by: taken }),
    },
    events: SeatEvent,
  })

export const takersOf = (category: string) =>
  Projection.make({
    name: `takers of ${category}`,
    from: [seatOf(category)],
    view: t.strict({ by: t.string }),
    key: ({ stream }) => stream,
    project: (_, { event }) => event.data,
  })

/** Branded values of this copy of core. */
export const made = {
  stream: (category: string) => StreamName.make(category, '1'),
  id: EventId.source({ now: Date.now, random: Math.random }),
}

/** Takes values that another copy of core has made. */
export const describe = (
  stream: StreamName,
  page: StreamPage,
  history: HistoryId,
  metadata: Metadata,
): E.Either<string, string> =>
  F.pipe(
    StreamName.parse(stream),
    E.mapLeft(({ why }) => why),
    E.filterOrElse(
      () => page.history === history,
      () => 'another history',
    ),
    E.map((name) => {
      const ids: ReadonlyArray<RecordedEvent['id']> = page.events.map((event) => event.id)
      return `${StreamName.category(name)}: ${ids.length} by ${metadata.correlationId ?? 'nobody'}`
    }),
  )
