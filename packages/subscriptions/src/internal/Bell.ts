import { timerMs } from './sleep.ts'

/** Wakes one loop. A ring that nobody waits for is kept until somebody does: none is lost. */
export interface Bell {
  readonly ring: () => void
  /** Waits for a ring, `ms` milliseconds at most when given. */
  readonly wait: (ms?: number) => Promise<void>
}

export const makeBell = (): Bell => {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring: () => {
      rung = true
      wake?.()
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(() => wake?.(), timerMs(ms))
        wake = () => {
          clearTimeout(timer)
          wake = undefined
          rung = false
          resolve()
        }
        if (rung) wake()
      }),
  }
}
