import { withTimeout } from './timers.ts'

/**
 * Runs a secondary statement between the statements of a single caller.
 *
 * `postgres` opens another connection for a statement that comes while one is under way. From then on it takes all open
 * connections in turn. So a secondary statement beside an append would make a single caller use two connections
 * alternately, for as long as they are open. Each session would then find less in the caches of its processor, and the
 * server would take 1.5 times as long for each append.
 */
export interface StatementTurns {
  /** The secondary statement to wait for before another statement is sent; undefined when there is none. */
  readonly secondary: () => Promise<unknown> | undefined
  readonly begin: () => void
  readonly end: () => void
  /**
   * Runs a secondary statement when no other is under way, and lets the next ones wait for it. With several callers it
   * runs at once, and no statement waits. Resolves with the milliseconds for which others may have waited.
   */
  readonly runBetween: (statement: () => Promise<unknown>) => Promise<number>
}

export interface TurnLimits {
  /** The most milliseconds for which a secondary statement waits for the one that is under way. */
  readonly delay: number
  /** The most milliseconds for which other statements wait for a secondary one. */
  readonly patience: number
}

const nothing = (): void => {}

export const makeStatementTurns = ({ delay, patience }: TurnLimits = { delay: 20, patience: 100 }): StatementTurns => {
  let underWay = 0
  let startWaiting = nothing
  let secondary: Promise<unknown> | undefined

  const run = async (statement: () => Promise<unknown>): Promise<number> => {
    if (underWay > 0) {
      await statement()
      return 0
    }
    const begun = performance.now()
    const answer = statement()
    secondary = withTimeout(patience, answer)
      .catch(nothing)
      .then(() => {
        secondary = undefined
      })
    await answer
    return performance.now() - begun
  }

  return {
    secondary: () => secondary,

    begin: () => {
      underWay++
      // Another caller: there may always be a statement under way.
      if (underWay > 1) startWaiting()
    },

    end: () => {
      underWay--
      // Called here and not in a later microtask: the caller may send its next statement before that.
      if (underWay === 0) startWaiting()
    },

    runBetween: (statement) => {
      if (underWay !== 1) return run(statement)
      return new Promise((resolve) => {
        const start = (): void => {
          clearTimeout(timer)
          startWaiting = nothing
          resolve(run(statement))
        }
        const timer = setTimeout(start, delay)
        startWaiting = start
      })
    },
  }
}
