import type { InvalidInput, Json, StoreUnavailable } from '@foldlog/core'
import type { DocumentChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerWorker, UnitOfWork } from '../handlers/HandlerWorker.ts'
import { describeInput, type ParkedInput, type ParkInput } from '../handlers/ParkedInput.ts'
import { describeFailure, type ParkedDocument, parkedKey, sanitize } from './ParkedDocument.ts'

// Inputs of processes that are parked: timers, and rejections of commands.

/** An input has no stream and no version; events behind it have greater positions. */
export const parkedInputChange = (
  partition: number,
  { lane, input, why }: ParkInput,
  { position, attempts, parkedAt }: Pick<ParkedDocument, 'position' | 'attempts' | 'parkedAt'>,
): DocumentChange => {
  const data: ParkedDocument = {
    lane,
    stream: lane,
    version: 0,
    position,
    type: input._tag === 'timer' ? input.timer : input.command.command.type,
    schemaVersion: 0,
    why: sanitize(`${describeInput(lane, input)}: ${describeFailure(why)}`),
    behind: false,
    whole: false,
    attempts,
    parkedAt,
    input,
  }
  // The command was stored before, and the error is JSON already.
  return { kind: 'parked', key: parkedKey(lane, position, partition), data: data as Json }
}

/** The retry of a parked input: the unit of work, or why it failed again. */
export interface RetriedInput {
  readonly unit: E.Either<HandlerFailure, UnitOfWork>
  /** Keeps it parked, with the new reason and one more attempt. */
  readonly parkAgain: (why: HandlerFailure) => DocumentChange
}

/** Retries a parked input, unless so many processes have ended while they handled it. */
export const retryParkedInput = async (
  worker: HandlerWorker,
  partition: number,
  { lane, position, attempts, parkedAt }: ParkedDocument,
  input: ParkedInput,
  ends?: number,
): Promise<E.Either<InvalidInput | StoreUnavailable, RetriedInput>> => {
  const unit =
    ends === undefined
      ? await worker.retryInput(lane, input)
      : E.right(E.left({ _tag: 'ProcessEnded', times: ends } as const))
  if (E.isLeft(unit)) return unit
  const kept = { position, attempts: attempts + 1, parkedAt }
  return E.right({ unit: unit.right, parkAgain: (why) => parkedInputChange(partition, { lane, input, why }, kept) })
}
