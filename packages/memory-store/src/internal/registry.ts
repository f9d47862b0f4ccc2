import type { HandlerStore, InvalidInput } from '@foldlog/core'
import {
  type HandlerRef,
  type HandlerRegistration,
  HandlerStoreInput,
  type Promotion,
  type RegisteredHandler,
  rejectInput,
  type TakeoverBlock,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
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
import { anchorAt, type Log } from './Log.ts'

const create = (
  { byName }: Handlers,
  log: Log,
  { name, generation, partitions, start }: HandlerRegistration,
): Handler => {
  const handler = byName.get(name) ?? {
    start,
    serving: generation,
    previous: undefined,
    returning: false,
    epoch: 0,
    inline: undefined,
    generations: new Map<number, Generation>(),
  }
  byName.set(name, handler)
  if (handler.generations.has(generation)) return handler
  handler.generations.set(generation, {
    served: handler.serving === generation,
    invalidated: false,
    checkpointResets: 0,
    partitions: Array.from({ length: partitions }, () => ({
      position: handler.start,
      anchor: anchorAt(log, handler.start),
      epoch: handler.epoch,
      revision: 0,
      holder: undefined,
      until: 0,
    })),
    members: new Map(),
    documents: new Map(),
  })
  return handler
}

const toRegisteredHandler = (handler: Handler, { name, generation }: HandlerRef): RegisteredHandler => ({
  name,
  generation,
  partitions: handler.generations.get(generation)?.partitions.length ?? 0,
  start: handler.start,
  serving: handler.serving,
  role: roleOf(handler, generation),
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
      E.map(() => {
        const created = create(handlers, log, handler)
        return toRegisteredHandler(created, handler)
      }),
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
