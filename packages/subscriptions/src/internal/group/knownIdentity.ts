import type { EventStore, HandlerMismatch, HandlerStore, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { type HandlerGeneration, HandlerIdentity } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { hasOtherStart, identityOf, mismatchWith, otherKind } from '../handlers/handlerShape.ts'
import { isWorkedOn, ofVersion } from './generationPlan.ts'

type StorePromise<A> = Promise<E.Either<HandlerMismatch | InvalidInput | StoreUnavailable, A>>

export interface KnownIdentityOptions {
  readonly store: Pick<EventStore, 'readLog'> & Pick<HandlerStore, 'register' | 'handlerStatuses'>
  readonly definition: HandlerDefinition
  readonly logger: Logger
}

/**
 * Whether no partition of the generation has passed an event of these categories. Then the generation is as if it had
 * these sources from the beginning, so they may be added. A renamed category is an example: it is a new category, with
 * the former name beside it.
 */
const isAheadOf = async (
  { store, definition }: KnownIdentityOptions,
  { name, generation }: HandlerGeneration,
  categories: ReadonlyArray<string>,
): StorePromise<boolean> => {
  const all = await runSafely(store.handlerStatuses)
  if (E.isLeft(all)) return all
  const own = all.right.find((one) => one.name === name && one.generation === generation)
  const furthest = Math.max(0, ...(own?.partitions ?? []).map(({ position }) => position))
  const first = await runSafely(store.readLog({ filter: { ...definition.filter, categories }, count: 1 }))
  if (E.isRight(first)) return E.right((first.right.events[0]?.position ?? Number.POSITIVE_INFINITY) > furthest)
  return first.left._tag === 'LogRewound' ? E.right(false) : E.left(first.left)
}

/** Compares a generation of this version with the code, and stores the sources that the code adds. */
const checkOwn = async (options: KnownIdentityOptions, known: HandlerGeneration): StorePromise<void> => {
  const { store, definition, logger } = options
  const { name, partitions } = definition
  const identity = identityOf(definition)
  const { generation, identity: stored } = known
  if (stored !== null && hasOtherStart(definition, known)) {
    const facts = { handler: name, stored: stored.start, given: identity.start }
    logger.warn('a handler keeps the start with which it was created: the start in the code is ignored', facts)
  }
  const mismatch = mismatchWith(definition, known)
  // The generation was registered without an identity. It gets one now, so that other code can be compared with it.
  const registration = { name, generation, partitions, start: 0, identity }
  if (mismatch === undefined)
    return stored === null ? E.map(() => undefined)(await runSafely(store.register(registration))) : E.right(undefined)
  const added = HandlerIdentity.addedCategories(mismatch)
  if (stored === null || added === undefined) return E.left(mismatch)
  const ahead = await isAheadOf(options, known, added)
  if (E.isLeft(ahead)) return ahead
  if (!ahead.right) return E.left(mismatch)
  const replaced = await runSafely(store.register({ ...registration, replaces: stored }))
  if (E.isLeft(replaced)) return replaced
  const left = mismatchWith(definition, replaced.right)
  if (left !== undefined) return E.left(left)
  // A process with the former code may have passed such an event before the store fenced it.
  const stillAhead = await isAheadOf(options, known, added)
  if (E.isLeft(stillAhead)) return stillAhead
  if (!stillAhead.right) {
    const back = await runSafely(store.register({ ...registration, identity: stored, replaces: identity }))
    return E.isLeft(back) ? back : E.left(mismatch)
  }
  logger.info('a handler has more sources; none of their events was passed', { handler: name, categories: added })
  return E.right(undefined)
}

/**
 * Compares the stored handler with the code, before this process works on it. `HandlerMismatch` when the stored handler
 * is another one, or the code would miss events.
 */
export const checkIdentity = async (
  options: KnownIdentityOptions,
  known: ReadonlyArray<HandlerGeneration>,
): StorePromise<void> => {
  for (const one of known) {
    const mismatch = otherKind(options.definition, one)
    if (mismatch !== undefined) return E.left(mismatch)
  }
  for (const one of ofVersion(options.definition.version, known).filter(isWorkedOn)) {
    const checked = await checkOwn(options, one)
    if (E.isLeft(checked)) return checked
  }
  return E.right(undefined)
}
