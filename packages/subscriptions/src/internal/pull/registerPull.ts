import type {
  EventStore,
  HandlerMismatch,
  HandlerStore,
  InvalidInput,
  LogRewound,
  LogTail,
  StoreUnavailable,
} from '@foldlog/core'
import { HandlerIdentity, type HandlerRef, LogFilter, type RegisteredHandler, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { StartFrom } from '../../StartFrom.ts'
import { runSafely } from '../async/runSafely.ts'

type Registered = Promise<E.Either<HandlerMismatch | InvalidInput | LogRewound | StoreUnavailable, RegisteredHandler>>

/** Registers a pull subscription. It has one partition, and its start applies when it is created. */
export const registerPull = async (
  store: Pick<EventStore, 'readLog'> & LogTail & HandlerStore,
  ref: HandlerRef,
  filter: LogFilter,
  start: StartFrom,
): Registered => {
  const checked = LogFilter.checkMatchable('filter')(filter)
  if (E.isLeft(checked)) return checked
  const position = await runSafely(StartFrom.position(store, start))
  if (E.isLeft(position)) return position
  const identity = { kind: 'PullSubscription', reads: filter, start: StartFrom.describe(start) }
  const registered = await runSafely(store.register({ ...ref, partitions: 1, start: position.right, identity }))
  if (E.isLeft(registered)) return registered
  const { partitions, identity: stored } = registered.right
  if (partitions !== 1) return rejectInput('name', `${ref.name} is a handler with partitions`)
  const mismatch = HandlerIdentity.mismatch(ref, { ...(stored ?? identity), partitions }, { ...identity, partitions })
  return mismatch === undefined ? registered : E.left(mismatch)
}
