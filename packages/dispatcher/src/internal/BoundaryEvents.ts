import type { BoundaryStore, MatchingPage } from '@foldlog/core'
import { type Event, type EventCodec, type EventStore, type Marker, type RecordedEvent, Tagged } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { LoadError } from '../DispatchError.ts'
import type { BoundaryCommand } from './BoundaryCommand.ts'
import { maxFolds } from './StateLoader.ts'

/** A decoded event at its place in the log. */
export interface PlacedEvent {
  readonly position: number
  readonly tagged: Tagged<Event>
}

/** The events that meet a query, in the order of the log, and the marker of what was read. */
export interface BoundaryEvents {
  readonly events: ReadonlyArray<PlacedEvent>
  readonly marker: Marker
}

/**
 * The events that boundaries have read, in a bounded cache. They may be outdated, so they are never trusted: the
 * condition of an append, or another read, confirms them.
 *
 * Events are kept, and not states: two commands may read the same events into different states, because a view may
 * depend on more of its command than its query shows.
 */
export interface BoundaryCache {
  readonly cached: (command: BoundaryCommand) => BoundaryEvents | undefined
  /** Reads the events that are new since `known`, or all. One round trip for each page. */
  readonly read: (
    command: BoundaryCommand,
    known: BoundaryEvents | undefined,
  ) => Promise<E.Either<LoadError, BoundaryEvents>>
  /** Adds events that have appeared, and keeps the result. */
  readonly advance: (
    command: BoundaryCommand,
    known: BoundaryEvents,
    recorded: ReadonlyArray<RecordedEvent>,
    marker: Marker,
  ) => E.Either<LoadError, BoundaryEvents>
  readonly keep: (command: BoundaryCommand, events: BoundaryEvents) => void
  readonly forget: (command: BoundaryCommand) => void
}

/** Maximum number of events in memory, over all boundaries. */
const maxEvents = 100_000

const place = (
  codec: EventCodec<Event>,
  recorded: ReadonlyArray<RecordedEvent>,
): E.Either<LoadError, ReadonlyArray<PlacedEvent>> => {
  const placed: Array<PlacedEvent> = []
  for (const one of recorded) {
    const tagged = Tagged.decodeAll(codec)([one])
    if (E.isLeft(tagged)) return tagged
    for (const own of tagged.right) placed.push({ position: one.position, tagged: own })
  }
  return E.right(placed)
}

/** An event that is read later may have a lower position: its transaction was open at the earlier read. */
const inOrder = (events: ReadonlyArray<PlacedEvent>): ReadonlyArray<PlacedEvent> =>
  events.toSorted((one, other) => one.position - other.position)

export const makeBoundaryCache = (store: EventStore & BoundaryStore, size: number): BoundaryCache => {
  const cache = new LRUCache<string, BoundaryEvents>({
    max: size,
    maxSize: maxEvents,
    sizeCalculation: ({ events, marker }) => 1 + events.length + marker.seen.length,
  })

  const keep = ({ source }: BoundaryCommand, events: BoundaryEvents): void => void cache.set(source, events)

  const advance: BoundaryCache['advance'] = (command, known, recorded, marker) => {
    const placed = place(command.boundary.events, recorded)
    if (E.isLeft(placed)) return placed
    const events = { events: inOrder([...known.events, ...placed.right]), marker }
    keep(command, events)
    return E.right(events)
  }

  /** Reads to the end. `undefined` when the log was rewound since `known`. */
  const readRest = async (
    command: BoundaryCommand,
    known: BoundaryEvents | undefined,
  ): Promise<E.Either<LoadError, BoundaryEvents | undefined>> => {
    const recorded: Array<RecordedEvent> = []
    let after = known?.marker
    for (;;) {
      const page: E.Either<{ readonly _tag: string }, MatchingPage> = await store.readMatching({
        query: command.query,
        ...(after === undefined ? undefined : { after }),
      })()
      if (E.isLeft(page)) {
        if (page.left._tag === 'LogRewound') return E.right(undefined)
        // Every other error of this read is one of a load.
        return E.left(page.left as LoadError)
      }
      recorded.push(...page.right.events)
      const { marker } = page.right
      after = marker
      if (page.right.end) return advance(command, known ?? { events: [], marker }, recorded, marker)
    }
  }

  return {
    cached: ({ source }) => cache.get(source),
    read: async (command, known) => {
      let read = await readRest(command, known)
      for (let again = 0; again < maxFolds && E.isRight(read) && read.right === undefined; again++)
        read = await readRest(command, undefined)
      if (E.isLeft(read)) return read
      return read.right === undefined
        ? E.left(storeUnavailable('the log was rewound during every read of the boundary', true, undefined))
        : E.right(read.right)
    },
    advance,
    keep,
    forget: ({ source }) => void cache.delete(source),
  }
}
