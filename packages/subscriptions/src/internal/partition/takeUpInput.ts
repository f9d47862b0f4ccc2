import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerWorker } from '../handlers/HandlerWorker.ts'
import type { ParkedInput } from '../handlers/ParkedInput.ts'
import type { Attempt } from './AttemptNotes.ts'
import type { PartitionState } from './PartitionState.ts'
import { retryParkedInput } from './parkedInputs.ts'
import type { Chosen, LanePage } from './parkedPages.ts'
import type { Task, Transition } from './Transition.ts'
import { keepParkedInput, type Parked, settleUnparking, type Unparked, type UnparkingBatch } from './unparking.ts'

/** Retries an input of a process that heads its lane, alone. */
export const takeUpInput = async (
  worker: HandlerWorker,
  partition: number,
  withLanes: (chosen: Chosen, pages: ReadonlyArray<LanePage>, unparked: Unparked) => Transition,
  state: PartitionState,
  { one, read, discarded }: LanePage,
  head: Parked,
  input: ParkedInput,
  pages: ReadonlyArray<LanePage>,
  { ends }: Attempt,
): ReturnType<Task> => {
  const retried = await retryParkedInput(worker, partition, head.data, input, ends)
  if (E.isLeft(retried)) return retried
  const { unit, parkAgain } = retried.right
  const later = pages.flatMap((page) => (page.one === one ? [] : [page.one]))
  const chosen: Chosen = { tried: [], waiting: [], later }
  const own = pages.map((page) => (page.one === one ? page : { ...page, discarded: [] }))
  const batch: UnparkingBatch = { partition, discarded, tried: [{ ...head, free: [], behind: [] }], read }
  const failed = (why: HandlerFailure): Transition =>
    withLanes(
      chosen,
      own.map((page) => ({ ...page, discarded: [] })),
      keepParkedInput(state, batch, head, parkAgain(why)),
    )
  if (E.isLeft(unit)) return E.right(failed(unit.left))
  return E.right({
    ...withLanes(chosen, own, settleUnparking(state, batch, unit.right)),
    onCommitRejected: failed,
  })
}
