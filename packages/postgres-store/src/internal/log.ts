import { EventId, type EventStore, type HistoryId, logRewound, ReadLog, refuse } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { eventOf } from './eventText.ts'
import { historyOrNull } from './historyText.ts'
import type { Requests } from './Requests.ts'
import type { Statements } from './statements.ts'
import { uuidOf } from './uuid.ts'

const mostIds = 1_000

/** Reading the log of all streams. */
export const logOn = ({ send }: Requests, statements: Statements): Pick<EventStore, 'readLog' | 'findEvents'> => ({
  readLog: (options) => async () => {
    const checked = ReadLog.check(options)
    if (E.isLeft(checked)) return checked
    const { after, count, filter, history } = checked.right
    const { streamPrefix: prefix, ...lists } = filter
    const answer = await send(statements.readLog, [
      `${after}`,
      `${count}`,
      JSON.stringify({ ...lists, prefix }),
      historyOrNull(history),
    ])
    if (E.isLeft(answer)) return answer
    const [head, ...rows] = answer.right.rows
    // Written by foldlog.read_log.
    const [seen, end, current] = JSON.parse(head ?? '') as
      | readonly [seen: number, end: boolean, HistoryId]
      | readonly [null, shared: number | null, HistoryId]
    if (seen === null) return E.left(logRewound(after, history ?? null, current, end))
    const events = rows.map(eventOf)
    const last = events.length < count ? undefined : events.at(-1)
    return E.right(
      last === undefined
        ? { events, position: seen, end, history: current }
        : { events, position: last.position, end: false, history: current },
    )
  },

  findEvents: (ids) => async () => {
    if (!Array.isArray(ids)) return refuse('ids', 'must be an array')
    if (ids.length > mostIds) return refuse('ids', `must be at most ${mostIds}, are ${ids.length}`)
    const checked = E.traverseArray(EventId.parse)(ids)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.findEvents, [JSON.stringify(checked.right.map(uuidOf))])
    return E.isLeft(answer) ? answer : E.right(answer.right.rows.slice(1).map(eventOf))
  },
})
