import type { EventId, EventStore, HistoryId, RecordedEvent, StoreUnavailable } from '@foldlog/core'
import { EventLookup, logRewound, ReadLogOptions } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Query, RetryingClient } from '../client/RetryingClient.ts'
import { firstText } from '../client/StatementRunner.ts'
import { decodeEvent } from '../encoding/decodeEvent.ts'
import { endsEarly, withoutEarlyEnd } from '../encoding/endsEarly.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'
import type { Statements } from '../schema/Statements.ts'
import { decodeLogRow } from './decodeColumns.ts'

/** Finds events of any size in several statements, so that no answer is much longer than a page. */
const findLargeEvents = async (
  query: Query,
  statements: Statements,
  ids: ReadonlyArray<EventId>,
): Promise<E.Either<StoreUnavailable, ReadonlyArray<RecordedEvent>>> => {
  const found = new Map<EventId, RecordedEvent>()
  for (;;) {
    const missing = ids.filter((id) => !found.has(id))
    const result = await query(statements.findLargeEvents, [JSON.stringify(missing.map(uuidOf))])
    if (E.isLeft(result)) return result
    const rows = result.right.rows.slice(1)
    for (const event of withoutEarlyEnd(rows).map(decodeEvent)) found.set(event.id, event)
    // An event that was stored meanwhile may have a lower position than one that was found before.
    if (!endsEarly(rows)) return E.right([...found.values()].sort((a, b) => a.position - b.position))
  }
}

/** Reads the log of all streams. */
export const logReadsOn = (
  { query, queryRows }: RetryingClient,
  statements: Statements,
): Pick<EventStore, 'readLog' | 'findEvents'> => ({
  readLog: (options) => async () => {
    const checked = ReadLogOptions.check(options)
    if (E.isLeft(checked)) return checked
    const { after, count, filter, history } = checked.right
    const { streamPrefix: prefix, ...lists } = filter
    const result = await queryRows(statements.readLog, [
      `${after}`,
      `${count}`,
      JSON.stringify({ ...lists, prefix }),
      historyUuidOrNull(history),
    ])
    if (E.isLeft(result)) return result
    const [header, ...rows] = result.right.rows
    // Written by foldlog.read_log.
    const [scannedTo, end, current] = JSON.parse(firstText(header ?? [])) as
      | readonly [seen: number, end: boolean, HistoryId]
      | readonly [null, shared: number | null, HistoryId]
    if (scannedTo === null) return E.left(logRewound(after, history ?? null, current, end))
    const events = rows.flatMap(decodeLogRow)
    const isCut = endsEarly([firstText(rows.at(-1) ?? [])])
    const last = events.length === count || isCut ? events.at(-1) : undefined
    return E.right(
      last === undefined
        ? { events, position: scannedTo, end, history: current }
        : { events, position: last.position, end: false, history: current },
    )
  },

  findEvents: (ids) => async () => {
    const checked = EventLookup.check(ids)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.findEvents, [JSON.stringify(checked.right.map(uuidOf))])
    if (E.isLeft(result)) return result
    const rows = result.right.rows.slice(1)
    // An empty row means that an event is not small.
    return rows.includes('') ? findLargeEvents(query, statements, checked.right) : E.right(rows.map(decodeEvent))
  },
})
