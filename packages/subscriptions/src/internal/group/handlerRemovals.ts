import type {
  EventStore,
  HandlerInUse,
  HandlerRemoval,
  HandlerStore,
  InvalidInput,
  Logger,
  LogTail,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { UnknownHandler } from '../../HandlerRuntimeError.ts'
import type { StartFrom } from '../../StartFrom.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { identityOf } from '../handlers/handlerShape.ts'
import { nextGeneration } from '../membership/generationNumbers.ts'
import { startPosition } from './startPosition.ts'

type RemovalError = HandlerInUse | InvalidInput | StoreUnavailable

/** The requests of operators for a whole handler, which the code may have or not. */
export interface HandlerRemovals {
  readonly remove: (name: string) => TE.TaskEither<RemovalError, HandlerRemoval>
  readonly rename: (name: string, newName: string) => TE.TaskEither<RemovalError, void>
  readonly reset: (name: string, start?: StartFrom) => TE.TaskEither<UnknownHandler | RemovalError, HandlerRemoval>
}

export interface HandlerRemovalsOptions {
  readonly definitions: ReadonlyArray<HandlerDefinition>
  readonly store: Pick<EventStore, 'readLog'> & Pick<LogTail, 'settledPosition'> & HandlerStore
  readonly logger: Logger
}

/**
 * The store rejects a handler on which members work, and so a handler that runs in this process. Otherwise a member
 * could go on with documents in memory that the store has deleted.
 */
export const makeHandlerRemovals = ({ definitions, store, logger }: HandlerRemovalsOptions): HandlerRemovals => ({
  remove: (name) => async () => {
    const removed = await runSafely(store.remove(name))
    if (E.isRight(removed)) logger.warn('a handler was removed', { handler: name, ...removed.right })
    return removed
  },

  rename: (name, newName) => async () => {
    const renamed = await runSafely(store.rename(name, newName))
    if (E.isRight(renamed)) logger.warn('a handler was renamed', { handler: name, newName })
    return renamed
  },

  reset: (name, start) => async () => {
    const definition = definitions.find((one) => one.name === name)
    if (definition === undefined)
      return E.left({ _tag: 'UnknownHandler', name, known: definitions.map((one) => one.name) })
    const begun = { ...definition, start: start ?? definition.start }
    const position = await startPosition(store, begun)
    if (E.isLeft(position)) return position
    const all = await runSafely(store.generations)
    if (E.isLeft(all)) return all
    // The number is another one, so that a process that was paused meanwhile notices that its generation is gone.
    const generation = nextGeneration(
      definition.version,
      all.right.flatMap((one) => (one.name === name ? [one.generation] : [])),
    )
    const { partitions } = definition
    const identity = identityOf(begun)
    const reset = await runSafely(store.reset({ name, generation, partitions, start: position.right, identity }))
    if (E.isRight(reset)) logger.warn('a handler was reset', { handler: name, start: position.right, ...reset.right })
    return reset
  },
})
