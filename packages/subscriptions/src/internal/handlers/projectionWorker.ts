import type { DocumentChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import type { Delivery } from './Delivery.ts'
import { decodeDocument, encodeDocument, formatProblems, looksInvalid } from './documentCodec.ts'
import {
  eventsOnly,
  type HandlerWorker,
  type ParkRequest,
  type StopRequest,
  type WorkerContext,
} from './HandlerWorker.ts'
import { runPure, verdictFor } from './userCode.ts'

export interface ProjectionWorkerOptions {
  readonly view: t.Mixed
  readonly project: (view: unknown, event: AnyRecorded, key: string) => unknown
  readonly policy: FailurePolicy
  /** Maximum number of views that a partition keeps in memory. */
  readonly cache: number
}

/** A view, or `undefined` when it is known not to exist. */
interface CachedView {
  readonly view: unknown
}

/** The result of folding a batch. */
interface FoldResult {
  readonly views: Map<string, CachedView>
  readonly parked: ReadonlyArray<ParkRequest>
  /** Whether an intermediate view was not of its type. */
  readonly suspicious: boolean
  readonly stop?: StopRequest
}

/**
 * The worker of a projection: the events of a batch are folded in memory, and the resulting views are committed
 * together with the checkpoint. While the lease lasts no other member writes these views, so the cache equals the
 * store; a fenced commit ends the partition, and the cache with it.
 *
 * Every view that is stored was encoded and decoded again. A view between two events of one batch is not stored; it
 * must nevertheless be of its type (`is` of its codec), so that the outcome does not depend on where a batch ends. See
 * docs/decisions/0021.
 */
export const projectionWorker =
  ({ view: codec, project, policy, cache: size }: ProjectionWorkerOptions) =>
  ({ store, partition: { name, generation } }: WorkerContext): HandlerWorker => {
    const cache = new LRUCache<string, CachedView>({ max: size })
    let changed = new Map<string, CachedView>()

    const load = async (keys: Iterable<string>) => {
      const missing = [...keys].filter((key) => !cache.has(key))
      const views = new Map<string, CachedView>()
      for (let i = 0; i < missing.length; i += 10_000) {
        const some = missing.slice(i, i + 10_000)
        const found = await runSafely(store.getDocuments({ name, generation, kind: 'view' }, some))
        if (E.isLeft(found)) return found
        for (const { key, data } of found.right) views.set(key, { view: data })
      }
      return E.right(views)
    }

    /** A view that its codec cannot decode is a failure of the event that needs it: never overwritten, never cast. */
    const decode = (key: string, cached: CachedView): E.Either<HandlerFailure, CachedView> => {
      const decoded = decodeDocument(codec, 'view', cached.view)
      if (E.isRight(decoded)) return E.right({ view: decoded.right })
      const why = `the stored view of ${JSON.stringify(key)} cannot be decoded by its codec: ${formatProblems(decoded.left)}`
      return E.left({ _tag: 'HandlerThrew', why, cause: decoded.left })
    }

    const encode = (key: string, { view }: CachedView): E.Either<HandlerFailure, DocumentChange> => {
      if (view === undefined) return E.right({ kind: 'view', key })
      const json = encodeDocument(codec, { kind: 'view', key }, view)
      return E.isLeft(json) ? json : E.right({ kind: 'view', key, data: json.right })
    }

    const encodeAll = (
      views: ReadonlyMap<string, CachedView>,
    ): E.Either<HandlerFailure, ReadonlyArray<DocumentChange>> =>
      E.traverseArray(([key, cached]: readonly [string, CachedView]) => encode(key, cached))([...views])

    const foldAll = (
      batch: ReadonlyArray<Delivery>,
      stored: ReadonlyMap<string, CachedView>,
      checkEach: boolean,
    ): FoldResult => {
      const views = new Map<string, CachedView>()
      const parked: Array<ParkRequest> = []
      const blocked = new Set<string>()
      let suspicious = false

      const current = (key: string): E.Either<HandlerFailure, CachedView> => {
        const known = views.get(key) ?? cache.get(key)
        if (known !== undefined) return E.right(known)
        const cached = stored.get(key)
        return cached === undefined ? E.right({ view: undefined }) : decode(key, cached)
      }

      const foldOne = ({ lane, content }: Delivery): E.Either<HandlerFailure, CachedView> => {
        if (E.isLeft(content)) return content
        const before = current(lane)
        if (E.isLeft(before)) return before
        let { view } = before.right
        let isStored = !views.has(lane)
        for (const event of content.right) {
          if (!checkEach && !isStored && view !== undefined) suspicious ||= looksInvalid(codec, view)
          const after = runPure(() => project(view, event, lane))
          if (E.isLeft(after)) return after
          view = after.right
          isStored = false
          const encoded = checkEach ? encode(lane, { view }) : E.right(undefined)
          if (E.isLeft(encoded)) return encoded
        }
        return E.right({ view })
      }

      for (const delivery of batch) {
        const { lane, event } = delivery
        if (blocked.has(lane)) {
          parked.push({ delivery, why: 'behind' })
          continue
        }
        const folded = foldOne(delivery)
        if (E.isRight(folded)) {
          views.set(lane, folded.right)
          continue
        }
        const verdict = verdictFor(policy, folded.left, event)
        if (verdict === 'stop') {
          // Folded again without this event: another lane of it may have been folded already, and the checkpoint will
          // be before it.
          const before = batch.filter((other) => other.event.position < event.position)
          const again = foldAll(before, stored, checkEach)
          return { ...again, suspicious: suspicious || again.suspicious, stop: { event, why: folded.left } }
        }
        if (verdict === 'skip') continue
        parked.push({ delivery, why: folded.left })
        blocked.add(lane)
      }
      return { views, parked, suspicious }
    }

    return {
      ...eventsOnly,
      handle: async (batch) => {
        const loaded = await load(new Set(batch.map(({ lane }) => lane)))
        if (E.isLeft(loaded)) return loaded
        const quick = foldAll(batch, loaded.right, false)
        const changes = quick.suspicious ? undefined : encodeAll(quick.views)
        // Some view cannot be stored: fold the batch again, step by step, to find the failing event.
        const folded = changes?._tag === 'Right' ? quick : foldAll(batch, loaded.right, true)
        const { views, parked, stop } = folded
        changed = views
        const final = changes?._tag === 'Right' ? changes : encodeAll(views)
        // Each was encoded a moment ago, so this codec is not deterministic.
        if (E.isLeft(final)) return E.right({ changes: [], parked: [], stop: { why: final.left } })
        return E.right({ changes: final.right, parked, ...(stop === undefined ? undefined : { stop }) })
      },
      committed: () => {
        for (const [key, cached] of changed) cache.set(key, cached)
        changed = new Map()
      },
    }
  }
