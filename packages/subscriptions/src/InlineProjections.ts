import {
  type EventStore,
  type HandlerMismatch,
  type HandlerStore,
  type InlineStore,
  type InvalidInput,
  Logger,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { type HandlerRef, rejectInput } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { FailurePolicy } from './FailurePolicy.ts'
import { makeHandlerRuntime } from './HandlerRuntime.ts'
import type { UnknownHandler } from './HandlerRuntimeError.ts'
import type { AnyInlineProjection } from './InlineProjection.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { checkSources } from './internal/handlers/checkSources.ts'
import { definitionOf } from './internal/handlers/definitionOf.ts'
import { optionProblems } from './internal/handlers/handlerProblems.ts'
import { mismatchWith } from './internal/handlers/handlerShape.ts'
import { noDispatch } from './internal/handlers/noDispatch.ts'
import { inlineAppends } from './internal/inline/appends.ts'
import { type InlineFold, inlineFoldOf } from './internal/inline/fold.ts'
import { readInlineNumbers } from './internal/inline/inlineNumbers.ts'
import { openNewest, retireOutdated } from './internal/inline/opening.ts'
import { refusedInline } from './internal/inline/refused.ts'
import { versionOf } from './internal/membership/generationNumbers.ts'
import { makeViewIndexLoop } from './internal/views/viewIndexes.ts'

/**
 * Projections whose views are written in the transaction of the append, so that every reader that knows an event finds
 * it in the views.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjections<Store> {
  /**
   * The store, whose appends write the views: pass it to a dispatcher. When a projection cannot fold an appended event,
   * or its view cannot be stored, the append is `InvalidInput`, and so is the command. Before a projection is open,
   * appends to its categories are `StoreUnavailable`.
   */
  readonly store: Store
  /**
   * Opens every projection that is not open yet: builds its views from the log, then pauses appends to its categories
   * until it has caught up, usually for some milliseconds. Any number of processes may call it. From then on, every
   * process that appends to these categories must compute the views, with the same version of the projection. An event
   * that cannot be folded is `InvalidInput`, and the projection stays closed.
   */
  readonly open: TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * Rebuilds the views of a projection beside those that are served and written; they take over in one step, as in
   * `open`.
   */
  readonly rebuild: (
    name: string,
  ) => TE.TaskEither<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>
  /**
   * Opens the generation again that was open, or served, before the one that is open now. It catches up from where it
   * was, then takes over in one step, as in `open`. It must have been made by this version of the projection. A second
   * call swaps the two again.
   */
  readonly rollBack: (
    name: string,
  ) => TE.TaskEither<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>
}

/**
 * The options of inline projections: a store, and the projections. `cache` is the number of views that are kept in
 * memory (10,000 when absent). `pause` is the number of milliseconds that appends wait at most while a projection is
 * opened, at the first attempt (2,000 when absent). `open` refuses odd numbers.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjectionsOptions<Store extends EventStore & LogTail & HandlerStore & InlineStore> {
  readonly store: Store
  readonly projections: ReadonlyArray<AnyInlineProjection>
  readonly cache?: number | undefined
  readonly pause?: number | undefined
  readonly logger?: Logger | undefined
}

type Opened = E.Either<UnknownHandler | HandlerMismatch | InvalidInput | StoreUnavailable, void>

/** Cancels a requested rollback. */
const cancelRollBack = async (store: Pick<HandlerStore, 'generations' | 'rollBack'>, name: string): Promise<Opened> => {
  const all = await runSafely(store.generations)
  if (E.isLeft(all)) return all
  const serving = all.right.find((one) => one.name === name && one.serves)
  return serving === undefined ? E.right(undefined) : E.map(() => undefined)(await runSafely(store.rollBack(serving)))
}

/** Checks that a former generation is of this version: otherwise no process works on it, and appends wait in vain. */
const checkFormerVersion = async (
  store: Pick<HandlerStore, 'generations'>,
  { name, version }: InlineFold,
): Promise<Opened> => {
  const all = await runSafely(store.generations)
  if (E.isLeft(all)) return all
  const former = all.right.find((one) => one.name === name && (one.role === 'previous' || one.role === 'returning'))
  const before = versionOf(former?.generation ?? 0)
  if (former === undefined || before === version) return E.right(undefined)
  const how = 'roll it back with that version of the code'
  return rejectInput('projection', `${name} was open in version ${before} before: ${how}`)
}

/** Compares the open generation with the code. */
const checkOpened = async (
  store: Pick<HandlerStore, 'generations'>,
  projection: AnyInlineProjection,
  open: HandlerRef,
): Promise<Opened> => {
  const all = await runSafely(store.generations)
  if (E.isLeft(all)) return all
  const stored = all.right.find(({ name, generation }) => name === open.name && generation === open.generation)
  const mismatch = stored === undefined ? undefined : mismatchWith(definitionOf(projection, noDispatch), stored)
  return mismatch === undefined ? E.right(undefined) : E.left(mismatch)
}

const makeInline = <Store extends EventStore & LogTail & HandlerStore & InlineStore>({
  store,
  projections,
  ...options
}: InlineProjectionsOptions<Store>): InlineProjections<Store> => {
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const folds = projections.map((projection) => ({ projection, fold: inlineFoldOf(projection) }))
  const { checked, cache, pause } = readInlineNumbers(options)
  const appends = inlineAppends({ store, folds: folds.map(({ fold }) => fold), cache })

  /** The generation to open: the existing one (or a first build), a new one, or the one that was open before. */
  type GenerationChoice = 'newest' | 'another' | 'former'

  /**
   * Builds with a runtime of its own, which stops at an event that it cannot handle: an open projection must not miss
   * an event.
   */
  const build = async (projection: AnyInlineProjection, fold: InlineFold, which: GenerationChoice): Promise<Opened> => {
    const runtime = makeHandlerRuntime({
      store,
      handlers: [{ ...projection, onFailure: FailurePolicy.stop }],
      limits: { idleCommitInterval: 5, leaseTime: 3_000 },
    })
    const { name } = projection
    try {
      const started = E.isLeft(checked) ? checked : await runtime.start()
      if (E.isLeft(started)) return started
      const begin = { newest: () => TE.right(undefined), another: runtime.rebuild, former: runtime.rollBack }[which]
      const begun = await begin(name)()
      if (E.isLeft(begun)) return begun
      const opened = await openNewest({ ...fold, store, pause })
      if (E.isLeft(opened)) {
        // A request that cannot be fulfilled would block every build.
        if (which === 'former') await cancelRollBack(store, name)
        return opened
      }
      logger.info('inline projection opened', { handler: name })
    } finally {
      await runtime.stop()
      appends.invalidate()
    }
    return retireOutdated(store, name)
  }

  const openOne = async (projection: AnyInlineProjection, fold: InlineFold): Promise<Opened> => {
    if (E.isLeft(checked)) return checked
    const sources = checkSources(projection)
    if (E.isLeft(sources)) return sources
    const found = await runSafely(store.inlineProjections)
    if (E.isLeft(found)) return found
    const own = found.right.find(({ name }) => name === fold.name)
    if (own === undefined || versionOf(own.generation) < fold.version) return build(projection, fold, 'newest')
    if (versionOf(own.generation) > fold.version)
      return rejectInput('projection', `a newer version of ${fold.name} is open: roll it back first`)
    if (fold.categories.toSorted().join() !== own.categories.toSorted().join())
      return rejectInput(
        'projection',
        `${fold.name} is open for ${own.categories.join(', ')}: to change the sources, raise the version`,
      )
    return checkOpened(store, projection, own)
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
        // One append has one result.
        return appended === undefined ? rejectInput('append', 'returned no result') : E.right(appended)
      },
    },
    open: async () => {
      for (const { projection, fold } of folds) {
        const opened = await openOne(projection, fold)
        if (E.isRight(opened)) continue
        return opened.left._tag === 'UnknownHandler' ? rejectInput('projection', 'is unknown') : E.left(opened.left)
      }
      return E.right(makeViewIndexLoop({ store, handlers: projections, logger }).start())
    },
    rebuild: (name) => () => withProjection(name, ({ projection, fold }) => build(projection, fold, 'another')),
    rollBack: (name) => () =>
      withProjection(name, async ({ projection, fold }) => {
        const possible = await checkFormerVersion(store, fold)
        return E.isLeft(possible) ? possible : build(projection, fold, 'former')
      }),
  }
}

/**
 * Makes projections inline. Before `open`, it does nothing, except that each append reads which projections are open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeInlineProjections = <Store extends EventStore & LogTail & HandlerStore & InlineStore>(
  options: InlineProjectionsOptions<Store>,
): InlineProjections<Store> => {
  const [wrong] = optionProblems('projections', options)
  return wrong === undefined ? makeInline(options) : refusedInline(options?.store, wrong)
}
