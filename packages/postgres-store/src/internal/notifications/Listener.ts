import type { Logger } from '@foldlog/core'
import type { SqlClient } from '../../SqlClient.ts'
import { classifyError } from '../client/classifyError.ts'
import { withTimeout } from '../client/timers.ts'

/** Receives the notifications of other processes. */
export interface Listener {
  /**
   * Sets whether there are listeners. Opens or closes the listening connection accordingly; resolves when that is done,
   * or has failed.
   */
  readonly setWanted: (wanted: boolean) => Promise<void>
}

export interface ListenerOptions {
  readonly sql: SqlClient
  readonly channel: string
  readonly timeout: number
  readonly onNotification: (payload: string) => void
  /** Called whenever listening begins, also again: earlier notifications may have been missed. */
  readonly onListening: () => void
  readonly logger: Logger
}

type Unlisten = () => PromiseLike<unknown>

/**
 * `postgres` listens on one additional connection, which it opens for the first channel, keeps for all channels, and
 * closes when the client is ended. When that connection dies the client reconnects by itself, for as long as it takes,
 * and calls `onListening`.
 *
 * The trap: the client also retries a first attempt that failed, and that cannot be stopped, because the function to
 * stop it was never returned. So after a failed attempt the channel is kept, and its notifications are used or ignored,
 * as `wanted` requires.
 */
export const makeListener = ({
  sql,
  channel,
  timeout,
  onNotification,
  onListening,
  logger,
}: ListenerOptions): Listener => {
  let wanted = false
  let stopListening: Unlisten | undefined
  let reconciling: Promise<void> | undefined
  const keepListening: Unlisten = async () => {}

  const startListening = async (): Promise<Unlisten | undefined> => {
    if (sql.listen === undefined) return keepListening
    try {
      const onPayload = (payload: string) => wanted && onNotification(payload)
      const { unlisten } = await withTimeout(
        timeout,
        sql.listen(channel, onPayload, () => wanted && onListening()),
      )
      return unlisten
    } catch (cause) {
      logger.warn('cannot listen for appends of other processes yet', { why: classifyError(cause) })
      return keepListening
    }
  }

  const isAsWanted = (): boolean =>
    wanted ? stopListening !== undefined : stopListening === undefined || stopListening === keepListening

  const reconcile = async (): Promise<void> => {
    while (!isAsWanted()) {
      if (wanted) stopListening = await startListening()
      else {
        const ending = stopListening
        stopListening = undefined
        // A lost connection receives nothing, which is the goal here.
        if (ending !== undefined) await withTimeout(timeout, ending()).catch(() => {})
      }
    }
    reconciling = undefined
  }

  return {
    setWanted: async (value) => {
      wanted = value
      // Not started when there is nothing to do: it would be over before `reconciling` is assigned, and would then
      // count as in progress forever.
      if (reconciling === undefined && !isAsWanted()) reconciling = reconcile()
      await reconciling
    },
  }
}
