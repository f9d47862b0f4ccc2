import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { CommitOutcome, HandlerCommit } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'

/**
 * Commits for all partitions of a process. Commits that become ready while others are in flight are sent together, in
 * one statement.
 */
export interface CommitBatcher {
  readonly commit: (commit: HandlerCommit) => Promise<E.Either<InvalidInput | StoreUnavailable, CommitOutcome>>
}

interface QueuedCommit {
  readonly commit: HandlerCommit
  readonly settle: (outcome: E.Either<InvalidInput | StoreUnavailable, CommitOutcome>) => void
}

const maxCommits = 128
const maxChanges = 20_000
const maxInFlight = 2

export const makeCommitBatcher = (store: Pick<HandlerStore, 'commit'>): CommitBatcher => {
  let waiting: Array<QueuedCommit> = []
  let inFlight = 0

  /** The longest prefix that may be sent together. A partition has one commit in flight, so none occurs twice. */
  const next = (): ReadonlyArray<QueuedCommit> => {
    let [end, changes] = [0, 0]
    for (const { commit } of waiting) {
      changes += commit.changes.length
      if (end === maxCommits || (end > 0 && changes > maxChanges)) break
      end++
    }
    const batch = waiting.slice(0, end)
    waiting = waiting.slice(end)
    return batch
  }

  const send = async (batch: ReadonlyArray<QueuedCommit>): Promise<void> => {
    // Inside the promise, so that no caller waits for ever when a store throws before it returns a promise.
    const sent = await runSafely(() => store.commit(batch.map(({ commit }) => commit))())
    // One that cannot be stored must not fail its neighbours.
    if (E.isLeft(sent) && sent.left._tag === 'InvalidInput' && batch.length > 1) {
      for (const one of batch) await send([one])
      return
    }
    for (const [i, { settle }] of batch.entries()) {
      settle(E.isLeft(sent) ? sent : E.right(sent.right[i] ?? 'fenced'))
    }
  }

  const pump = async (): Promise<void> => {
    if (inFlight >= maxInFlight) return
    inFlight++
    // Commits that become ready in the same turn of the event loop are sent together.
    await Promise.resolve()
    while (waiting.length > 0) await send(next())
    inFlight--
  }

  return {
    commit: (commit) =>
      new Promise((settle) => {
        waiting.push({ commit, settle })
        void pump()
      }),
  }
}
