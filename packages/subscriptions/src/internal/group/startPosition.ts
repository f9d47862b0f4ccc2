import { describeError, type EventStore, type InvalidInput, type LogTail, type StoreUnavailable } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { StartFrom } from '../../StartFrom.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'

/** The position after which a handler begins. A start that is no place of the log is `InvalidInput`. */
export const startPosition = async (
  store: Pick<EventStore, 'readLog'> & Pick<LogTail, 'settledPosition'>,
  { name, start }: Pick<HandlerDefinition, 'name' | 'start'>,
): Promise<E.Either<InvalidInput | StoreUnavailable, number>> => {
  const position = await runSafely(StartFrom.position(store, start))
  if (E.isRight(position)) return position
  return position.left._tag === 'LogRewound'
    ? rejectInput(`start of ${name}`, describeError(position.left))
    : E.left(position.left)
}
