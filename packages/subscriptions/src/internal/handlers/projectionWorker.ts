import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from './Delivery.ts'
import { copyBy, decodeDocument, encodeDocument, hasExcess, looksInvalid, unreadable } from './documentCodec.ts'
import { eventsOnly, type HandlerWorker, type WorkerContext } from './HandlerWorker.ts'
import { type CachedDocuments, type Lookup, loadDocuments, takingFrom } from './loadDocuments.ts'
import { runPure } from './userCode.ts'
import { type Verdicts, walkLanes } from './walkLanes.ts'

/** What folds events into views. */
interface ViewFold {
  readonly view: t.Mixed
  readonly project: (view: unknown, event: AnyRecorded, key: string) => unknown
  readonly policy: FailurePolicy
}

export interface ProjectionWorkerOptions extends ViewFold {
  /** Maximum number of views that a partition keeps in memory. */
  readonly cache: number
}

/** A view, or `undefined` when it is known not to exist. */
interface CachedView {
  readonly view: unknown
}

/** A view as a reader finds it, and the change that stores it. */
interface StoredView {
  readonly key: string
  readonly cached: CachedView
  readonly change: DocumentChange
}

/** The result of folding a batch. */
interface FoldResult {
  readonly views: ReadonlyMap<string, CachedView>
  readonly verdicts: Verdicts
  /** Whether an intermediate view cannot be stored, or `project` threw and may have changed a view in place. */
  readonly suspicious: boolean
  /** The keys of views that went from one event of the batch to the next. */
  readonly carried: ReadonlySet<string>
}

/** A view that its codec cannot decode is a failure of the event that needs it: never overwritten, never cast. */
const decode =
  (codec: t.Mixed) =>
  ({ key, data }: HandlerDocument): E.Either<HandlerFailure, CachedView> => {
    const decoded = decodeDocument(codec, 'view', data)
    return E.isRight(decoded)
      ? E.right({ view: decoded.right })
      : E.left(unreadable(`view of ${JSON.stringify(key)}`, decoded.left))
  }

const encode = (codec: t.Mixed, key: string, cached: CachedView): E.Either<HandlerFailure, StoredView> => {
  const { view } = cached
  if (view === undefined) return E.right({ key, cached, change: { kind: 'view', key } })
  const stored = encodeDocument(codec, { kind: 'view', key }, view)
  if (E.isLeft(stored)) return stored
  const { json, value } = stored.right
  return E.right({ key, cached: { view: value }, change: { kind: 'view', key, data: json } })
}

const encodeAll = (
  codec: t.Mixed,
  views: ReadonlyMap<string, CachedView>,
): E.Either<HandlerFailure, ReadonlyArray<StoredView>> =>
  E.traverseArray(([key, cached]: readonly [string, CachedView]) => encode(codec, key, cached))([...views])

/** Whether an event of the batch saw fields of a view that are not stored. */
const carriedExcess = ({ views, carried }: FoldResult, stored: ReadonlyArray<StoredView>): boolean =>
  stored.some(({ key, cached }) => carried.has(key) && hasExcess(views.get(key)?.view, cached.view))

const foldAll = (
  { view: codec, project, policy }: ViewFold,
  batch: ReadonlyArray<Delivery>,
  stored: Lookup<CachedView, HandlerFailure>,
  checkEach: boolean,
): FoldResult => {
  let suspicious = false
  const carried = new Set<string>()

  const foldOne = (views: Map<string, CachedView>, { lane, content }: Delivery): E.Either<HandlerFailure, unknown> => {
    if (E.isLeft(content)) return content
    const folded = views.get(lane)
    const before = folded === undefined ? stored(lane) : E.right(folded)
    if (E.isLeft(before)) return before
    let { view } = before.right
    let isStored = folded === undefined
    for (const event of content.right) {
      if (!checkEach && !isStored && view !== undefined) {
        carried.add(lane)
        suspicious ||= looksInvalid(codec, view)
      }
      const given = checkEach && view !== undefined ? copyBy(codec, { kind: 'view', key: lane }, view) : view
      const after = runPure(() => project(given, event, lane), 'project')
      if (E.isLeft(after)) {
        suspicious = true
        return after
      }
      view = after.right
      isStored = false
      const encoded = checkEach ? encode(codec, lane, { view }) : after
      if (E.isLeft(encoded)) return encoded
    }
    views.set(lane, { view })
    return content
  }

  const { state: views, ...verdicts } = walkLanes(batch, policy, () => new Map<string, CachedView>(), foldOne)
  return { views, verdicts, suspicious, carried }
}

/**
 * The worker of a projection: the events of a batch are folded in memory, and the resulting views are committed
 * together with the checkpoint. While the lease lasts no other member writes these views, so the cache equals the
 * store; a fenced commit ends the partition, and the cache with it.
 *
 * Every view that is stored was encoded and decoded again, and the next batch goes on from the decoded one. A view
 * between two events of one batch is not stored; it must nevertheless be of its type (`is` of its codec), so that the
 * outcome does not depend on where a batch ends. When a view has fields that are not stored, its batch is folded again,
 * each step from the stored form of the view. See docs/decisions/0021 and 0043.
 *
 * A view that `project` changes in place is not counted twice. A batch takes its views out of the cache, and puts them
 * back with its commit; so a batch that is handled again reads them from the store. A batch in which `project` throws
 * is folded again, each step from a copy.
 */
export const projectionWorker =
  (options: ProjectionWorkerOptions) =>
  ({ store, partition: { name, generation } }: WorkerContext): HandlerWorker => {
    const { view: codec } = options
    const cache = new LRUCache<string, CachedView>({ max: options.cache })
    const views: CachedDocuments<CachedView, HandlerFailure> = {
      store,
      documents: { name, generation, kind: 'view' },
      memory: takingFrom(cache),
      absent: { view: undefined },
      decode: decode(codec),
    }

    return {
      ...eventsOnly,
      handle: async (batch) => {
        const lanes = batch.map(({ lane }) => lane)
        const stored = await loadDocuments(views, lanes)
        if (E.isLeft(stored)) return stored
        const quick = foldAll(options, batch, stored.right, false)
        const isUnsure = quick.suspicious || quick.verdicts.stop !== undefined
        const quickly = isUnsure ? undefined : encodeAll(codec, quick.views)
        const encoded = quickly?._tag === 'Right' && !carriedExcess(quick, quickly.right) ? quickly : undefined
        // Some view cannot be stored as it is: fold the batch again, step by step, to find the failing event. The views
        // are read again: those in memory may have been changed in place.
        const again = encoded !== undefined ? stored : await loadDocuments(views, lanes)
        if (E.isLeft(again)) return again
        const folded = encoded !== undefined ? quick : foldAll(options, batch, again.right, true)
        const final = encoded !== undefined ? encoded : encodeAll(codec, folded.views)
        // Each was encoded a moment ago, so this codec is not deterministic.
        if (E.isLeft(final)) return E.right({ changes: [], parked: [], stop: { why: final.left } })
        const onCommitted = (): void => {
          for (const { key, cached } of final.right) cache.set(key, cached)
        }
        const changes = final.right.map(({ change }) => change)
        return E.right({ changes, onCommitted, ...folded.verdicts })
      },
    }
  }
