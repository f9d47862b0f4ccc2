import {
  type EventStore,
  type HandlerStore,
  type InlineStore,
  type InvalidInput,
  Logger,
  type LogTail,
  rejectInput,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, taskEither as TE } from 'fp-ts'
import { FailurePolicy } from './FailurePolicy.ts'
import { makeHandlerRuntime } from './HandlerRuntime.ts'
import type { UnknownHandler } from './HandlerRuntimeError.ts'
import type { AnyInlineProjection } from './InlineProjection.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { versionOf } from './internal/group/generationNumbers.ts'
import { inlineAppends } from './internal/inline/appends.ts'
import { type InlineFold, inlineFoldOf } from './internal/inline/fold.ts'
import { openNewest, retireOutdated } from './internal/inline/opening.ts'

/**
 * What inline projections are made of: a store, and the projections; `cache`, how many views are kept in memory (10,000 when absent); and `pause`, for how many
 * milliseconds appends wait at most when one is opened, at its first try (2,000).
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjectionsOptions<Store extends EventStore & LogTail & HandlerStore & InlineStore> {
  readonly store: Store
  readonly projections: ReadonlyArray<AnyInlineProjection>
  readonly cache?: number
  readonly pause?: number
  readonly logger?: Logger
}

/**
 * Projections whose views are written in the transaction of the append, so that whoever knows of an event finds it in them.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjections<Store> {
  /**
   * The store, whose appends write the views: give it to a dispatcher. An append of an event that a projection cannot fold, or whose view cannot be stored, is
   * `InvalidInput`, and so is the command. Before a projection is open, appends to its categories are `StoreUnavailable`.
   */
  readonly store: Store
  /**
   * Opens what is not open yet: builds the views from the log, then has appends to their categories wait for the rest, mostly for some milliseconds. Any number
   * of processes may call it. From then on every process that appends to these categories must bring the views, in the same version. An event that cannot be
   * folded is `InvalidInput`, and the projection stays closed.
   */
  readonly open: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  /** Builds the views of a projection anew beside those that are served and written; then they take over in one step, as in `open`. */
  readonly rebuild: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
  /**
   * Opens the generation again that was open, or served, before the one that is open now: it catches up from where it
   * was, then takes over in one step, as in `open`. It must have been made by this version of the projection. A second
   * call swaps the two again.
   */
  readonly rollBack: (name: string) => TE.TaskEither<UnknownHandler | InvalidInput | StoreUnavailable, void>
}

/**
 * Makes projections inline. Nothing is done before `open`, but that the store is looked at when something is appended.
 *
 * @category constructors
 * @since 0.1.0
 */
export const inlineProjections = <Store extends EventStore & LogTail & HandlerStore & InlineStore>({
  store,
  projections,
  cache = 10_000,
  pause = 2_000,
  ...options
}: InlineProjectionsOptions<Store>): InlineProjections<Store> => {
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const folds = projections.map((projection) => ({ projection, fold: inlineFoldOf(projection) }))
  const appends = inlineAppends({ store, folds: folds.map(({ fold }) => fold), cache })

  type Opened = E.Either<UnknownHandler | InvalidInput | StoreUnavailable, void>

  /**
   * Which generation is opened: the one that is there or is built for the first time, a new one, or the one that was
   * open before.
   */
  type GenerationChoice = 'newest' | 'another' | 'former'

  /** Cancels a rollback that was requested. */
  const cancelRollBack = async (name: string): Promise<Opened> => {
    const all = await runSafely(store.generations)
    if (E.isLeft(all)) return all
    const serving = all.right.find((one) => one.name === name && one.serves)
    return serving === undefined ? E.right(undefined) : E.map(() => undefined)(await runSafely(store.rollBack(serving)))
  }

  /** Builds with a runtime of its own, which stops at an event that it cannot handle: nothing may be missing in what is opened. */
  const build = async (projection: AnyInlineProjection, fold: InlineFold, which: GenerationChoice): Promise<Opened> => {
    const runtime = makeHandlerRuntime({
      store,
      handlers: [{ ...projection, onFailure: FailurePolicy.stop }],
      limits: { idleCommitInterval: 5, leaseTime: 3_000 },
    })
    const { name } = projection
    try {
      const started = await runtime.start()
      if (E.isLeft(started)) return started
      const begin = { newest: () => TE.right(undefined), another: runtime.rebuild, former: runtime.rollBack }[which]
      const begun = await begin(name)()
      if (E.isLeft(begun)) return begun
      const opened = await openNewest({ ...fold, store, pause })
      if (E.isLeft(opened)) {
        // A request that cannot be met would block every build.
        if (which === 'former') await cancelRollBack(name)
        return opened
      }
      logger.info('an inline projection is open', { name })
    } finally {
      await runtime.stop()
      appends.invalidate()
    }
    return retireOutdated(store, name)
  }

  const openOne = async (projection: AnyInlineProjection, fold: InlineFold): Promise<Opened> => {
    const found = await runSafely(store.inlineProjections)
    if (E.isLeft(found)) return found
    const own = found.right.find(({ name }) => name === fold.name)
    if (own === undefined || versionOf(own.generation) < fold.version) return build(projection, fold, 'newest')
    if (versionOf(own.generation) > fold.version)
      return rejectInput('projection', `a newer version of ${fold.name} is open: roll it back first`)
    return fold.categories.toSorted().join() === own.categories.toSorted().join()
      ? E.right(undefined)
      : rejectInput(
          'projection',
          `${fold.name} is open for ${own.categories.join(', ')}: other sources are another version`,
        )
  }

  const withProjection = async (
    name: string,
    body: (one: (typeof folds)[number]) => Promise<Opened>,
  ): Promise<Opened> => {
    const one = folds.find(({ fold }) => fold.name === name)
    return one === undefined
      ? E.left({ _tag: 'UnknownHandler', name, known: folds.map(({ fold }) => fold.name) })
      : body(one)
  }

  return {
    store: {
      ...store,
      appendAll: (all) => () => appends.append(all),
      append: (one) => async () => {
        const outcome = await appends.append([one])
        if (E.isLeft(outcome)) return outcome
        const [appended] = outcome.right
        // One append gives one result.
        return appended === undefined ? rejectInput('append', 'gave no result') : E.right(appended)
      },
    },
    open: async () => {
      for (const { projection, fold } of folds) {
        const opened = await openOne(projection, fold)
        if (E.isRight(opened)) continue
        return opened.left._tag === 'UnknownHandler' ? rejectInput('projection', 'is unknown') : E.left(opened.left)
      }
      return E.right(undefined)
    },
    rebuild: (name) => () => withProjection(name, ({ projection, fold }) => build(projection, fold, 'another')),
    rollBack: (name) => () =>
      withProjection(name, async ({ projection, fold }) => {
        const all = await runSafely(store.generations)
        if (E.isLeft(all)) return all
        const former = all.right.find(
          (one) => one.name === name && (one.role === 'previous' || one.role === 'returning'),
        )
        const version = versionOf(former?.generation ?? 0)
        // No process would work on it, and appends would be paused for nothing.
        return former !== undefined && version !== fold.version
          ? rejectInput(
              'projection',
              `${name} was open in version ${version} before: roll it back with that version of the code`,
            )
          : build(projection, fold, 'former')
      }),
  }
}
