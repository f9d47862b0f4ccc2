import { makeWakeSignal } from '@foldlog/core/store'
import { backoff, sleep } from './timers.ts'

/** A loop that runs in the background, one step after another, until its owner stops it. */
export interface BackgroundLoop {
  /** Begins the first step. Does nothing when the loop has been started or stopped. */
  readonly start: () => void
  /** Ends the present wait; during a step, the next one, so that none is lost. Not a wait after a failure. */
  readonly wake: () => void
  /** Fires when the loop is stopped. */
  readonly signal: AbortSignal
  /** Begins no further step, and waits for the one in progress. */
  readonly stop: () => Promise<void>
}

/**
 * What follows a step: the next one at once, or after a wait that grows with the failures in a row, or after so many
 * milliseconds unless it is woken earlier. `Infinity` waits until it is woken.
 */
export type AfterStep = 'again' | 'failed' | number

export interface BackgroundLoopOptions {
  /** One step; `failures` is how many steps in a row have failed before it. */
  readonly step: (failures: number) => Promise<AfterStep>
  /** Called when a step throws, which counts as a failure: a loop must not end silently. */
  readonly onThrown: (cause: unknown) => void
}

export const makeBackgroundLoop = ({ step, onThrown }: BackgroundLoopOptions): BackgroundLoop => {
  const wakeSignal = makeWakeSignal()
  const abort = new AbortController()
  const { signal } = abort
  let running: Promise<void> | undefined

  const safeStep = async (failures: number): Promise<AfterStep> => {
    try {
      return await step(failures)
    } catch (cause) {
      onThrown(cause)
      return 'failed'
    }
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      const next = await safeStep(failures)
      if (next === 'failed') await sleep(backoff(failures++), signal)
      else {
        failures = 0
        if (next !== 'again' && !signal.aborted) await wakeSignal.wait(next)
      }
    }
  }

  return {
    start: () => {
      running ??= run()
    },
    wake: wakeSignal.notify,
    signal,
    stop: async () => {
      abort.abort()
      wakeSignal.notify()
      await running
    },
  }
}
