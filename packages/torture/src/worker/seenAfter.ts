import { Query, type StreamName } from '@foldlog/core'
import { Decision } from '../boundaries/Decision.ts'
import type { AppendLocation, SentAppend, StreamAppend } from '../Journal.ts'
import type { SeenBoundary } from './BoundaryReader.ts'

/** The positions of the events of a part that meet a query. */
const matching = (query: Query, { stream, ids, tagged }: StreamAppend, place: AppendLocation | undefined) => {
  const matches = Query.matches(query)
  return ids.flatMap((id, i) => {
    const position = place?.positions[i]
    if (tagged !== true || position === undefined) return []
    // Made by streams.ts.
    return matches({ ...Decision.of(id), stream: stream as StreamName }) ? [position] : []
  })
}

/**
 * What the writer of an append has seen of its boundaries afterwards: what the decision had seen, and the events of the
 * append itself. Nothing for decisions that did not know the number of events, and for repeated appends, which return
 * no markers.
 *
 * @category destructors
 * @since 0.1.0
 */
export const seenAfter = (
  { how, parts }: SentAppend,
  places: ReadonlyArray<AppendLocation>,
): ReadonlyArray<{ readonly query: Query; readonly seen: SeenBoundary }> =>
  parts.flatMap((part, i) => {
    const { decided } = part
    const marker = places[i]?.marker
    if (decided?.count === undefined || marker === undefined) return []
    const { query } = Decision.of(decided.by)
    // The marker of an append in a transaction knows nothing of the appends behind it.
    const own = parts.flatMap((one, j) => (how === 'append' || j === i ? matching(query, one, places[j]) : []))
    const last = own.reduce((highest, position) => Math.max(highest, position), decided.last)
    return [{ query, seen: { last, count: decided.count + own.length, marker } }]
  })
