import type { Logger } from '@foldlog/core'
import type { SqlClient } from '../../SqlClient.ts'
import { classifyError } from '../client/classifyError.ts'
import { withTimeout } from '../client/timers.ts'

/** Hearing of what other processes announce. */
export interface Listener {
  /** Whether anybody wants to hear. The connection follows; ends when it has, or has failed to. */
  readonly setWanted: (wanted: boolean) => Promise<void>
}

export interface ListenerOptions {
  readonly sql: SqlClient
  readonly channel: string
  readonly timeout: number
  readonly onNotification: (payload: string) => void
  /** Called whenever listening begins, anew too: what was announced before may have been missed. */
  readonly onListening: () => void
  readonly logger: Logger
}

type Unlisten = () => PromiseLike<unknown>

/**
 * `postgres` listens on one connection more, which it opens for the first channel, keeps for all of them, and closes when the client is ended. When
 * that connection dies it listens anew by itself, for as long as it takes, and says so.
 *
 * The trap: that holds for a first attempt that failed as well, which then cannot be taken back, because what would end it was never given. So after
 * a failed attempt the channel is kept, and what it tells is heard or not, as is wanted.
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
      logger.warn('listening for appends of other processes has failed so far', { why: classifyError(cause) })
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
        // A connection that is gone hears nothing, which is what was wanted.
        if (ending !== undefined) await withTimeout(timeout, ending()).catch(() => {})
      }
    }
    reconciling = undefined
  }

  return {
    setWanted: async (value) => {
      wanted = value
      // Never begun when there is nothing to do: it would be over before it is known as under way, and be taken for that for ever.
      if (reconciling === undefined && !isAsWanted()) reconciling = reconcile()
      await reconciling
    },
  }
}
