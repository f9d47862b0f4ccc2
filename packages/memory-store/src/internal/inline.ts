import { type AppendError, type Appended, type InlineStore, StreamName, type ViewConflict } from '@foldlog/core'
import {
  CheckedAppend,
  type HandlerRef,
  HandlerStoreInput,
  InlineStoreInput,
  type OpenInlineProjection,
  type ProjectionChanges,
  rejectInput,
  storeUnavailable,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { supportOf } from './boundaries.ts'
import {
  checkpointOf,
  documentKey,
  type Generation,
  generationOf,
  type Handlers,
  hasParked,
  roleOf,
  switchGeneration,
} from './Handlers.ts'
import { currentHistory, nextEpoch } from './histories.ts'
import { anchorAt, type Log } from './Log.ts'

const viewConflict: E.Either<ViewConflict, never> = E.left({ _tag: 'ViewConflict' })

const missingViews = storeUnavailable(
  'an inline projection is open for this category, and the append brings no views for it',
  false,
  undefined,
)

const touches = (parts: ReadonlyArray<CheckedAppend>, categories: ReadonlyArray<string>): boolean =>
  parts.some(({ stream }) => categories.includes(StreamName.category(stream)))

const openProjections = ({ byName }: Handlers): ReadonlyArray<OpenInlineProjection> =>
  [...byName].flatMap(([name, { inline, generations }]) =>
    inline?.generation === undefined
      ? []
      : [
          {
            name,
            generation: inline.generation,
            partitions: generations.get(inline.generation)?.partitions.length ?? 0,
            categories: inline.categories,
          },
        ],
  )

/**
 * Checks the views of an append: they must be those of all projections that are open for it and of no others, and made
 * from the current documents.
 */
export const checkViews = (
  handlers: Handlers,
  log: Log,
  parts: ReadonlyArray<CheckedAppend>,
  views: ReadonlyArray<ProjectionChanges> | undefined,
): E.Either<AppendError | ViewConflict, void> => {
  const open = openProjections(handlers)
  const isIn = (ref: HandlerRef) => (one: HandlerRef) => one.name === ref.name && one.generation === ref.generation
  const missed = open.some((one) => touches(parts, one.categories) && !views?.some(isIn(one)))
  if (views === undefined) return missed ? E.left(missingViews) : E.right(undefined)
  if (missed || !views.every((one) => open.some(isIn(one)))) return viewConflict
  const history = currentHistory(log.histories)
  const fresh = views.every((one) => {
    // Positions of another history do not identify the current views.
    if (one.history !== undefined && one.history !== history) return false
    const documents = generationOf(handlers, one)?.documents
    return one.changes.every(
      ({ key, expectedPosition }) => (documents?.get(documentKey('view', key))?.position ?? null) === expectedPosition,
    )
  })
  return fresh ? E.right(undefined) : viewConflict
}

/** Writes the views of a stored append. */
export const writeViews = (
  handlers: Handlers,
  views: ReadonlyArray<ProjectionChanges>,
  appended: ReadonlyArray<Appended>,
) => {
  const position = appended.at(-1)?.positions.at(-1) ?? 0
  for (const one of views) {
    const documents = generationOf(handlers, one)?.documents
    for (const { key, partition, data } of one.changes) {
      const documentId = documentKey('view', key)
      if (data === undefined) documents?.delete(documentId)
      else {
        const text = JSON.stringify(data)
        documents?.set(documentId, {
          kind: 'view',
          key,
          partition,
          position,
          data: text,
          due: null,
          requestedAction: null,
        })
      }
    }
  }
}

/** Whether appends to these streams are paused. */
export const isPaused = (handlers: Handlers, parts: ReadonlyArray<CheckedAppend>): boolean => {
  for (const { inline } of handlers.byName.values()) {
    if (inline !== undefined && inline.pausedUntil > handlers.now() && touches(parts, inline.paused)) return true
  }
  return false
}

const lastPositionOf = (log: Log, categories: ReadonlyArray<string>): number =>
  log.events.findLastIndex(({ append }) => categories.includes(StreamName.category(append.stream))) + 1

/**
 * Moves the checkpoint of an inline projection to the last event that is in its views, and releases its partitions.
 */
const closeInline = (log: Log, generation: Generation, categories: ReadonlyArray<string>): void => {
  for (const partition of generation.partitions) {
    const position = Math.max(partition.position, lastPositionOf(log, categories))
    const anchor = anchorAt(log, position)
    Object.assign(partition, { holder: undefined, epoch: nextEpoch(log.histories, partition.epoch), position, anchor })
  }
}

const openInline = (handlers: Handlers, log: Log, ref: HandlerRef, categories: ReadonlyArray<string>) => {
  const handler = handlers.byName.get(ref.name)
  const generation = generationOf(handlers, ref)
  if (handler === undefined || generation === undefined) {
    return rejectInput('handler', `there is no generation ${ref.generation} of ${JSON.stringify(ref.name)}`)
  }
  const { inline } = handler
  if (inline?.generation === ref.generation) return E.right(true)
  const role = roleOf(handler, ref.generation)
  if (role === 'previous' || role === 'outdated') {
    return rejectInput('handler', 'is older than the serving generation, or was made from lost events')
  }
  if (role === 'building' && handler.returning) return rejectInput('handler', 'waits for a requested rollback')
  if (lastPositionOf(log, categories) > checkpointOf(generation) || hasParked(generation)) return E.right(false)
  const old = inline?.generation === undefined ? undefined : handler.generations.get(inline.generation)
  if (inline !== undefined && old !== undefined) closeInline(log, old, inline.categories)
  switchGeneration(log, handler, ref.generation)
  for (const partition of generation.partitions) {
    // An internal member of the store that never expires.
    Object.assign(partition, {
      holder: 'appends',
      until: Date.UTC(9999, 11, 31),
      epoch: nextEpoch(log.histories, partition.epoch),
    })
  }
  handler.inline = { generation: ref.generation, categories: [...categories], paused: [], pausedUntil: 0 }
  return E.right(true)
}

const endInline = (handlers: Handlers, log: Log, name: string): boolean => {
  const handler = handlers.byName.get(name)
  const ended = handler?.inline
  if (handler === undefined || ended === undefined) return false
  handler.inline = undefined
  if (ended.generation === undefined) return false
  const generation = handler.generations.get(ended.generation)
  if (generation !== undefined) closeInline(log, generation, ended.categories)
  return true
}

export const inlineOf = (
  handlers: Handlers,
  log: Log,
  appendChecked: (
    parts: ReadonlyArray<CheckedAppend>,
    views: ReadonlyArray<ProjectionChanges>,
  ) => Promise<E.Either<AppendError | ViewConflict, ReadonlyArray<Appended>>>,
): InlineStore => ({
  appendWithViews: (appends, views) => async () => {
    const checked = CheckedAppend.check(appends, supportOf(log))
    if (E.isLeft(checked)) return checked
    const fine = InlineStoreInput.views(views)
    return E.isLeft(fine) ? fine : appendChecked(checked.right, views)
  },

  inlineProjections: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => openProjections(handlers)),
    ),

  pauseAppends: (name, categories, milliseconds) => async () =>
    F.pipe(
      InlineStoreInput.pause(name, categories, milliseconds),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => {
        const handler = handlers.byName.get(name)
        if (handler === undefined) return rejectInput('name', 'is not a registered handler')
        const pausedUntil = handlers.now() + milliseconds
        handler.inline = {
          generation: handler.inline?.generation,
          categories: handler.inline?.categories ?? [],
          paused: [...categories],
          pausedUntil,
        }
        return E.right(undefined)
      }),
    ),

  openInline: (ref, categories) => async () =>
    F.pipe(
      InlineStoreInput.opening(ref, categories),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => openInline(handlers, log, ref, categories)),
    ),

  endInline: (name) => async () =>
    F.pipe(
      HandlerStoreInput.names([name]),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => endInline(handlers, log, name)),
    ),
})
