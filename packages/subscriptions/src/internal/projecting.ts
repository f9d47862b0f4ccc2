import type { DocumentChange } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { AnyRecorded } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { ask } from './asking.ts'
import { attempt, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { isDoubtful, problemsText, readForm, storedForm } from './storedForm.ts'
import { noMore, type Parking, type Stop, type Work, type WorkTools } from './Work.ts'

export interface ProjectingOptions {
  readonly view: t.Mixed
  readonly project: (view: unknown, event: AnyRecorded, key: string) => unknown
  readonly policy: FailurePolicy
  /** How many views a partition keeps in memory. */
  readonly cache: number
}

/** A view that is there, or known not to be. */
interface Kept {
  readonly view: unknown
}

/** What a batch came to. */
interface Folded {
  readonly views: Map<string, Kept>
  readonly parked: ReadonlyArray<Parking>
  /** A view in between was not of its type. */
  readonly doubtful: boolean
  readonly stop?: Stop
}

/**
 * The work of a projection: the events of a batch are folded in memory, and the views that came of it leave with the checkpoint, in one commit. While
 * the lease lasts nobody else writes these views, so what is kept in memory is what is stored; a commit that is fenced ends the partition, and the
 * memory with it.
 *
 * Every view that is stored was encoded and decoded again. A view between two events of one batch is not stored; it
 * must nevertheless be of its type (`is` of its codec), so that the outcome does not depend on where a batch ends. See
 * docs/decisions/0021.
 */
export const projectingWork =
  ({ view: codec, project, policy, cache: size }: ProjectingOptions) =>
  ({ store, partition: { name, generation } }: WorkTools): Work => {
    const cache = new LRUCache<string, Kept>({ max: size })
    let changed = new Map<string, Kept>()

    const load = async (keys: Iterable<string>) => {
      const missing = [...keys].filter((key) => !cache.has(key))
      const views = new Map<string, Kept>()
      for (let i = 0; i < missing.length; i += 10_000) {
        const some = missing.slice(i, i + 10_000)
        const found = await ask(store.getDocuments({ name, generation, kind: 'view' }, some))
        if (E.isLeft(found)) return found
        for (const { key, data } of found.right) views.set(key, { view: data })
      }
      return E.right(views)
    }

    /** A view that its codec does not know is a failure of the event that needed it: never overwritten, never cast. */
    const decode = (key: string, kept: Kept): E.Either<HandlingFailure, Kept> => {
      const decoded = readForm(codec, 'view', kept.view)
      if (E.isRight(decoded)) return E.right({ view: decoded.right })
      const why = `the stored view of ${JSON.stringify(key)} is not what its codec knows: ${problemsText(decoded.left)}`
      return E.left({ _tag: 'HandlerThrew', why, cause: decoded.left })
    }

    const encode = (key: string, { view }: Kept): E.Either<HandlingFailure, DocumentChange> => {
      if (view === undefined) return E.right({ kind: 'view', key })
      const form = storedForm(codec, { kind: 'view', key }, view)
      return E.isLeft(form) ? form : E.right({ kind: 'view', key, data: form.right })
    }

    const encodeAll = (views: ReadonlyMap<string, Kept>): E.Either<HandlingFailure, ReadonlyArray<DocumentChange>> =>
      E.traverseArray(([key, kept]: readonly [string, Kept]) => encode(key, kept))([...views])

    const foldAll = (batch: ReadonlyArray<Delivery>, stored: ReadonlyMap<string, Kept>, careful: boolean): Folded => {
      const views = new Map<string, Kept>()
      const parked: Array<Parking> = []
      const blocked = new Set<string>()
      let doubtful = false

      const current = (key: string): E.Either<HandlingFailure, Kept> => {
        const known = views.get(key) ?? cache.get(key)
        if (known !== undefined) return E.right(known)
        const kept = stored.get(key)
        return kept === undefined ? E.right({ view: undefined }) : decode(key, kept)
      }

      const foldOne = ({ lane, content }: Delivery): E.Either<HandlingFailure, Kept> => {
        if (E.isLeft(content)) return content
        const before = current(lane)
        if (E.isLeft(before)) return before
        let { view } = before.right
        let isStored = !views.has(lane)
        for (const event of content.right) {
          if (!careful && !isStored && view !== undefined) doubtful ||= isDoubtful(codec, view)
          const after = attempt(() => project(view, event, lane))
          if (E.isLeft(after)) return after
          view = after.right
          isStored = false
          const encoded = careful ? encode(lane, { view }) : E.right(undefined)
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
        const verdict = verdictOn(policy, folded.left, event)
        if (verdict === 'stop') {
          // Folded anew without this event: another lane of it may have been folded already, and the checkpoint will stand before it.
          const before = batch.filter((other) => other.event.position < event.position)
          const again = foldAll(before, stored, careful)
          return { ...again, doubtful: doubtful || again.doubtful, stop: { event, why: folded.left } }
        }
        if (verdict === 'skip') continue
        parked.push({ delivery, why: folded.left })
        blocked.add(lane)
      }
      return { views, parked, doubtful }
    }

    return {
      ...noMore,
      handle: async (batch) => {
        const loaded = await load(new Set(batch.map(({ lane }) => lane)))
        if (E.isLeft(loaded)) return loaded
        const quick = foldAll(batch, loaded.right, false)
        const changes = quick.doubtful ? undefined : encodeAll(quick.views)
        // Some view cannot be stored: folded once more, step by step, to find the event to blame.
        const folded = changes?._tag === 'Right' ? quick : foldAll(batch, loaded.right, true)
        const { views, parked, stop } = folded
        changed = views
        const final = changes?._tag === 'Right' ? changes : encodeAll(views)
        // Each was encoded a moment ago, so this codec says now one thing, now another.
        if (E.isLeft(final)) return E.right({ changes: [], parked: [], stop: { why: final.left } })
        return E.right({ changes: final.right, parked, ...(stop === undefined ? undefined : { stop }) })
      },
      committed: () => {
        for (const [key, kept] of changed) cache.set(key, kept)
        changed = new Map()
      },
    }
  }
