import type { HandlerStore, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import type { ViewIndex } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type BackgroundLoop, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'
import { withTimeout } from '../async/withTimeout.ts'
import { pathOf } from './viewConditions.ts'

/** A projection, as far as its indexes go. */
export interface IndexedProjection {
  readonly name: string
  readonly indexes?: ReadonlyArray<string | ReadonlyArray<string>> | undefined
}

/** The fields of each index: one, or several. */
export const indexesOf = ({ indexes = [] }: IndexedProjection): ReadonlyArray<ViewIndex> =>
  indexes.map((index) => (typeof index === 'string' ? [pathOf(index)] : index.map(pathOf)))

/** A handler; of those that are no projections, nothing is declared. */
type IndexedHandler = { readonly _tag: string; readonly name: string } & Pick<IndexedProjection, 'indexes'>

export interface ViewIndexLoopOptions {
  readonly store: Pick<HandlerStore, 'declareIndexes' | 'createIndexes'>
  readonly handlers: ReadonlyArray<IndexedHandler>
  readonly logger: Logger
}

/** Milliseconds until it is tried again while another process creates indexes. */
const busyInterval = 5_000

/**
 * Declares the indexes of projections, and has the store create them in the background: queries are right without them,
 * only slower. A role that may not create them is no failure of the runtime; the log says what is missing. A stop does
 * not wait for an index, which may take minutes.
 */
export const makeViewIndexLoop = ({ store, handlers, logger }: ViewIndexLoopOptions): BackgroundLoop => {
  const projections = handlers.filter(({ _tag }) => _tag === 'Projection')
  const declareAll = async (): Promise<E.Either<InvalidInput | StoreUnavailable, void>> => {
    for (const projection of projections) {
      const declared = await runSafely(store.declareIndexes(projection.name, indexesOf(projection)))
      if (E.isLeft(declared)) return declared
    }
    return E.right(undefined)
  }
  const failed = (why: InvalidInput | StoreUnavailable) => {
    logger.warn('the indexes of views cannot be created', { why })
    return why._tag === 'StoreUnavailable' && why.retryable ? 'failed' : Number.POSITIVE_INFINITY
  }
  const loop: BackgroundLoop = makeBackgroundLoop({
    onThrown: (cause) => logger.warn('the indexes of views cannot be created', { why: cause }),
    step: async () => {
      if (projections.length === 0) return Number.POSITIVE_INFINITY
      const declared = await declareAll()
      if (E.isLeft(declared)) return failed(declared.left)
      const changes = await withTimeout(Number.POSITIVE_INFINITY, runSafely(store.createIndexes), loop.signal)
      if (changes === undefined) return Number.POSITIVE_INFINITY
      if (E.isLeft(changes)) return failed(changes.left)
      const { made, missing, busy } = changes.right
      if (made.length > 0) logger.info('indexes of views created', { made })
      if (missing.length > 0)
        logger.warn('indexes of views are missing: the owner of the schema creates them', { missing })
      return busy ? busyInterval : Number.POSITIVE_INFINITY
    },
  })
  return loop
}
