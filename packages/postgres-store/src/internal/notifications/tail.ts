import { randomUUID } from 'node:crypto'
import {
  type EventId,
  type HistoryId,
  type Logger,
  LogPosition,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { logRewound, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { SqlClient } from '../../SqlClient.ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { makeStatementRunner } from '../client/StatementRunner.ts'
import type { StatementTurns } from '../client/StatementTurns.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { makeListener } from './Listener.ts'
import { makeNotifier } from './Notifier.ts'

export interface TailOptions {
  readonly sql: SqlClient
  /** Between the other statements of the store, it sends notifications. */
  readonly turns: StatementTurns
  readonly client: RetryingClient
  readonly statements: HandlerStatements
  readonly channel: string
  readonly statementTimeout: number
  /** Whether the store notifies other processes of appends, and listens for theirs. */
  readonly notifications: boolean
  readonly logger: Logger
}

export interface Tail extends LogTail {
  /** Reports an append to the listeners. */
  readonly notify: () => void
  /** Sends the pending notification, and stops listening. */
  readonly stop: () => Promise<void>
}

/** Milliseconds between two notifications. */
const notifyInterval = 5

/** The tail of the log, and the listeners to its growth. */
export const tailOn = (options: TailOptions): Tail => {
  const { sql, turns, client, statements, channel, statementTimeout, notifications, logger } = options
  const listeners = new Set<() => void>()
  /**
   * The payload of this store's own notifications. They are ignored on return, because the local listeners were already
   * called.
   */
  const instanceId = randomUUID()
  let wakeScheduled = false
  let stopped = false

  // Appends of one batch end in one turn of the event loop, so they wake the listeners once.
  const wake = (): void => {
    if (wakeScheduled || listeners.size === 0) return
    wakeScheduled = true
    queueMicrotask(() => {
      wakeScheduled = false
      // A listener that throws must neither end the process nor keep the append from the other listeners.
      for (const listener of listeners) UserCode.run('the listener', listener)
    })
  }

  const run = makeStatementRunner(sql, statementTimeout)
  const notify = () => turns.runBetween(() => run(statements.notify, [channel, instanceId]))
  const notifier = makeNotifier(notify, notifyInterval)
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

  /** Calls foldlog.verify_position. */
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
      // A separate function for each call, so that one listener may be added twice and removed once.
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
