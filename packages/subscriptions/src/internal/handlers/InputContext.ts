import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import type { UnitOfWork, WorkerContext } from './HandlerWorker.ts'
import { type HeldInputs, makeHeldInputs } from './HeldInputs.ts'
import type { Lookup } from './loadDocuments.ts'
import type { ProcessChanges, ProcessStep } from './ProcessChanges.ts'
import type { ProcessInstance } from './ProcessInstance.ts'

type Loaded<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/** What timers and refusals need of the worker of their process manager. */
export interface ProcessAccess {
  readonly context: WorkerContext
  readonly load: (keys: ReadonlyArray<string>) => Loaded<Lookup<ProcessInstance, HandlerFailure>>
  readonly apply: (
    changes: ProcessChanges,
    key: string,
    before: ProcessInstance,
    step: ProcessStep,
  ) => E.Either<HandlerFailure, void>
  readonly unitOf: (changes: ProcessChanges) => UnitOfWork
}

export interface InputContext extends ProcessAccess {
  readonly held: HeldInputs
  /** Whether an input of a process waits; that of an unreadable process waits for its own lane only. */
  readonly mustWait: (key: string, process: E.Either<HandlerFailure, ProcessInstance>) => Loaded<boolean>
}

/** Milliseconds until an input that waits is looked at again, unless the events of its process are unparked before. */
export const recheckAfter = 10_000

export const makeInputContext = (access: ProcessAccess): InputContext => {
  const { store, partition, isBlocked, hasBlocked } = access.context
  const { name, generation } = partition

  /** Whether an event is parked of which no lane is known. */
  const unknownIsParked = async (): Loaded<boolean> => {
    const where = { whole: true, behind: false }
    const query = { name, generation, kind: 'parked', partitions: [partition.partition], where, count: 1 } as const
    return E.map(({ documents }: { readonly documents: ReadonlyArray<unknown> }) => documents.length > 0)(
      await runSafely(store.listDocuments(query)),
    )
  }

  return {
    ...access,
    held: makeHeldInputs(),
    mustWait: async (key, process) => {
      if (isBlocked(key) || E.isLeft(process)) return E.right(isBlocked(key))
      return process.right.acrossStreams && hasBlocked() ? unknownIsParked() : E.right(false)
    },
  }
}
