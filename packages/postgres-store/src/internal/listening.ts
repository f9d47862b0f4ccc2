import type { Logger } from '@foldlog/core'
import type { SqlClient } from '../SqlClient.ts'
import { within } from './deadline.ts'
import { failureOf } from './failure.ts'

/** Hearing of what other processes announce. */
export interface Listening {
  /** Whether anybody wants to hear. The connection follows; ends when it has, or has failed to. */
  readonly want: (wanted: boolean) => Promise<void>
}

export interface ListeningOptions {
  readonly sql: SqlClient
  readonly channel: string
  readonly timeout: number
  readonly heard: (payload: string) => void
  /** Called whenever listening begins, anew too: what was announced before may have been missed. */
  readonly begun: () => void
  readonly logger: Logger
}

type End = () => PromiseLike<unknown>

/**
 * `postgres` listens on one connection more, which it opens for the first channel, keeps for all of them, and closes when the client is ended. When
 * that connection dies it listens anew by itself, for as long as it takes, and says so.
 *
 * The trap: that holds for a first attempt that failed as well, which then cannot be taken back, because what would end it was never given. So after
 * a failed attempt the channel is kept, and what it tells is heard or not, as is wanted.
 */
export const makeListening = ({ sql, channel, timeout, heard, begun, logger }: ListeningOptions): Listening => {
  let wanted = false
  let end: End | undefined
  let following: Promise<void> | undefined
  const kept: End = async () => {}

  const begin = async (): Promise<End | undefined> => {
    if (sql.listen === undefined) return kept
    try {
      const told = (payload: string) => wanted && heard(payload)
      const { unlisten } = await within(
        timeout,
        sql.listen(channel, told, () => wanted && begun()),
      )
      return unlisten
    } catch (cause) {
      logger.warn('listening for appends of other processes has failed so far', { why: failureOf(cause) })
      return kept
    }
  }

  const isAsWanted = (): boolean => (wanted ? end !== undefined : end === undefined || end === kept)

  const follow = async (): Promise<void> => {
    while (!isAsWanted()) {
      if (wanted) end = await begin()
      else {
        const ending = end
        end = undefined
        // A connection that is gone hears nothing, which is what was wanted.
        if (ending !== undefined) await within(timeout, ending()).catch(() => {})
      }
    }
    following = undefined
  }

  return {
    want: async (whether) => {
      wanted = whether
      // Never begun when there is nothing to do: it would be over before it is known as under way, and be taken for that for ever.
      if (following === undefined && !isAsWanted()) following = follow()
      await following
    },
  }
}
