import type { BoundaryStore, HistoryId, InvalidInput, LogRewound, MatchingPage, StoreUnavailable } from '@foldlog/core'
import { Marker, type RecordedEvent } from '@foldlog/core'
import { logRewound, ReadMatchingOptions, rejectInput } from '@foldlog/core/store'
import { either as E, function as F, option as O } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { decodeEvents } from '../encoding/decodeEvent.ts'
import { endsEarly, withoutEarlyEnd } from '../encoding/endsEarly.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { itemsOf } from '../encoding/items.ts'
import { pgArray } from '../encoding/pgArray.ts'
import type { Statements } from '../schema/Statements.ts'

/** The first row of foldlog.read_matching. */
type Header =
  | readonly [horizon: number, HistoryId, log: string, end: boolean, seen: ReadonlyArray<number>]
  | readonly [null, shared: number | null, HistoryId]
  | readonly [null]

/** What a read has seen; see the proof in docs/boundary-locks.md. */
const markerOf = (
  [horizon, history, log, , seen]: Header & readonly [number, ...ReadonlyArray<unknown>],
  after: Marker | null,
  events: ReadonlyArray<RecordedEvent>,
  end: boolean,
  backward: boolean,
): Marker => {
  const start = after ?? Marker.nothingSeen(log, history)
  if (backward) return Marker.advance(start, horizon, seen, history)
  const positions = events.map(({ position }) => position)
  // Behind the last event of a page that is not the end, nothing was read yet.
  const read = end ? horizon : Math.min(horizon, positions.at(-1) ?? start.settled)
  return Marker.advance(start, read, positions, history)
}

/** Reads the events that meet a query, for consistency boundaries. */
export const matchingOn = ({ query: send }: RetryingClient, statements: Statements): BoundaryStore => {
  const readMatching =
    (options: ReadMatchingOptions) =>
    async (): Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, MatchingPage>> => {
      const checked = ReadMatchingOptions.check(options, undefined)
      if (E.isLeft(checked)) return checked
      const { query, after, limit, backward } = checked.right
      const result = await send(statements.readMatching, [
        JSON.stringify(itemsOf(query)),
        `${after?.settled ?? 0}`,
        pgArray(after?.seen ?? []),
        historyUuidOrNull(after?.history),
        historyUuidOrNull(after?.log),
        `${limit}`,
        `${backward}`,
      ])
      if (E.isLeft(result)) return result
      const [first, ...rows] = result.right.rows
      const header = JSON.parse(first ?? '[null]') as Header // Written by foldlog.read_matching.
      if (header[0] === null) {
        const [, shared = null, current] = header
        if (current === undefined || after === null)
          return rejectInput('after', 'must be a marker that this store has returned')
        return E.left(logRewound(after.seen.at(-1) ?? after.settled, after.history, current, shared))
      }
      const events = withoutEarlyEnd(rows).flatMap(decodeEvents)
      const end = header[3] && !endsEarly(rows)
      return E.right({ events, end, marker: markerOf(header, after, events, end, backward) })
    }
  return {
    readMatching,
    lastMatching: (query) =>
      F.pipe(
        readMatching({ query, limit: 1, backward: true }),
        (read) => async () =>
          F.pipe(
            await read(),
            // Without a marker nothing is compared with the history of the log.
            E.mapLeft((error) => error as InvalidInput | StoreUnavailable),
            E.map(({ events, marker }) => ({ event: O.fromNullable(events[0]), marker })),
          ),
      ),
  }
}
