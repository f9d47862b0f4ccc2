import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { CommandForms } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import type { UnitOfWork, WorkerContext } from './HandlerWorker.ts'
import type { Lookup } from './loadDocuments.ts'
import type { ProcessChanges, ProcessStep } from './ProcessChanges.ts'
import type { ProcessInstance, StoredProcess } from './ProcessInstance.ts'
import { makeWaitingInputs, type WaitingInputs } from './WaitingInputs.ts'

type Loaded<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export interface InputContext extends ProcessAccess {
  readonly waiting: WaitingInputs
  /**
   * The blocked lane for which an input of a process waits, if it waits. That of an unreadable process waits for its
   * own lane only.
   *
   * An input is waiting until just this lane is free. If it were released while it still had to wait, each unit of work
   * would queue it again, before all batches, and no batch would ever be handled.
   */
  readonly laneBefore: (key: string, process: E.Either<HandlerFailure, ProcessInstance>) => Loaded<string | undefined>
}

/** The parts of the worker of a process manager that timers and rejections use. */
export interface ProcessAccess {
  readonly context: WorkerContext
  readonly commands: CommandForms
  readonly load: (keys: ReadonlyArray<string>) => Loaded<Lookup<ProcessInstance, HandlerFailure>>
  readonly apply: (
    changes: ProcessChanges,
    key: string,
    before: ProcessInstance,
    step: ProcessStep,
  ) => E.Either<HandlerFailure, void>
  readonly unitOf: (changes: ProcessChanges) => UnitOfWork
  readonly storeProcess: (key: string, process: ProcessInstance) => E.Either<HandlerFailure, StoredProcess>
}

/** What an input needs to know of a parked event. */
const InLane = t.type({ lane: t.string })

/** Milliseconds until an input that waits is looked at again, unless the events of its process are unparked before. */
export const recheckAfter = 10_000

export const makeInputContext = (access: ProcessAccess): InputContext => {
  const { store, partition, isBlocked, hasBlocked, revision } = access.context
  const { name, generation } = partition
  let known: { readonly revision: number; readonly lane: string | undefined } | undefined

  /**
   * The lane in which an event is parked of which no other lane is known. Only a commit of the partition changes that,
   * so the timers and rejections between two commits share one read.
   */
  const laneOfUnknown = async (): Loaded<string | undefined> => {
    if (known?.revision === revision()) return E.right(known.lane)
    const where = { whole: true, behind: false }
    const query = { name, generation, kind: 'parked', partitions: [partition.partition], where, count: 1 } as const
    const page = await runSafely(store.listDocuments(query))
    if (E.isLeft(page)) return page
    const lane = InLane.decode(page.right.documents[0]?.data)
    known = { revision: revision(), lane: E.isRight(lane) ? lane.right.lane : undefined }
    return E.right(known.lane)
  }

  return {
    ...access,
    waiting: makeWaitingInputs(),
    laneBefore: async (key, process) => {
      if (isBlocked(key)) return E.right(key)
      return E.isRight(process) && process.right.acrossStreams && hasBlocked() ? laneOfUnknown() : E.right(undefined)
    },
  }
}
