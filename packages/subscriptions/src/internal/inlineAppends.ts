import {
  type Append,
  type AppendError,
  type Appended,
  CheckedAppend,
  type EventStore,
  type HandlerStore,
  type HistoryId,
  type InlineStore,
  type LogTail,
  type OpenProjection,
  type StoreUnavailable,
  StreamName,
  storeUnavailable,
  type ViewsChange,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import { ask } from './asking.ts'
import { versionOf } from './generations.ts'
import type { InlineFold, Read, Touch } from './inlineFold.ts'
import { makeKeyQueues } from './KeyQueues.ts'
import { sleep } from './sleep.ts'

export interface InlineAppendsOptions {
  readonly store: Pick<EventStore, 'appendAll'> &
    Pick<HandlerStore, 'getDocuments'> &
    Pick<InlineStore, 'appendWithViews' | 'inlineProjections'> &
    Pick<LogTail, 'history'>
  readonly folds: ReadonlyArray<InlineFold>
  /** How many views are kept in memory. They are never trusted: what was made from an old one is stale, and made anew. */
  readonly cache: number
}

type Outcome = E.Either<AppendError, ReadonlyArray<Appended>>

/** A projection that an append concerns, and what the append touches of it. */
interface Concern {
  readonly fold: InlineFold
  readonly touches: ReadonlyArray<Touch>
}

const touchesAny = (appends: ReadonlyArray<Append>, categories: ReadonlyArray<string>): boolean =>
  appends.some(({ stream }) => categories.includes(StreamName.category(stream)))

const notOurs = ({ name }: OpenProjection): StoreUnavailable =>
  storeUnavailable(`the inline projection ${name} is open, and this process does not have it`, false, undefined)

/** Views of others that are in the way so often are not a race any more. */
const mostTries = 100

export const inlineAppends = ({ store, folds, cache: size }: InlineAppendsOptions) => {
  const cache = new LRUCache<string, Read>({ max: size })
  const queues = makeKeyQueues()
  const names = new Set(folds.map(({ name }) => name))
  let open: ReadonlyArray<OpenProjection> | undefined
  /** The history of the log in which everything in the cache was read. */
  let history: HistoryId | undefined

  /** The history is read before the views: when another history has begun meanwhile, the views are stale. */
  const readHistory = async (): Promise<E.Either<StoreUnavailable, void>> => {
    const found = await ask(store.history)
    if (E.isLeft(found)) return found
    if (history !== found.right) cache.clear()
    history = found.right
    return E.right(undefined)
  }

  const placeOf = (name: string, generation: number, key: string): string => `${name}\n${generation}\n${key}`

  const concernsOf = (appends: ReadonlyArray<Append>): E.Either<AppendError, ReadonlyArray<Concern>> => {
    const categories = new Set(appends.map(({ stream }) => StreamName.category(stream)))
    const concerns: Array<Concern> = []
    for (const fold of folds) {
      if (!fold.categories.some((category) => categories.has(category))) continue
      const touches = fold.touches(appends)
      if (E.isLeft(touches)) return touches
      concerns.push({ fold, touches: touches.right })
    }
    return E.right(concerns)
  }

  const openFor = async ({ name, version }: InlineFold): Promise<E.Either<StoreUnavailable, OpenProjection>> => {
    if (open === undefined) {
      const [read, found] = await Promise.all([readHistory(), ask(store.inlineProjections)])
      if (E.isLeft(read)) return read
      if (E.isLeft(found)) return found
      open = found.right
    }
    const own = open.find((one) => one.name === name)
    return own !== undefined && versionOf(own.generation) === version
      ? E.right(own)
      : E.left(storeUnavailable(`version ${version} of the inline projection ${name} is not open`, false, own))
  }

  const read = async (
    { fold, touches }: Concern,
    { name, generation }: OpenProjection,
  ): Promise<E.Either<AppendError, ReadonlyMap<string, Read>>> => {
    const keys = [...new Set(touches.map(({ key }) => key))]
    const views = new Map<string, Read>()
    for (const key of keys) {
      const kept = cache.get(placeOf(name, generation, key))
      if (kept !== undefined) views.set(key, kept)
    }
    const missing = keys.filter((key) => !views.has(key))
    for (let i = 0; i < missing.length; i += 10_000) {
      const some = missing.slice(i, i + 10_000)
      const found = await ask(store.getDocuments({ name, generation, kind: 'view' }, some))
      if (E.isLeft(found)) return found
      for (const { key, data, position } of found.right) {
        const view = fold.decode(key, data)
        if (E.isLeft(view)) return view
        views.set(key, { view: view.right, basis: position })
      }
    }
    return E.right(views)
  }

  /** Once, from what is known: what was appended, or why not, or that it was made from what is there no more. */
  const tryOnce = async (
    appends: ReadonlyArray<Append>,
    concerns: ReadonlyArray<Concern>,
  ): Promise<Outcome | undefined> => {
    const changes: Array<ViewsChange> = []
    let readIn: HistoryId | undefined
    const views = new Map<string, unknown>()
    for (const concern of concerns) {
      const opened = await openFor(concern.fold)
      if (E.isLeft(opened)) return opened
      const { name, generation, partitions } = opened.right
      // Read before the views: these are of this history or of a later one.
      readIn = history
      const found = await read(concern, opened.right)
      if (E.isLeft(found)) return found
      const folded = concern.fold.fold(concern.touches, found.right, partitions)
      if (E.isLeft(folded)) return folded
      changes.push({
        name,
        generation,
        changes: folded.right.changes,
        ...(readIn === undefined ? undefined : { history: readIn }),
      })
      for (const [key, view] of folded.right.views) views.set(placeOf(name, generation, key), view)
    }
    const foreign = open?.find(({ name, categories }) => !names.has(name) && touchesAny(appends, categories))
    if (foreign !== undefined) return E.left(notOurs(foreign))
    const outcome = await ask(store.appendWithViews(appends, changes))
    const position = E.isRight(outcome) ? outcome.right.at(-1)?.positions.at(-1) : undefined
    if (E.isRight(outcome) && position !== undefined && outcome.right.every(({ repeated }) => !repeated)) {
      // Unless the cache was cleared meanwhile, for another history.
      if (readIn === history)
        for (const [place, view] of views) cache.set(place, { view, basis: view === undefined ? null : position })
      return outcome
    }
    // Whatever it was, what is kept may be old.
    for (const place of views.keys()) cache.delete(place)
    if (E.isRight(outcome)) return outcome
    if (outcome.left._tag !== 'ViewsStale') return E.left(outcome.left)
    open = undefined
    return undefined
  }

  const append = async (appends: ReadonlyArray<Append>): Promise<Outcome> => {
    // What is not fit to be stored is not folded either: the store says why.
    if (E.isLeft(CheckedAppend.check(appends))) return store.appendAll(appends)()
    const concerns = concernsOf(appends)
    if (E.isLeft(concerns)) return concerns
    if (concerns.right.length === 0) return store.appendAll(appends)()
    const keys = new Set(
      concerns.right.flatMap(({ fold, touches }) => touches.map(({ key }) => `${fold.name}\n${key}`)),
    )
    return queues.take([...keys], async () => {
      for (let tries = 0; tries < mostTries; tries++) {
        const outcome = await tryOnce(appends, concerns.right)
        if (outcome !== undefined) return outcome
        // Others are faster, in other processes: here everybody has his turn.
        await sleep(Math.random() * Math.min(50, 2 ** tries))
      }
      return E.left(storeUnavailable('views were changed by others again and again', true, undefined))
    })
  }

  return {
    append,
    /** Looks anew which projections are open, before the next append. */
    forget: () => {
      open = undefined
    },
  }
}
