import type { HistoryId, StoreInspection, StreamName } from '@foldlog/core'
import {
  type CheckedLogSearch,
  type EventCount,
  type ListedStream,
  LogSearch,
  StreamQuery,
  TimerQuery,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { decodeDocument } from '../encoding/decodeDocument.ts'
import { decodeEvent } from '../encoding/decodeEvent.ts'
import { endsEarly, withoutEarlyEnd } from '../encoding/endsEarly.ts'
import { inspectionStatementsIn } from './InspectionStatements.ts'

/** The filter of foldlog.search_log; see there. */
const filterOf = ({ filter, correlationId, causationId, since, until }: CheckedLogSearch): string => {
  const { streamPrefix: prefix, ...lists } = filter
  return JSON.stringify({
    ...lists,
    prefix,
    correlation: correlationId,
    causation: causationId,
    since: since?.getTime(),
    until: until?.getTime(),
  })
}

/** A row of foldlog.list_streams; see there. The name was checked when the stream was created. */
type StreamRow = readonly [name: StreamName, deleted: boolean, version: number, position: number, milliseconds: number]

const decodeStream = (text: string): ListedStream => {
  // Written by foldlog.list_streams.
  const [stream, deleted, version, position, milliseconds] = JSON.parse(text) as StreamRow
  return { stream, status: deleted ? 'deleted' : 'open', version, position, recordedAt: new Date(milliseconds) }
}

/** A row of foldlog.count_events; see there. */
const decodeCount = (text: string): EventCount => {
  // Written by foldlog.count_events.
  const [category, type, schemaVersion, count] = JSON.parse(text) as readonly [string, string, number, number]
  return { category, type, schemaVersion, count }
}

/** The port that people look up a store with. */
export const inspectionOn = ({ query }: RetryingClient, quotedSchema: string): StoreInspection => {
  const statements = inspectionStatementsIn(quotedSchema)
  return {
    searchLog: (search) => async () => {
      const checked = LogSearch.check(search)
      if (E.isLeft(checked)) return checked
      const { before, count } = checked.right
      const result = await query(statements.searchLog, [`${before}`, `${count}`, filterOf(checked.right)])
      if (E.isLeft(result)) return result
      const [header, ...rows] = result.right.rows
      // Written by foldlog.search_log.
      const [seen, end, history] = JSON.parse(header ?? '') as readonly [number, boolean, HistoryId]
      const found = withoutEarlyEnd(rows)
      const events = found.slice(0, count).map(decodeEvent)
      const last = found.length > count || endsEarly(rows) ? events.at(-1) : undefined
      return E.right(
        last === undefined
          ? { events, position: Math.max(1, Math.min(seen, before)), end, history }
          : { events, position: last.position, end: false, history },
      )
    },

    listStreams: (wanted) => async () => {
      const checked = StreamQuery.check(wanted)
      if (E.isLeft(checked)) return checked
      const { prefix, after, count } = checked.right
      const result = await query(statements.listStreams, [prefix, after, `${count}`])
      if (E.isLeft(result)) return result
      const rows = result.right.rows.slice(1)
      return E.right({ streams: rows.slice(0, count).map(decodeStream), end: rows.length <= count })
    },

    countEvents: async () => {
      const result = await query(statements.countEvents, [])
      if (E.isLeft(result)) return result
      const [header, ...rows] = result.right.rows
      const [estimated] = JSON.parse(header ?? '') as readonly [boolean] // Written by foldlog.count_events.
      return E.right({ counts: rows.map(decodeCount), estimated })
    },

    listTimers: (wanted) => async () => {
      const checked = TimerQuery.check(wanted)
      if (E.isLeft(checked)) return checked
      const { name, generation, after, count } = checked.right
      const result = await query(statements.listTimers, [
        name,
        generation === undefined ? '' : `${generation}`,
        `${after?.due.getTime() ?? Number.MIN_SAFE_INTEGER}`,
        after?.key ?? '',
        `${count}`,
      ])
      if (E.isLeft(result)) return result
      const [number, ...rows] = result.right.rows
      const of = { name, generation: Number(number) }
      const documents = rows.slice(0, count).map(decodeDocument(of))
      return E.right({ generation: of.generation, documents, end: rows.length <= count })
    },
  }
}
