import { randomUUID } from 'node:crypto'
import {
  type EventId,
  type HistoryId,
  type Logger,
  LogPlace,
  type LogTail,
  logRewound,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { SqlClient } from '../SqlClient.ts'
import { makeAnnouncer } from './announcer.ts'
import type { HandlerStatements } from './handlerStatements.ts'
import { historyOrNull } from './historyText.ts'
import { makeListening } from './listening.ts'
import type { Requests } from './Requests.ts'
import type { Run } from './run.ts'
import { uuidOf } from './uuid.ts'

export interface TailOptions {
  readonly sql: SqlClient
  readonly run: Run
  readonly requests: Requests
  readonly statements: HandlerStatements
  readonly channel: string
  readonly timeout: number
  /** Whether other processes are told of appends, and listened to. */
  readonly wakeUps: boolean
  readonly logger: Logger
}

export interface Tail extends LogTail {
  /** Says that something was appended. */
  readonly appended: () => void
  /** Tells others what is still untold, and listens no more. */
  readonly stop: () => Promise<void>
}

/** Milliseconds between two announcements. */
const interval = 5

/** The end of the log, and who wants to hear that it grew. */
export const tailOn = (options: TailOptions): Tail => {
  const { sql, run, requests, statements, channel, timeout, wakeUps, logger } = options
  const listeners = new Set<() => void>()
  /** Comes back from the server with our own announcements, whose listeners were called already. */
  const mark = randomUUID()
  let waking = false
  let stopped = false

  // Appends of one batch end in one turn of the event loop, and wake once.
  const wake = (): void => {
    if (waking || listeners.size === 0) return
    waking = true
    queueMicrotask(() => {
      waking = false
      for (const listener of listeners) listener()
    })
  }

  const announcer = makeAnnouncer(() => run(statements.notify, [channel, mark]), interval)
  const heard = (payload: string) => payload !== mark && wake()
  const listening = makeListening({ sql, channel, timeout, heard, begun: wake, logger })
  const listen = () => listening.want(wakeUps && listeners.size > 0)

  /** The answer of foldlog.verify_place. */
  const verified = async (
    position: number,
    history: HistoryId | null,
    id?: EventId,
  ): Promise<E.Either<StoreUnavailable, readonly [fits: boolean, current: HistoryId, shared: number | null]>> => {
    const answer = await requests.send(statements.verifyPlace, [
      `${position}`,
      historyOrNull(history),
      id === undefined ? null : uuidOf(id),
    ])
    // Written by foldlog.verify_place.
    return E.isLeft(answer) ? answer : E.right(JSON.parse(answer.right.rows[0] ?? ''))
  }

  return {
    history: async () => {
      const answer = await verified(0, null)
      return E.isLeft(answer) ? answer : E.right(answer.right[1])
    },

    verify: (place) => async () => {
      const checked = LogPlace.check(place)
      if (E.isLeft(checked)) return checked
      const { position, history, id } = checked.right
      const answer = await verified(position, history, id)
      if (E.isLeft(answer)) return answer
      const [fits, current, shared] = answer.right
      return fits ? E.right(undefined) : E.left(logRewound(position, history, current, shared))
    },

    head: async () => {
      const answer = await requests.send(statements.horizon, [])
      return E.isLeft(answer) ? answer : E.right(Number(answer.right.rows[0]))
    },

    onAppend: (listener) => {
      // A listener of its own for each call, so that one function may listen twice and stop once.
      const own = () => listener()
      if (!stopped) listeners.add(own)
      void listen()
      return () => {
        listeners.delete(own)
        void listen()
      }
    },

    appended: () => {
      wake()
      if (wakeUps) announcer.appended()
    },

    stop: async () => {
      stopped = true
      await announcer.stop()
      listeners.clear()
      await listen()
    },
  }
}
