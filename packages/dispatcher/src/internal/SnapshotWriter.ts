import { type Logger, type SnapshotStore, type StreamName, ValidationProblem } from '@foldlog/core'
import type { Snapshot } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import type { LoadedState } from './StateLoader.ts'
import { runUserCode } from './userCode.ts'

/**
 * Saves snapshots in the background, at most one at a time for each stream: a store that is slower than the commands
 * does not accumulate them.
 */
export interface SnapshotWriter {
  /** Saves a snapshot when one is due, and returns whether it was. */
  readonly saveIfDue: (aggregate: ErasedAggregate, stream: StreamName, state: LoadedState) => boolean
  /** Waits for the snapshots that are being saved. */
  readonly saved: () => Promise<void>
}

export const makeSnapshotWriter = (snapshots: SnapshotStore | undefined, logger: Logger): SnapshotWriter => {
  const saving = new Map<StreamName, Promise<void>>()

  const saveSnapshot = (aggregate: ErasedAggregate, stream: StreamName, { state, version, history }: LoadedState) => {
    if (aggregate.snapshot === undefined || snapshots === undefined) return
    const { schemaVersion, codec } = aggregate.snapshot
    const encoded = runUserCode('snapshot', () => codec.encode(state))
    const failed = (why: unknown) => logger.warn('cannot save a snapshot', { stream, version, why })
    if (E.isLeft(encoded)) return failed(encoded.left.why)
    // A snapshot that its own codec rejects would be read in vain by every process.
    const problems = runUserCode('snapshot', () => {
      const decoded = codec.decode(encoded.right)
      return E.isLeft(decoded) ? ValidationProblem.fromIoTs(decoded.left, 'state') : undefined
    })
    if (E.isLeft(problems)) return failed(problems.left.why)
    if (problems.right !== undefined) return failed(problems.right)
    // saveSnapshot checks that it is JSON.
    const snapshot: Snapshot = { stream, version, schemaVersion, history, state: encoded.right as Snapshot['state'] }
    // Within `then`, so that a store that throws fails only the snapshot, not the commands whose append is stored.
    const work = Promise.resolve()
      .then(() => snapshots.saveSnapshot(snapshot)())
      .then((saved) => (E.isLeft(saved) ? failed(saved.left) : undefined), failed)
      .finally(() => saving.delete(stream))
    saving.set(stream, work)
  }

  return {
    saveIfDue: (aggregate, stream, state) => {
      const { snapshot } = aggregate
      const due = snapshot !== undefined && state.version - state.snapshotAt >= snapshot.every && !saving.has(stream)
      if (due) saveSnapshot(aggregate, stream, state)
      return due
    },
    saved: async () => {
      await Promise.all(saving.values())
    },
  }
}
