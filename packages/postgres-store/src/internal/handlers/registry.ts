import type { HandlerMismatch, HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import {
  type GenerationRole,
  HandlerIdentity,
  type HandlerRef,
  type HandlerRegistration,
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
  | readonly [
      partitions: number,
      serving: number,
      start: number,
      role: GenerationRole,
      block: TakeoverBlock | null,
      identity: HandlerIdentity | null,
    ]
  | null

/** Written by foldlog.register_handler: a generation of another kind. */
interface OtherKind {
  readonly generation: number
  readonly partitions: number
  readonly identity: HandlerIdentity
}

const decodeRow = ({ name, generation }: HandlerRef, row: RegisteredRow): E.Either<InvalidInput, Promotion> => {
  if (row === null) return unknownGeneration({ name, generation })
  const [partitions, serving, start, role, blockedBy, identity] = row
  return E.right({ name, generation, partitions, start, serving, role, blockedBy, identity })
}

const decodeRegistered = (ref: HandlerRef, row: string | undefined): E.Either<InvalidInput, Promotion> =>
  // Written by this package's own functions.
  decodeRow(ref, JSON.parse(row ?? 'null') as RegisteredRow)

const isOtherKind = (answer: RegisteredRow | OtherKind): answer is OtherKind =>
  answer !== null && !Array.isArray(answer)

const decodeRegistration = (
  { name, generation, partitions, identity }: HandlerRegistration,
  row: string | undefined,
): E.Either<HandlerMismatch | InvalidInput, RegisteredHandler> => {
  const answer = JSON.parse(row ?? 'null') as RegisteredRow | OtherKind // Written by foldlog.register_handler.
  if (!isOtherKind(answer)) return E.map(withoutBlock)(decodeRow({ name, generation }, answer))
  const mismatch =
    identity === undefined
      ? undefined
      : HandlerIdentity.mismatch(
          { name, generation: answer.generation },
          { ...answer.identity, partitions: answer.partitions },
          { ...identity, partitions },
        )
  return mismatch === undefined ? unknownGeneration({ name, generation }) : E.left(mismatch)
}

const withoutBlock = ({ blockedBy: _, ...handler }: Promotion): RegisteredHandler => handler

const unknownGeneration = ({ name, generation }: HandlerRef) =>
  rejectInput('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)

/** The parameters of foldlog.register_handler. */
export const registrationParameters = ({
  name,
  generation,
  partitions,
  start,
  identity,
  replaces,
}: HandlerRegistration): ReadonlyArray<string> => [
  name,
  `${generation}`,
  `${partitions}`,
  `${start}`,
  identity === undefined ? '' : JSON.stringify(identity),
  replaces === undefined ? '' : JSON.stringify(replaces),
]

/**
 * Maximum number of documents of retired generations that one statement deletes: few enough to be in time on any
 * server.
 */
const removalBatch = 10_000

/** Deletes the documents of all retired generations. */
export const purgeRetired = async (
  query: RetryingClient['query'],
  statements: Pick<HandlerStatements, 'purgeRetiredDocuments'>,
): Promise<E.Either<StoreUnavailable, void>> => {
  for (;;) {
    const removed = await query(statements.purgeRetiredDocuments, [`${removalBatch}`])
    if (E.isLeft(removed)) return removed
    if (removed.right.rows[0] === 'true') return E.right(undefined)
  }
}

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
    const result = await query(statements.register, registrationParameters(handler))
    return E.isLeft(result) ? result : decodeRegistration(handler, result.right.rows[0])
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
    return purgeRetired(query, statements)
  },
})
