import type { RecordedEvent, StoreUnavailable } from '@foldlog/core'
import { type HandlerDocument, rejectInput, UserCode } from '@foldlog/core/store'
import type { AnyProjection } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import { EventDescription } from './EventDescription.ts'
import { categoriesOf, functionsOf, recordedOf } from './internal/projecting.ts'
import { type ScanOptions, scanLog } from './internal/readAll.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * A stored view beside the fold of its events: `stored` and `folded` are JSON, `undefined` for none. `events` are the
 * positions of the events that made it, at most 1,000. `problem` says why it could not be folded.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewCheck {
  readonly key: string
  readonly stored: unknown
  readonly folded: unknown
  readonly differences: ReadonlyArray<Difference>
  readonly events: ReadonlyArray<number>
  readonly problem: string | null
}

/**
 * The check of some views of a projection: all events up to `position`, its checkpoint, were folded. `changed` is the
 * number of views that were left out because they were written meanwhile.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewChecks {
  readonly handler: string
  readonly generation: number
  readonly position: number
  readonly checked: ReadonlyArray<ViewCheck>
  readonly changed: number
}

/**
 * Which views are checked: those with these keys, or the first `sample` ones (100 when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewSelection extends Pick<ScanOptions, 'onProgress'> {
  readonly keys?: ReadonlyArray<string> | undefined
  readonly sample?: number | undefined
  readonly generation?: number | undefined
}

interface Fold {
  view: unknown
  readonly positions: Array<number>
  problem: string | null
}

/** Folds one event into the views that are checked. A view that fails stays as it was before. */
const foldInto = (projection: AnyProjection, folds: ReadonlyMap<string, Fold>) => {
  const { keysOf, project } = functionsOf(projection)
  const describe = EventDescription.of({ handlers: [projection] })
  return (recorded: RecordedEvent): void => {
    const { decoding } = describe(recorded)
    if (decoding._tag !== 'Decoded') return
    for (const event of recordedOf(recorded, decoding.events)) {
      const keys = UserCode.run('key', () => new Set(keysOf(event)))
      if (E.isLeft(keys)) continue
      for (const key of keys.right) {
        const fold = folds.get(key)
        if (fold === undefined || fold.problem !== null) continue
        const next = UserCode.run('project', () => project(fold.view, event, key))
        if (E.isLeft(next)) fold.problem = `project failed at position ${recorded.position}: ${next.left.why}`
        else fold.view = next.right
        if (fold.positions.length < 1_000) fold.positions.push(recorded.position)
      }
    }
  }
}

const encode = (projection: AnyProjection, view: unknown): unknown => {
  if (view === undefined) return undefined
  const json = UserCode.run('encode', (): unknown => JSON.parse(JSON.stringify(projection.view.encode(view))))
  return E.isRight(json) ? json.right : undefined
}

const select = async (
  store: OperatedStore,
  name: string,
  { keys, sample = 100, generation }: ViewSelection,
): Promise<
  E.Either<OperationError, { generation: number; position: number; documents: ReadonlyArray<HandlerDocument> }>
> => {
  const page = await store.listDocuments({ name, generation, kind: 'view', count: keys === undefined ? sample : 1 })()
  // Generation 0: the handler has never run, and has no views.
  if (E.isLeft(page) || keys === undefined || page.right.generation === 0) return page
  const found = await store.getDocuments({ name, generation: page.right.generation, kind: 'view' }, keys)()
  return E.isLeft(found) ? found : E.right({ ...page.right, documents: found.right })
}

/**
 * Compares stored views with the fold of their events, by the code of this process. It reads the events of the sources
 * once, from the beginning of the handler up to its checkpoint. Views that are written meanwhile are left out, because
 * they have later events. A handler with a lane that retries is `InvalidInput`: its views may be beyond its checkpoint.
 *
 * @category destructors
 * @since 0.1.0
 */
const run =
  (domain: OperatedDomain, store: OperatedStore) =>
  (name: string, selection: ViewSelection = {}): TE.TaskEither<OperationError, ViewChecks> =>
  async () => {
    const found = OperatedDomain.projectionOf(domain, name)
    if (E.isLeft(found)) return found
    const projection = found.right
    if (projection.start !== undefined && projection.start !== 'origin')
      return rejectInput('handler', 'begins behind the origin, so its views are not the fold of all events')
    const before = await select(store, name, selection)
    if (E.isLeft(before)) return before
    const { generation, position, documents } = before.right
    if (generation === 0) return E.right({ handler: name, generation, position, checked: [], changed: 0 })
    const ahead = await store.listDocuments({ name, generation, kind: 'gaps', count: 1 })()
    if (E.isLeft(ahead)) return ahead
    if (ahead.right.documents.length > 0)
      return rejectInput('handler', 'has handled events beyond its checkpoint while a lane retries: check it later')
    const keys = selection.keys ?? documents.map(({ key }) => key)
    const folds = new Map(keys.map((key): [string, Fold] => [key, { view: undefined, positions: [], problem: null }]))
    const add = foldInto(projection, folds)
    const scanned = await scanLog<StoreUnavailable>(
      store,
      {
        filter: { categories: categoriesOf(projection), ...projection.filter },
        to: position,
        onProgress: selection.onProgress,
      },
      (event) => {
        add(event)
        return undefined
      },
    )
    if (E.isLeft(scanned)) return scanned
    const after = await store.getDocuments({ name, generation, kind: 'view' }, keys)()
    if (E.isLeft(after)) return after
    const stored = new Map(documents.map((one) => [one.key, one]))
    const now = new Map(after.right.map((one) => [one.key, one]))
    const isUnchanged = (key: string): boolean => {
      const [old, current] = [stored.get(key), now.get(key)]
      return old?.position === current?.position && (old?.position ?? 0) <= position
    }
    const unchanged = keys.filter(isUnchanged)
    const checked = unchanged.flatMap((key): ReadonlyArray<ViewCheck> => {
      const fold = folds.get(key)
      if (fold === undefined) return []
      const [data, folded] = [stored.get(key)?.data, encode(projection, fold.view)]
      const { positions: events, problem } = fold
      return [{ key, stored: data, folded, differences: Difference.between(data, folded), events, problem }]
    })
    return E.right({ handler: name, generation, position, checked, changed: keys.length - unchanged.length })
  }

/**
 * Functions on {@link ViewCheck}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ViewCheck = { run } as const
