import type { HandlerStore, InvalidInput } from '@foldlog/core'
import {
  type GenerationRole,
  type HandlerRef,
  HandlerStoreInput,
  type Promotion,
  type RegisteredHandler,
  rejectInput,
  type TakeoverBlock,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'

/** Written by foldlog.generation_json. */
type RegisteredRow =
  | readonly [partitions: number, serving: number, start: number, role: GenerationRole, block: TakeoverBlock | null]
  | null

const decodeRegistered = (
  { name, generation }: HandlerRef,
  row: string | undefined,
): E.Either<InvalidInput, Promotion> => {
  // Written by this package's own functions.
  const found = JSON.parse(row ?? 'null') as RegisteredRow
  if (found === null) return unknownGeneration({ name, generation })
  const [partitions, serving, start, role, blockedBy] = found
  return E.right({ name, generation, partitions, start, serving, role, blockedBy })
}

const withoutBlock = ({ blockedBy: _, ...handler }: Promotion): RegisteredHandler => handler

const unknownGeneration = ({ name, generation }: HandlerRef) =>
  rejectInput('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)

/**
 * Maximum number of documents of retired generations that one statement deletes: few enough to be in time on any
 * server.
 */
const removalBatch = 10_000

/**
 * The registry: which handlers there are, which generations they have, and which one serves. Each statement may be sent
 * again after a lost connection: the second time changes nothing.
 */
export const registryOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'register' | 'promote' | 'rollBack' | 'retire'> => ({
  register: (handler) => async () => {
    const checked = HandlerStoreInput.registration(handler)
    if (E.isLeft(checked)) return checked
    const { name, generation, partitions, start } = handler
    const result = await query(statements.register, [name, `${generation}`, `${partitions}`, `${start}`])
    return E.isLeft(result) ? result : E.map(withoutBlock)(decodeRegistered(handler, result.right.rows[0]))
  },

  promote: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.promote, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false')
      return rejectInput('handler', 'is an inline projection: its generation serves once it is opened')
    return decodeRegistered(ref, result.right.rows[0])
  },

  rollBack: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.rollBack, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false')
      return rejectInput('handler', `generation ${ref.generation} is not the previous generation`)
    if (result.right.rows[0] === '"invalidated"')
      return rejectInput(
        'handler',
        `the documents of generation ${ref.generation} were made from lost events: rebuild the handler`,
      )
    return E.map(withoutBlock)(decodeRegistered(ref, result.right.rows[0]))
  },

  retire: (ref) => async () => {
    const checked = HandlerStoreInput.ref(ref)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.retire, [ref.name, `${ref.generation}`])
    if (E.isLeft(result)) return result
    if (result.right.rows[0] === 'false') return rejectInput('handler', 'the serving generation cannot be retired')
    for (;;) {
      const removed = await query(statements.purgeRetiredDocuments, [`${removalBatch}`])
      if (E.isLeft(removed)) return removed
      if (removed.right.rows[0] === 'true') return E.right(undefined)
    }
  },
})
