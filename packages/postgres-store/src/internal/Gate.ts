import type { GivingUp } from '@foldlog/core'

/** Lets so many through at once, and the others when one of those is done, in the order in which they came. Who gives up while he waits does not pass. */
export type Gate = <A>(pass: () => Promise<A>, signal?: GivingUp) => Promise<A | undefined>

export const makeGate = (most: number): Gate => {
  const waiting: Array<() => void> = []
  let passing = 0

  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) passing--
    else next()
  }

  /** Waits for the turn; says whether it came. */
  const turn = (signal: GivingUp | undefined): Promise<boolean> =>
    new Promise((settle) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp)
        settle(true)
      }
      const giveUp = (): void => {
        signal?.removeEventListener('abort', giveUp)
        waiting.splice(waiting.indexOf(enter), 1)
        settle(false)
      }
      waiting.push(enter)
      signal?.addEventListener('abort', giveUp)
    })

  return async (pass, signal) => {
    if (signal?.aborted === true) return undefined
    if (passing < most) passing++
    else if (!(await turn(signal))) return undefined
    try {
      return await pass()
    } finally {
      leave()
    }
  }
}
