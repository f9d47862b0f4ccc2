import type { Clock, Logger, OpenAppend, OpenAppends, PartialOptions } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'

export interface OpenAppendWatchOptions {
  readonly store: PartialOptions<OpenAppends>
  /** Milliseconds after which an open append is reported. */
  readonly openAppendWarning: number
  readonly clock: Clock
  readonly logger: Logger
}

/** Reports appends whose transactions stay open. Readers wait for them, although the status looks healthy. */
export interface OpenAppendWatch {
  readonly start: () => void
  readonly stop: () => void
}

const keyOf = ({ session, since }: OpenAppend): string => `${session} ${since.getTime()}`

/** Each open append is reported once. */
export const makeOpenAppendWatch = ({
  store: { openAppends },
  openAppendWarning,
  clock,
  logger,
}: OpenAppendWatchOptions): OpenAppendWatch => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let reported: ReadonlySet<string> = new Set()
  let stopped = false

  const poll = async (read: OpenAppends['openAppends']): Promise<void> => {
    const open = await runSafely(read)
    if (stopped) return
    // A store that does not answer is reported by the reads of the log.
    if (E.isRight(open)) {
      const late = open.right.filter(({ since }) => clock() - since.getTime() >= openAppendWarning)
      for (const append of late) {
        const { position, since, session, application } = append
        if (reported.has(keyOf(append))) continue
        logger.warn('an open transaction with an append holds readers of the log back', {
          position,
          since: since.toISOString(),
          seconds: Math.round((clock() - since.getTime()) / 1_000),
          session,
          application,
        })
      }
      reported = new Set(late.map(keyOf))
    }
    schedule(read)
  }

  const schedule = (read: OpenAppends['openAppends']): void => {
    timer = setTimeout(() => void poll(read), Math.max(10, openAppendWarning / 4))
  }

  return {
    start: () => {
      if (openAppends !== undefined && !stopped) schedule(openAppends)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
