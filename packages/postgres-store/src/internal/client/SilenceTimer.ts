import { closeSilentConnection, silenceLeftFor } from './silentConnections.ts'

/** Notices that the connection of a transaction is silent during a wait that belongs to no statement. */
export interface SilenceTimer {
  /** Starts the timer, or starts it again; does nothing after `stop`. */
  readonly start: () => void
  readonly stop: () => void
}

export interface SilenceTimerOptions {
  /** Milliseconds for which a connection that owes an answer may be silent. */
  readonly timeout: number
  /** Any statement that was sent on the connection. */
  readonly statement: () => Promise<unknown> | undefined
  /** Called once, when the connection was silent for too long. The connection is then closed. */
  readonly onSilent: () => void
}

/**
 * A savepoint, a cursor and a copy wait without a tracked statement. The timer begins with the first of these, because
 * a timer for each transaction would cost every transaction.
 */
export const makeSilenceTimer = ({ timeout, statement, onSilent }: SilenceTimerOptions): SilenceTimer => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const check = () => {
    const sent = statement()
    const left = sent === undefined ? undefined : silenceLeftFor(sent, timeout)
    if (left === undefined || left > 0) return schedule(left ?? timeout)
    void closeSilentConnection(sent, timeout, new Promise(() => {}), 'no commit')
    onSilent()
  }

  const schedule = (milliseconds: number) => {
    clearTimeout(timer)
    if (stopped) return
    timer = setTimeout(check, Math.max(1, milliseconds))
    timer.unref()
  }

  return {
    start: () => schedule(timeout),
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
