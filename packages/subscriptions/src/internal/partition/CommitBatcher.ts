import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { CommitOutcome, HandlerCommit } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { coalesce } from '../async/coalesce.ts'
import { runSafely } from '../async/runSafely.ts'

type Outcome = E.Either<InvalidInput | StoreUnavailable, CommitOutcome>

/**
 * Commits for all partitions of a process. Commits that become ready while others are in flight are sent together, in
 * one statement.
 */
export interface CommitBatcher {
  readonly commit: (commit: HandlerCommit) => Promise<Outcome>
}

const maxCommits = 128
const maxChanges = 20_000
const maxInFlight = 2

/** The longest prefix that may be sent together. A partition has one commit in flight, so none occurs twice. */
const count = (waiting: ReadonlyArray<HandlerCommit>): number => {
  let [end, changes] = [0, 0]
  for (const commit of waiting) {
    changes += commit.changes.length
    if (end === maxCommits || (end > 0 && changes > maxChanges)) break
    end++
  }
  return end
}

export const makeCommitBatcher = (store: Pick<HandlerStore, 'commit'>): CommitBatcher => {
  const send = async (commits: ReadonlyArray<HandlerCommit>): Promise<ReadonlyArray<Outcome>> => {
    // Inside the promise, so that no caller waits for ever when a store throws before it returns a promise.
    const sent = await runSafely(() => store.commit(commits)())
    if (E.isRight(sent)) return commits.map((_, i) => E.right(sent.right[i] ?? 'fenced'))
    if (sent.left._tag !== 'InvalidInput' || commits.length === 1) return commits.map(() => sent)
    // One that cannot be stored must not fail its neighbours.
    const outcomes: Array<Outcome> = []
    for (const one of commits) outcomes.push(...(await send([one])))
    return outcomes
  }

  return { commit: coalesce({ send, count, maxInFlight }) }
}
