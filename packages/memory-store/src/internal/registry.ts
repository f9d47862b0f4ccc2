import type { HandlerMismatch, HandlerStore, InvalidInput } from '@foldlog/core'
import {
  HandlerIdentity,
  type HandlerRef,
  type HandlerRegistration,
  type HandlerShape,
  HandlerStoreInput,
  type Promotion,
  type RegisteredHandler,
  rejectInput,
  type TakeoverBlock,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { copyOf } from './copyOf.ts'
import {
  checkpointOf,
  freeze,
  type Generation,
  generationOf,
  type Handler,
  type Handlers,
  hasParked,
  roleOf,
  switchGeneration,
  unfreeze,
} from './Handlers.ts'
import { nextEpoch } from './histories.ts'
import { anchorAt, type Log } from './Log.ts'

/** A new generation; its epochs begin above those of the retired ones. */
const newGeneration = (
  handler: Handler,
  log: Log,
  { generation, partitions, identity }: HandlerRegistration,
): Generation => ({
  served: handler.serving === generation,
  invalidated: false,
  checkpointResets: 0,
  identity: copyOf(identity ?? null),
  partitions: Array.from({ length: partitions }, () => ({
    position: handler.start,
    anchor: anchorAt(log, handler.start),
    epoch: handler.epoch,
    revision: 0,
    holder: undefined,
    until: 0,
    released: true,
  })),
  members: new Map(),
  documents: new Map(),
})

const newHandler = ({ start, generation }: HandlerRegistration, epoch = 0): Handler => ({
  start,
  serving: generation,
  previous: undefined,
  returning: false,
  epoch,
  inline: undefined,
  generations: new Map<number, Generation>(),
})

const shapeOf = ({ identity, partitions }: Generation): HandlerShape | undefined =>
  identity === null ? undefined : { ...identity, partitions: partitions.length }

/** Rejects another kind under the name of a handler. The caller compares everything else. */
const kindMismatch = (
  handler: Handler,
  { name, partitions, identity }: HandlerRegistration,
): HandlerMismatch | undefined => {
  if (identity === undefined) return undefined
  const given = { ...identity, partitions }
  for (const [number, known] of handler.generations) {
    const stored = shapeOf(known)
    if (stored !== undefined && stored.kind !== given.kind)
      return HandlerIdentity.mismatch({ name, generation: number }, stored, given)
  }
  return undefined
}

const areEqual = (a: HandlerIdentity, b: HandlerIdentity): boolean =>
  HandlerIdentity.differences({ ...a, partitions: 1 }, { ...b, partitions: 1 }).length === 0

/**
 * Gives a generation the identity of a registration, when it has none, or exactly the one to replace. Members with
 * other code may work on it then, and pass events over: their commits are fenced.
 */
const identify = (log: Log, own: Generation, { identity, replaces }: HandlerRegistration): void => {
  if (identity === undefined) return
  if (own.identity !== null && (replaces === undefined || !areEqual(own.identity, replaces))) return
  if (own.identity !== null) for (const one of own.partitions) one.epoch = nextEpoch(log.histories, one.epoch)
  own.identity = copyOf(identity)
}

export const registerHandler = (
  { byName }: Handlers,
  log: Log,
  registration: HandlerRegistration,
): E.Either<HandlerMismatch, RegisteredHandler> => {
  const { name, generation } = registration
  const known = byName.get(name)
  // A handler that was removed is created anew.
  const handler = known === undefined || known.generations.size === 0 ? newHandler(registration, known?.epoch) : known
  const mismatch = kindMismatch(handler, registration)
  if (mismatch !== undefined) return E.left(mismatch)
  byName.set(name, handler)
  const own = handler.generations.get(generation)
  if (own === undefined) handler.generations.set(generation, newGeneration(handler, log, registration))
  else identify(log, own, registration)
  return E.right(toRegisteredHandler(handler, registration))
}

const toRegisteredHandler = (handler: Handler, { name, generation }: HandlerRef): RegisteredHandler => ({
  name,
  generation,
  partitions: handler.generations.get(generation)?.partitions.length ?? 0,
  start: handler.start,
  serving: handler.serving,
  role: roleOf(handler, generation),
  identity: copyOf(handler.generations.get(generation)?.identity ?? null),
})

/** Why a generation may not take over, if there is a reason. */
const takeoverBlock = (handler: Handler, ref: HandlerRef, target: Generation): TakeoverBlock | null => {
  const role = roleOf(handler, ref.generation)
  const served = handler.generations.get(handler.serving)
  if (role === 'building' && handler.returning) return 'rollback'
  if (served !== undefined && checkpointOf(target) < checkpointOf(served)) return 'behind'
  return role === 'building' && hasParked(target) ? 'parked' : null
}

const promote = (log: Log, handler: Handler, ref: HandlerRef, target: Generation): Promotion => {
  const role = roleOf(handler, ref.generation)
  const blockedBy = role === 'building' || role === 'returning' ? takeoverBlock(handler, ref, target) : null
  if (blockedBy === null && (role === 'building' || role === 'returning'))
    switchGeneration(log, handler, ref.generation)
  return { ...toRegisteredHandler(handler, ref), blockedBy }
}

const rollBack = (log: Log, handler: Handler, ref: HandlerRef): E.Either<InvalidInput, RegisteredHandler> => {
  const role = roleOf(handler, ref.generation)
  const previous = handler.previous === undefined ? undefined : handler.generations.get(handler.previous)
  if (role === 'outdated' && handler.generations.get(ref.generation)?.invalidated) {
    return rejectInput(
      'handler',
      `the documents of generation ${ref.generation} were made from lost events: rebuild the handler`,
    )
  }
  if (role === 'serving' && handler.returning && previous !== undefined) freeze(log, previous)
  if (role === 'previous' && previous !== undefined) unfreeze(previous)
  if (role === 'building' || role === 'outdated') {
    return rejectInput('handler', `generation ${ref.generation} is not the previous generation`)
  }
  handler.returning = role !== 'serving'
  return E.right(toRegisteredHandler(handler, ref))
}

const unknownGeneration = ({ name, generation }: HandlerRef) =>
  rejectInput('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)

/** The registry: which handlers there are, which generations they have, and which one serves. */
export const registryOf = (
  handlers: Handlers,
  log: Log,
): Pick<HandlerStore, 'register' | 'promote' | 'rollBack' | 'retire'> => ({
  register: (handler) => async () =>
    F.pipe(
      HandlerStoreInput.registration(handler),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => registerHandler(handlers, log, handler)),
    ),

  promote: (ref) => async () =>
    F.pipe(
      HandlerStoreInput.ref(ref),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(ref.name)
        const target = generationOf(handlers, ref)
        if (handler === undefined || target === undefined) return unknownGeneration(ref)
        if ((handler.inline?.generation ?? ref.generation) !== ref.generation) {
          return rejectInput('handler', 'is an inline projection: its generation serves once it is opened')
        }
        return E.right(promote(log, handler, ref, target))
      }),
    ),

  rollBack: (ref) => async () =>
    F.pipe(
      HandlerStoreInput.ref(ref),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(ref.name)
        if (handler === undefined || generationOf(handlers, ref) === undefined) return unknownGeneration(ref)
        return rollBack(log, handler, ref)
      }),
    ),

  retire: (ref) => async () =>
    F.pipe(
      HandlerStoreInput.ref(ref),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(ref.name)
        if (handler?.serving === ref.generation)
          return rejectInput('handler', 'the serving generation cannot be retired')
        const retired = handler?.generations.get(ref.generation)
        if (handler === undefined || retired === undefined) return E.right(undefined)
        handler.epoch = Math.max(handler.epoch, ...retired.partitions.map(({ epoch }) => epoch))
        handler.generations.delete(ref.generation)
        if (handler.previous === ref.generation) Object.assign(handler, { previous: undefined, returning: false })
        return E.right(undefined)
      }),
    ),
})
