import { randomUUID } from 'node:crypto'
import {
  type EventId,
  type HistoryId,
  type Logger,
  LogPosition,
  type LogTail,
  logRewound,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { SqlClient } from '../../SqlClient.ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { makeListener } from './Listener.ts'
import { makeNotifier } from './Notifier.ts'

export interface TailOptions {
  readonly sql: SqlClient
  readonly run: StatementRunner
  readonly client: RetryingClient
  readonly statements: HandlerStatements
  readonly channel: string
  readonly statementTimeout: number
  /** Whether other processes are told of appends, and listened to. */
  readonly notifications: boolean
  readonly logger: Logger
}

export interface Tail extends LogTail {
  /** Says that something was appended. */
  readonly notify: () => void
  /** Tells others what is still untold, and listens no more. */
  readonly stop: () => Promise<void>
}

/** Milliseconds between two announcements. */
const notifyInterval = 5

/** The end of the log, and who wants to hear that it grew. */
export const tailOn = (options: TailOptions): Tail => {
  const { sql, run, client, statements, channel, statementTimeout, notifications, logger } = options
  const listeners = new Set<() => void>()
  /** Comes back from the server with our own announcements, whose listeners were called already. */
  const instanceId = randomUUID()
  let wakeScheduled = false
  let stopped = false

  // Appends of one batch end in one turn of the event loop, and wake once.
  const wake = (): void => {
    if (wakeScheduled || listeners.size === 0) return
    wakeScheduled = true
    queueMicrotask(() => {
      wakeScheduled = false
      for (const listener of listeners) listener()
    })
  }

  const notifier = makeNotifier(() => run(statements.notify, [channel, instanceId]), notifyInterval)
  const onNotification = (payload: string) => payload !== instanceId && wake()
  const notificationListener = makeListener({
    sql,
    channel,
    timeout: statementTimeout,
    onNotification,
    onListening: wake,
    logger,
  })
  const updateListening = () => notificationListener.setWanted(notifications && listeners.size > 0)

  /** The answer of foldlog.verify_position. */
  const verifyPosition = async (
    position: number,
    history: HistoryId | null,
    id?: EventId,
  ): Promise<E.Either<StoreUnavailable, readonly [fits: boolean, current: HistoryId, shared: number | null]>> => {
    const result = await client.query(statements.verifyPosition, [
      `${position}`,
      historyUuidOrNull(history),
      id === undefined ? null : uuidOf(id),
    ])
    // Written by foldlog.verify_position.
    return E.isLeft(result) ? result : E.right(JSON.parse(result.right.rows[0] ?? ''))
  }

  return {
    history: async () => {
      const result = await verifyPosition(0, null)
      return E.isLeft(result) ? result : E.right(result.right[1])
    },

    verify: (logPosition) => async () => {
      const checked = LogPosition.check(logPosition)
      if (E.isLeft(checked)) return checked
      const { position, history, id } = checked.right
      const result = await verifyPosition(position, history, id)
      if (E.isLeft(result)) return result
      const [fits, current, shared] = result.right
      return fits ? E.right(undefined) : E.left(logRewound(position, history, current, shared))
    },

    settledPosition: async () => {
      const result = await client.query(statements.settledPosition, [])
      return E.isLeft(result) ? result : E.right(Number(result.right.rows[0]))
    },

    onAppend: (listener) => {
      // A listener of its own for each call, so that one function may listen twice and stop once.
      const own = () => listener()
      if (!stopped) listeners.add(own)
      void updateListening()
      return () => {
        listeners.delete(own)
        void updateListening()
      }
    },

    notify: () => {
      wake()
      if (notifications) notifier.notify()
    },

    stop: async () => {
      stopped = true
      await notifier.stop()
      listeners.clear()
      await updateListening()
    },
  }
}
