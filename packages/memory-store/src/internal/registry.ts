import type { HandlerStore, InvalidInput, Json } from '@foldlog/core'
import {
  type GenerationRole,
  type HandlerGeneration,
  type HandlerRef,
  type HandlerRegistration,
  type HandlerStatus,
  HandlerStoreInput,
  type Promotion,
  type RegisteredHandler,
  rejectInput,
  type SetBack,
  type StopStatus,
  type TakeoverBlock,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import {
  byCodePoint,
  checkpointOf,
  freeze,
  type Generation,
  generationOf,
  type Handler,
  type Handlers,
  hasParked,
  isHeldByStore,
  roleOf,
  switchGeneration,
  unfreeze,
} from './Handlers.ts'
import { currentHistory, nextEpoch } from './histories.ts'
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
    spoiled: false,
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

/** Resets the checkpoints of a generation; returns the previous position of its furthest partition. */
const setGenerationBack = (log: Log, generation: Generation, position: number): number => {
  const { partitions, documents } = generation
  const furthest = Math.max(...partitions.map((partition) => partition.position))
  generation.spoiled ||= furthest > position
  generation.checkpointResets++
  for (const partition of partitions) {
    partition.epoch = nextEpoch(log.histories, partition.epoch)
    if (!isHeldByStore(partition)) partition.holder = undefined
    if (partition.position <= position) continue
    partition.position = position
    partition.anchor = anchorAt(log, position)
  }
  for (const [place, { kind, position: at, data }] of documents) {
    const isAhead = kind === 'gaps' && numberField(data, 'doneTo', Number.POSITIVE_INFINITY) > position
    const isParked = kind === 'parked' && numberField(data, 'position', at) > position
    generation.spoiled ||= isAhead
    if (kind === 'stop' || isParked || isAhead) documents.delete(place)
  }
  return furthest
}

const revisionsOf = (generation: number, { partitions }: Generation): ReadonlyArray<string> =>
  partitions.map(({ epoch, revision }, partition) => `${generation} ${partition} ${epoch} ${revision}`)

const resetCheckpoints = (log: Log, handler: Handler, { position, partitions }: SetBack): number | 'changed' => {
  const numbers = [...new Set(partitions.map(({ generation }) => generation))]
  const targets = numbers.flatMap((number) => {
    const generation = handler.generations.get(number)
    return generation === undefined ? [] : [[number, generation] as const]
  })
  const now = new Set(targets.flatMap(([number, generation]) => revisionsOf(number, generation)))
  const named = new Set(
    partitions.map(({ generation, partition, epoch, revision }) => `${generation} ${partition} ${epoch} ${revision}`),
  )
  if (now.size !== named.size || ![...now].every((one) => named.has(one))) return 'changed'
  const furthest = targets.map(([, generation]) => setGenerationBack(log, generation, position))
  const previous = handler.previous === undefined ? undefined : handler.generations.get(handler.previous)
  if (previous?.spoiled) Object.assign(handler, { previous: undefined, returning: false })
  return Math.max(...furthest)
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
  if (role === 'outdated' && handler.generations.get(ref.generation)?.spoiled) {
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

const stopStatuses = (documents: Generation['documents']): ReadonlyArray<StopStatus> =>
  [...documents.values()]
    .filter(({ kind }) => kind === 'stop')
    .sort((a, b) => byCodePoint(a.key, b.key))
    // Made from JSON by the commit.
    .map(({ partition, data, requestedAction }) => ({ partition, data: JSON.parse(data) as Json, requestedAction }))

/** A number in the data of a document: the position of a parked event, or how far a partition is done. */
const numberField = (data: string, name: 'position' | 'doneTo', otherwise: number): number => {
  const value = JSON.parse(data) as Json // Made from JSON by the commit.
  const found = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
  return typeof found === 'number' ? found : otherwise
}

/** Counts parked events. An event that is parked in several partitions, or lanes, counts once, by its position. */
const countParked = (documents: Generation['documents']): number => {
  const events = new Set<string>()
  for (const { kind, key, data } of documents.values()) {
    if (kind !== 'parked') continue
    const value = JSON.parse(data) as Json // Made from JSON by the commit.
    const position = typeof value === 'object' && value !== null && 'position' in value ? value['position'] : null
    events.add(position === null || position === undefined ? `at ${key}` : `${position}`)
  }
  return events.size
}

/**
 * The position of a generation. The views of an open inline projection are written with the appends, so it is at the
 * end of the log.
 */
const positionOf = ({ byName }: Handlers, log: Log, { name, generation }: HandlerRef, checkpoint: number): number =>
  byName.get(name)?.inline?.generation === generation ? Math.max(checkpoint, log.events.length) : checkpoint

const roleIn = ({ byName }: Handlers, { name, generation }: HandlerRef): GenerationRole => {
  const handler = byName.get(name)
  return handler === undefined ? 'outdated' : roleOf(handler, generation)
}

const generationStatus = (
  handlers: Handlers,
  log: Log,
  name: string,
  [generation, known]: readonly [number, Generation],
): HandlerGeneration => ({
  name,
  generation,
  serves: handlers.byName.get(name)?.serving === generation,
  role: roleIn(handlers, { name, generation }),
  partitions: known.partitions.length,
  position: positionOf(handlers, log, { name, generation }, checkpointOf(known)),
  stops: stopStatuses(known.documents),
  checkpointResets: known.checkpointResets,
})

const handlerStatus = (
  handlers: Handlers,
  log: Log,
  name: string,
  [generation, { partitions, members, documents }]: readonly [number, Generation],
): HandlerStatus => {
  const now = handlers.now()
  const role = roleIn(handlers, { name, generation })
  // The generation is frozen or outdated: no event waits for it.
  const isIdle = role === 'previous' || role === 'outdated'
  const count = (kind: string) => [...documents.values()].filter((document) => document.kind === kind).length
  return {
    name,
    generation,
    serves: handlers.byName.get(name)?.serving === generation,
    role,
    partitions: partitions.map(({ position: checkpoint, epoch, revision, holder, until }, partition) => {
      const position = positionOf(handlers, log, { name, generation }, checkpoint)
      const next = log.events[position]
      const held = holder !== undefined && until > now
      return {
        partition,
        position,
        epoch,
        revision,
        holder: held ? holder : null,
        until: held ? new Date(until) : null,
        waitingSince: next === undefined || isIdle ? null : new Date(next.append.milliseconds),
      }
    }),
    members: [...members]
      .filter(([, { until }]) => until > now)
      // Made from JSON by the heartbeat.
      .map(([member, { until, report }]) => ({ member, until: new Date(until), report: JSON.parse(report) as Json }))
      .sort((a, b) => byCodePoint(a.member, b.member)),
    parked: countParked(documents),
    timers: count('timer'),
    commands: count('command'),
    stops: stopStatuses(documents),
  }
}

/** Maps all generations, ordered by name and number. */
const mapGenerations = <A>(
  handlers: Handlers,
  log: Log,
  make: (handlers: Handlers, log: Log, name: string, one: readonly [number, Generation]) => A,
): ReadonlyArray<A> =>
  [...handlers.byName]
    .sort(([a], [b]) => byCodePoint(a, b))
    .flatMap(([name, { generations }]) =>
      [...generations].sort(([a], [b]) => a - b).map((one) => make(handlers, log, name, one)),
    )

export const registryOf = (
  handlers: Handlers,
  log: Log,
): Pick<
  HandlerStore,
  | 'register'
  | 'promote'
  | 'rollBack'
  | 'retire'
  | 'resetCheckpoints'
  | 'checkpoints'
  | 'generations'
  | 'handlerStatuses'
> => ({
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

  resetCheckpoints: (reset) => async () =>
    F.pipe(
      HandlerStoreInput.resetCheckpoints(reset),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(reset.name)
        return handler === undefined
          ? rejectInput('handler', `there is no handler ${JSON.stringify(reset.name)}`)
          : E.right(resetCheckpoints(log, handler, reset))
      }),
    ),

  checkpoints: (names) => async () =>
    F.pipe(
      HandlerStoreInput.names(names),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => ({
        history: currentHistory(log.histories),
        positions: Object.fromEntries(
          names.flatMap((name) => {
            const handler = handlers.byName.get(name)
            const generation = generationOf(handlers, { name, generation: handler?.serving ?? 0 })
            if (handler === undefined || generation === undefined) return []
            const isInline = handler.inline?.generation === handler.serving
            return [[name, isInline ? log.events.length : checkpointOf(generation)] as const]
          }),
        ),
      })),
    ),

  generations: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => mapGenerations(handlers, log, generationStatus)),
    ),

  handlerStatuses: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => mapGenerations(handlers, log, handlerStatus)),
    ),
})
