import type { CommitOutcome, HandlerCommit, HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'

/** Commits for all partitions of a process: what is ready while others are on their way leaves together, in one statement. */
export interface Committer {
  readonly commit: (work: HandlerCommit) => Promise<E.Either<InvalidInput | StoreUnavailable, CommitOutcome>>
}

interface Waiting {
  readonly work: HandlerCommit
  readonly settle: (outcome: E.Either<InvalidInput | StoreUnavailable, CommitOutcome>) => void
}

const most = 128
const mostChanges = 20_000
const inFlight = 2

export const makeCommitter = (store: Pick<HandlerStore, 'commit'>): Committer => {
  let waiting: Array<Waiting> = []
  let flying = 0

  /** The longest beginning that may leave together. One partition has one commit under way, so none stands twice. */
  const next = (): ReadonlyArray<Waiting> => {
    let [end, changes] = [0, 0]
    for (const { work } of waiting) {
      changes += work.changes.length
      if (end === most || (end > 0 && changes > mostChanges)) break
      end++
    }
    const batch = waiting.slice(0, end)
    waiting = waiting.slice(end)
    return batch
  }

  const send = async (batch: ReadonlyArray<Waiting>): Promise<void> => {
    // Within the promise, so that no caller waits for ever when a store throws before it returns a promise.
    const sent = await ask(() => store.commit(batch.map(({ work }) => work))())
    // One that cannot be stored must not fail its neighbours.
    if (E.isLeft(sent) && sent.left._tag === 'InvalidInput' && batch.length > 1) {
      for (const one of batch) await send([one])
      return
    }
    for (const [i, { settle }] of batch.entries()) {
      settle(E.isLeft(sent) ? sent : E.right(sent.right[i] ?? 'fenced'))
    }
  }

  const fly = async (): Promise<void> => {
    if (flying >= inFlight) return
    flying++
    // What becomes ready in the same turn of the event loop leaves together.
    await Promise.resolve()
    while (waiting.length > 0) await send(next())
    flying--
  }

  return {
    commit: (work) =>
      new Promise((settle) => {
        waiting.push({ work, settle })
        void fly()
      }),
  }
}
