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
   * Runs a secondary statement as soon as no other is under way; the next ones wait for it. None of them waits longer
   * than `patience` milliseconds. With several callers it runs at once, and no statement waits.
   */
  readonly runBetween: <A>(statement: () => Promise<A>) => Promise<A>
}

const nothing = (): void => {}

export const makeStatementTurns = (patience = 100): StatementTurns => {
  let underWay = 0
  let onFree = nothing
  let secondary: Promise<unknown> | undefined

  return {
    secondary: () => secondary,

    begin: () => {
      underWay++
    },

    end: () => {
      underWay--
      // Called here and not in a later microtask: the caller may send its next statement before that.
      if (underWay === 0) onFree()
    },

    runBetween: (statement) =>
      new Promise((resolve) => {
        const start = (): void => {
          clearTimeout(timer)
          onFree = nothing
          const answer = statement()
          resolve(answer)
          if (underWay > 0) return
          secondary = withTimeout(patience, answer)
            .catch(nothing)
            .then(() => {
              secondary = undefined
            })
        }
        const timer = underWay === 1 ? setTimeout(start, patience) : undefined
        if (timer === undefined) start()
        else onFree = start
      }),
  }
}
