import type { HandlerInUse, HandlerRemoval, HandlerStore, InvalidInput } from '@foldlog/core'
import { HandlerStoreInput, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { QueryResult, RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { purgeRetired, registrationParameters } from './registry.ts'

/** Written by foldlog.handler_in_use. */
type InUse = null | false | { readonly members: ReadonlyArray<string>; readonly until: number }

/** Written by foldlog.remove_handler. A kind without documents is left out. */
interface Removed extends Omit<HandlerRemoval, 'documents'> {
  readonly documents: Partial<HandlerRemoval['documents']>
}

const noDocuments: HandlerRemoval['documents'] = {
  view: 0,
  process: 0,
  command: 0,
  timer: 0,
  parked: 0,
  stop: 0,
  gaps: 0,
  attempts: 0,
}

const refuse = (name: string, inUse: InUse, attempts: number): E.Either<HandlerInUse | InvalidInput, never> => {
  if (inUse === false)
    return rejectInput('handler', 'is an open inline projection, on which appends depend: end it first (endInline)')
  if (inUse !== null) return E.left({ _tag: 'HandlerInUse', name, ...inUse, until: new Date(inUse.until) })
  const lost = attempts > 1 ? ' any more: a first attempt, whose answer was lost, may have done it' : ''
  return rejectInput('handler', `there is no handler ${JSON.stringify(name)}${lost}`)
}

const answerOf = <A>({ rows }: QueryResult): A | InUse =>
  // Written by foldlog.handler_in_use, or by the function that calls it.
  JSON.parse(rows[0] ?? 'null') as A | InUse

const decodeRemoval = (name: string, result: QueryResult): E.Either<HandlerInUse | InvalidInput, HandlerRemoval> => {
  const answer = answerOf<Removed>(result)
  return answer !== null && answer !== false && 'generations' in answer
    ? E.right({ ...answer, documents: { ...noDocuments, ...answer.documents } })
    : refuse(name, answer, result.attempts)
}

/** Removes, renames and resets handlers. */
export const removalsOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'remove' | 'rename' | 'reset'> => {
  const removing = async (name: string, statement: string, parameters: ReadonlyArray<string>) => {
    const result = await query(statement, parameters)
    if (E.isLeft(result)) return result
    const removal = decodeRemoval(name, result.right)
    if (E.isLeft(removal)) return removal
    const purged = await purgeRetired(query, statements)
    return E.isLeft(purged) ? purged : removal
  }

  return {
    remove: (name) => async () => {
      const checked = HandlerStoreInput.name(name)
      return E.isLeft(checked) ? checked : removing(name, statements.remove, [name])
    },

    rename: (name, newName) => async () => {
      const checked = E.chain(() => HandlerStoreInput.newName(newName))(HandlerStoreInput.name(name))
      if (E.isLeft(checked)) return checked
      const result = await query(statements.rename, [name, newName])
      if (E.isLeft(result)) return result
      const answer = answerOf<true | 'taken'>(result.right)
      if (answer === true) return E.right(undefined)
      return answer === 'taken'
        ? rejectInput('newName', `there is a handler ${JSON.stringify(newName)} already`)
        : refuse(name, answer, result.right.attempts)
    },

    reset: (handler) => async () => {
      const checked = HandlerStoreInput.registration(handler)
      if (E.isLeft(checked)) return checked
      // The former handler is gone by then.
      return removing(handler.name, statements.reset, registrationParameters(handler).slice(0, 5))
    },
  }
}
