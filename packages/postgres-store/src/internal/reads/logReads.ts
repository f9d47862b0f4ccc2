import { EventId, type EventStore, type HistoryId } from '@foldlog/core'
import { logRewound, ReadLogOptions, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { decodeEvent } from '../encoding/decodeEvent.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'
import type { Statements } from '../schema/Statements.ts'

const maxIds = 1_000

/** Reads the log of all streams. */
export const logReadsOn = (
  { query }: RetryingClient,
  statements: Statements,
): Pick<EventStore, 'readLog' | 'findEvents'> => ({
  readLog: (options) => async () => {
    const checked = ReadLogOptions.check(options)
    if (E.isLeft(checked)) return checked
    const { after, count, filter, history } = checked.right
    const { streamPrefix: prefix, ...lists } = filter
    const result = await query(statements.readLog, [
      `${after}`,
      `${count}`,
      JSON.stringify({ ...lists, prefix }),
      historyUuidOrNull(history),
    ])
    if (E.isLeft(result)) return result
    const [header, ...rows] = result.right.rows
    // Written by foldlog.read_log.
    const [scannedTo, end, current] = JSON.parse(header ?? '') as
      | readonly [seen: number, end: boolean, HistoryId]
      | readonly [null, shared: number | null, HistoryId]
    if (scannedTo === null) return E.left(logRewound(after, history ?? null, current, end))
    const events = rows.map(decodeEvent)
    const last = events.length < count ? undefined : events.at(-1)
    return E.right(
      last === undefined
        ? { events, position: scannedTo, end, history: current }
        : { events, position: last.position, end: false, history: current },
    )
  },

  findEvents: (ids) => async () => {
    if (!Array.isArray(ids)) return rejectInput('ids', 'must be an array')
    if (ids.length > maxIds) return rejectInput('ids', `must have at most ${maxIds} elements, has ${ids.length}`)
    const checked = E.traverseArray(EventId.parse)(ids)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.findEvents, [JSON.stringify(checked.right.map(uuidOf))])
    return E.isLeft(result) ? result : E.right(result.right.rows.slice(1).map(decodeEvent))
  },
})
