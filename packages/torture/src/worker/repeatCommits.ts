import type { HandlerTransactions } from '@foldlog/core'
import type { HandlerCommit } from '@foldlog/core/store'
import type { PostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import type { PathCounter } from './PathCounter.ts'

/** How often commits are repeated and delayed, and for how long, in milliseconds. */
export interface RepeatOptions {
  readonly random: Random
  readonly leaseTime: number
  readonly paths: PathCounter
  /** Whether repetitions may still begin. */
  readonly working: () => boolean
}

/** The share of the commits that are sent again, once at once and once late: after other commits, or a takeover. */
const repeated = 0.2

/** The share of the commits that wait before they are sent: a worker that is stopped then commits when it continues. */
const delayed = 0.2
const longestDelay = 200

type Outcome = string

/** Sends the first attempt of a commit, perhaps late, and then perhaps sends the same commit again. */
const repeating = ({ random, leaseTime, paths, working }: RepeatOptions) => {
  const again = async (send: () => Promise<Outcome>, when: string, milliseconds: number): Promise<void> => {
    await pause(milliseconds)
    if (working()) paths.count(`commit sent again ${when}: ${await send()}`)
  }
  return async <A>(send: () => Promise<A>, outcomeOf: (answer: A) => Outcome): Promise<A> => {
    if (random.chance(delayed)) await pause(random.int(1, longestDelay))
    const answer = await send()
    paths.count(`commit: ${outcomeOf(answer)}`)
    if (random.chance(repeated)) {
      const repeat = async (): Promise<Outcome> => outcomeOf(await send())
      await again(repeat, 'at once', 0)
      // Not awaited: other commits of this and of other workers come in between.
      again(repeat, 'late', random.int(50, 2 * leaseTime)).catch(() => paths.count('commit sent again late: failed'))
    }
    return answer
  }
}

const tagOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && '_tag' in error ? String(error._tag) : 'failed'

/**
 * A store whose commits are sent again on purpose. The fence must stop every one of them: without it, documents are
 * overwritten by older ones, and checkpoints go back.
 *
 * @category constructors
 * @since 0.1.0
 */
export const repeatCommits = (store: PostgresStore, options: RepeatOptions): PostgresStore => {
  const repeat = repeating(options)
  return {
    ...store,
    commit: (commits: ReadonlyArray<HandlerCommit>) => () =>
      repeat(store.commit(commits), (answer) =>
        E.isLeft(answer) ? answer.left._tag : [...new Set(answer.right)].toSorted().join(' and '),
      ),
  }
}

/**
 * Transactions of handlers that are sent again on purpose, with their work. The fence must stop every one of them:
 * without it, the work is done twice.
 *
 * @category constructors
 * @since 0.1.0
 */
export const repeatTransactions = <Tx>(
  transactions: HandlerTransactions<Tx>,
  options: RepeatOptions,
): HandlerTransactions<Tx> => {
  const repeat = repeating(options)
  return {
    commitWithin: (commit, work, signal) => () =>
      repeat(transactions.commitWithin(commit, work, signal), (answer) =>
        E.isLeft(answer) ? tagOf(answer.left) : answer.right,
      ),
  }
}
