import type { AbortSignalLike } from './AbortSignalLike.ts'

/** The listeners that wait for a signal, and a function that stops listening to it. */
interface Waiting {
  readonly listeners: Set<() => void>
  readonly stop: () => void
}

const waitingFor = new WeakMap<AbortSignalLike, Waiting>()

const listenTo = (signal: AbortSignalLike): Waiting => {
  const listeners = new Set<() => void>()
  const fire = (): void => {
    stop()
    for (const listener of listeners) listener()
  }
  const stop = (): void => {
    waitingFor.delete(signal)
    signal.removeEventListener('abort', fire)
  }
  signal.addEventListener('abort', fire)
  const waiting = { listeners, stop }
  waitingFor.set(signal, waiting)
  return waiting
}

/**
 * Calls `listener`, which must not throw, when the signal fires. The returned function stops that.
 *
 * All listeners of a signal share one listener at the signal itself. Thousands of commands may wait for the same
 * signal, and Node warns of a leak from the eleventh listener on.
 *
 * @category combinators
 * @since 0.1.0
 */
export const onAbort = (signal: AbortSignalLike, listener: () => void): (() => void) => {
  const waiting = waitingFor.get(signal) ?? listenTo(signal)
  // A new function for each call, so that a listener that is added twice is called twice.
  const own = (): void => listener()
  waiting.listeners.add(own)
  return () => {
    waiting.listeners.delete(own)
    if (waiting.listeners.size === 0 && waitingFor.get(signal) === waiting) waiting.stop()
  }
}
