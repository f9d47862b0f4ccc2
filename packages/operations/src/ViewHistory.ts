import type { RecordedEvent } from '@foldlog/core'
import { rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import { EventDescription } from './EventDescription.ts'
import { categoriesOf, functionsOf, recordedOf } from './internal/projecting.ts'
import { type ScanOptions, scanLog } from './internal/readAll.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { DomainFunctionFailed, OperationError } from './OperationError.ts'

/**
 * An event that made a view, the view after it, and what it has changed.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewStep {
  readonly recorded: RecordedEvent
  readonly view: unknown
  readonly differences: ReadonlyArray<Difference>
}

/**
 * The history of a view: the last steps up to a moment, and the view then, `undefined` when there was none. `left` is
 * the number of earlier steps, which are left out; `before` is the view after them.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewHistory {
  readonly key: string
  readonly before: unknown
  readonly view: unknown
  readonly steps: ReadonlyArray<ViewStep>
  readonly left: number
}

/**
 * Up to which moment a view is folded: a position, or a time, at which every event that was recorded at or before it
 * counts. `count` is the maximum number of steps, 100 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewMoment extends Pick<ScanOptions, 'onProgress'> {
  readonly at?: number | Date | undefined
  readonly count?: number | undefined
}

/**
 * Folds one view from its events, up to a moment, by the code of this process: what it is made of, and what it was. It
 * reads the events of the sources once, and nothing that is stored of the view.
 *
 * @category destructors
 * @since 0.1.0
 */
const read =
  (domain: OperatedDomain, store: OperatedStore) =>
  (
    name: string,
    key: string,
    { at, count = 100, onProgress }: ViewMoment = {},
  ): TE.TaskEither<OperationError, ViewHistory> =>
  async () => {
    const found = OperatedDomain.projectionOf(domain, name)
    if (E.isLeft(found)) return found
    if (!Number.isSafeInteger(count) || count < 1 || count > 10_000)
      return rejectInput('count', 'must be an integer from 1 to 10000')
    if (at !== undefined && !Number.isSafeInteger(Number(at)))
      return rejectInput('at', 'must be a position or a valid date')
    const projection = found.right
    const { keysOf, project } = functionsOf(projection)
    const describe = EventDescription.of({ handlers: [projection] })
    const failed = (what: string, why: string): E.Either<DomainFunctionFailed, never> =>
      E.left({ _tag: 'DomainFunctionFailed', function: what, why })
    let view: unknown
    let before: unknown
    let left = 0
    const steps: Array<ViewStep> = []
    const scanned = await scanLog<OperationError>(
      store,
      {
        filter: { categories: categoriesOf(projection), ...projection.filter },
        to: typeof at === 'number' ? at : undefined,
        onProgress,
      },
      (recorded) => {
        if (at instanceof Date && recorded.recordedAt > at) return undefined
        const { decoding } = describe(recorded)
        // A handler parks it: the view does not have it.
        if (decoding._tag !== 'Decoded') return undefined
        for (const event of recordedOf(recorded, decoding.events)) {
          const keys = UserCode.run('key', () => keysOf(event))
          if (E.isLeft(keys)) return failed('key', keys.left.why)
          if (!keys.right.includes(key)) continue
          const next = UserCode.run('project', () => project(view, event, key))
          if (E.isLeft(next)) return failed('project', next.left.why)
          steps.push({ recorded, view: next.right, differences: Difference.between(view, next.right) })
          view = next.right
          if (steps.length > count) {
            before = steps.shift()?.view
            left++
          }
        }
        return undefined
      },
    )
    return E.isLeft(scanned) ? scanned : E.right({ key, before, view, steps, left })
  }

/**
 * Functions on {@link ViewHistory}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ViewHistory = { read } as const
