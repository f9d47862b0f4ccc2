import {
  type Append,
  type AppendError,
  type Appended,
  type EventStore,
  type HandlerStore,
  type HistoryId,
  type InlineStore,
  type LogTail,
  type StoreUnavailable,
  StreamName,
} from '@foldlog/core'
import { CheckedAppend, type OpenInlineProjection, type ProjectionChanges, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { makeKeyedMutex } from '../async/KeyedMutex.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import { versionOf } from '../membership/generationNumbers.ts'
import type { InlineFold, KeyedEvent } from './fold.ts'
import { makeViewCache } from './ViewCache.ts'

export interface InlineAppendsOptions {
  readonly store: Pick<EventStore, 'appendAll'> &
    Pick<HandlerStore, 'getDocuments'> &
    Pick<InlineStore, 'appendWithViews' | 'inlineProjections'> &
    Pick<LogTail, 'history'>
  readonly folds: ReadonlyArray<InlineFold>
  /** Maximum number of views in memory. */
  readonly cache: number
}

type Outcome = E.Either<AppendError, ReadonlyArray<Appended>>

/** A projection that an append affects, and the events by view. */
interface AffectedProjection {
  readonly fold: InlineFold
  readonly keyedEvents: ReadonlyArray<KeyedEvent>
}

const appendsToAny = (appends: ReadonlyArray<Append>, categories: ReadonlyArray<string>): boolean =>
  appends.some(({ stream }) => categories.includes(StreamName.category(stream)))

const foreignProjection = ({ name }: OpenInlineProjection): StoreUnavailable =>
  storeUnavailable(`the inline projection ${name} is open, and this process does not have it`, false, undefined)

const affectedProjections = (
  folds: ReadonlyArray<InlineFold>,
  appends: ReadonlyArray<Append>,
): E.Either<AppendError, ReadonlyArray<AffectedProjection>> => {
  const categories = new Set(appends.map(({ stream }) => StreamName.category(stream)))
  const affected: Array<AffectedProjection> = []
  for (const fold of folds) {
    if (!fold.categories.some((category) => categories.has(category))) continue
    const keyedEvents = fold.keyedEvents(appends)
    if (E.isLeft(keyedEvents)) return keyedEvents
    affected.push({ fold, keyedEvents: keyedEvents.right })
  }
  return E.right(affected)
}

/** Maximum number of attempts: a view that others change more often in between is no normal race any more. */
const maxTries = 100

export const inlineAppends = ({ store, folds, cache: size }: InlineAppendsOptions) => {
  /** The history is read before the views: when another history has begun meanwhile, the views are stale. */
  const cache = makeViewCache(store, size)
  const mutex = makeKeyedMutex()
  const names = new Set(folds.map(({ name }) => name))
  let openProjections: ReadonlyArray<OpenInlineProjection> | undefined
  const openFor = async ({ name, version }: InlineFold): Promise<E.Either<StoreUnavailable, OpenInlineProjection>> => {
    if (openProjections === undefined) {
      const [read, found] = await Promise.all([cache.readHistory(), runSafely(store.inlineProjections)])
      if (E.isLeft(read)) return read
      if (E.isLeft(found)) return found
      openProjections = found.right
    }
    const own = openProjections.find((one) => one.name === name)
    return own !== undefined && versionOf(own.generation) === version
      ? E.right(own)
      : E.left(storeUnavailable(`version ${version} of the inline projection ${name} is not open`, false, own))
  }

  /** One attempt: the result of the append, or `undefined` when the views that it was made from are stale. */
  const tryOnce = async (
    appends: ReadonlyArray<Append>,
    affected: ReadonlyArray<AffectedProjection>,
  ): Promise<Outcome | undefined> => {
    const changes: Array<ProjectionChanges> = []
    let readIn: HistoryId | undefined
    const made: Array<{ readonly of: OpenInlineProjection; readonly key: string; readonly view: unknown }> = []
    for (const { fold, keyedEvents } of affected) {
      const opened = await openFor(fold)
      if (E.isLeft(opened)) return opened
      const of = opened.right
      // Read before the views: these are of this history or of a later one.
      readIn = cache.history()
      const found = await cache.load(fold, of, new Set(keyedEvents.map(({ key }) => key)))
      if (E.isLeft(found)) return found
      const folded = fold.fold(keyedEvents, found.right, of.partitions)
      if (E.isLeft(folded)) return folded
      changes.push({
        name: of.name,
        generation: of.generation,
        changes: folded.right.changes,
        ...(readIn === undefined ? undefined : { history: readIn }),
      })
      for (const [key, view] of folded.right.views) made.push({ of, key, view })
    }
    const foreign = openProjections?.find(
      ({ name, categories }) => !names.has(name) && appendsToAny(appends, categories),
    )
    if (foreign !== undefined) return E.left(foreignProjection(foreign))
    const outcome = await runSafely(store.appendWithViews(appends, changes))
    const position = E.isRight(outcome) ? outcome.right.at(-1)?.positions.at(-1) : undefined
    if (E.isRight(outcome) && position !== undefined && outcome.right.every(({ repeated }) => !repeated)) {
      // Unless the cache was cleared meanwhile, for another history.
      if (readIn === cache.history())
        for (const { of, key, view } of made)
          cache.set(of, key, { view, expectedPosition: view === undefined ? null : position })
      return outcome
    }
    // After any other result, the cached views may be old.
    for (const { of, key } of made) cache.delete(of, key)
    if (E.isRight(outcome)) return outcome
    if (outcome.left._tag !== 'ViewConflict') return E.left(outcome.left)
    openProjections = undefined
    return undefined
  }

  const append = async (appends: ReadonlyArray<Append>): Promise<Outcome> => {
    // An invalid append is not folded: the store rejects it with the reason.
    if (E.isLeft(CheckedAppend.check(appends, { log: undefined }))) return store.appendAll(appends)()
    const affected = affectedProjections(folds, appends)
    if (E.isLeft(affected)) return affected
    if (affected.right.length === 0) return store.appendAll(appends)()
    const keys = new Set(
      affected.right.flatMap(({ fold, keyedEvents }) => keyedEvents.map(({ key }) => `${fold.name}\n${key}`)),
    )
    return mutex.run([...keys], async () => {
      for (let tries = 0; tries < maxTries; tries++) {
        const outcome = await tryOnce(appends, affected.right)
        if (outcome !== undefined) return outcome
        // Writers in other processes are faster; within this process the mutex is fair.
        await sleep(Math.random() * Math.min(50, 2 ** tries))
      }
      return E.left(storeUnavailable('views were changed by other writers again and again', true, undefined))
    })
  }

  return {
    append,
    /** Reads again which projections are open, before the next append. */
    invalidate: () => {
      openProjections = undefined
    },
  }
}
