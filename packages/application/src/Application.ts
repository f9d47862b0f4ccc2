import type { AbortSignalLike, AnyAggregate, AnyDecision } from '@foldlog/core'
import type { Dispatcher } from '@foldlog/dispatcher'
import type { AnyHandler, HandlerRuntime, Views } from '@foldlog/subscriptions'
import { either as E, function as F, type io as IO, type task as T, type taskEither as TE } from 'fp-ts'
import type { ApplicationOptions, ApplicationStore } from './ApplicationOptions.ts'
import type { HandlerOperations } from './HandlerOperations.ts'
import type { Health } from './Health.ts'
import type { InvalidApplication } from './InvalidApplication.ts'
import type { AnyOptions } from './internal/problems.ts'
import { wire } from './internal/wire.ts'
import type { Serving } from './Serving.ts'
import type { StartError } from './StartError.ts'

/**
 * An application: a dispatcher and a handler runtime on one store, wired to each other.
 *
 * @category model
 * @since 0.1.0
 */
export interface Application<A extends AnyAggregate, Store extends ApplicationStore, D extends AnyDecision = never> {
  /**
   * Dispatches a command, as a {@link Dispatcher} does; `awaitHandlers` works. It does not need a start, unless there
   * are inline projections. After a call of `stop`, a command ends with `DispatcherStopped`.
   */
  readonly dispatch: Dispatcher<A, D>['dispatch']
  /** Loads the state of an aggregate, now or in the past. */
  readonly load: Dispatcher<A>['load']
  /** Reads the history of an aggregate. */
  readonly history: Dispatcher<A>['history']
  /** Reads the views of a projection, which may run in any process. */
  readonly views: <View, Stored>(projection: Parameters<typeof Views.make<View, Stored>>[0]) => Views<View, Stored>
  /** Waits until handlers have handled every event up to a position. */
  readonly waitFor: HandlerRuntime['waitFor']
  /** Reads the settled position of the store: no event will appear at or below it any more. */
  readonly settledPosition: ApplicationStore['settledPosition']
  /** The status of all handlers in the store, in every process. */
  readonly status: HandlerRuntime['status']
  /** Whether the application is live and ready, and why it is not. It never takes longer than `limits.health`. */
  readonly health: T.Task<Health>
  /**
   * Whether a supervisor should keep the process: true until the application has stopped. It does not call the store.
   */
  readonly isLive: IO.IO<boolean>
  /** Operations on handlers: rebuild, roll back, remove and others. */
  readonly operations: HandlerOperations
  /** The store that the application uses. With inline projections, its appends write their views. */
  readonly store: Store
  /**
   * Opens the inline projections and starts the handlers. Without either, it checks that the store answers. When it
   * fails, nothing runs, and it may be called again.
   */
  readonly start: TE.TaskEither<StartError, void>
  /**
   * Ends what the application has started, in this order: it takes no more commands, lets those in flight end, stops
   * the handlers, then the dispatcher, and runs `release`. The store stays open unless `release` ends it. It may be
   * called at any time, also during `start` and more than once.
   */
  readonly stop: T.Task<void>
  /**
   * Starts, serves until the signal aborts or `stop` is called, and stops. `serve` is run after the start, and what it
   * returns is stopped before everything else. Ends with the error of `start` or of `serve`, when everything has
   * stopped. A signal that has aborted already starts nothing.
   */
  readonly run: <Err = never>(
    signal: AbortSignalLike,
    serve?: TE.TaskEither<Err, Serving>,
  ) => TE.TaskEither<StartError | Err, void>
}

/**
 * Makes an application, or returns all problems of its parts. Nothing runs before `start` or `run`; commands may be
 * dispatched at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeApplicationEither = <
  Store extends ApplicationStore,
  const Aggregates extends ReadonlyArray<AnyAggregate>,
  const Handlers extends ReadonlyArray<AnyHandler> = readonly [],
  const Decisions extends ReadonlyArray<AnyDecision> = readonly [],
>(
  options: ApplicationOptions<Aggregates, Handlers, Store, Decisions>,
): E.Either<InvalidApplication, Application<Aggregates[number], Store, Decisions[number]>> => {
  // The types of options and result belong together: each command goes to its own aggregate, and so does each result.
  const wired = wire(options as unknown as AnyOptions)
  // The store is that of the options, or the same with other appends.
  return wired as unknown as E.Either<InvalidApplication, Application<Aggregates[number], Store, Decisions[number]>>
}

/**
 * Makes an application. Parts that do not fit together are mistakes in the program, so this function throws at once,
 * with all problems; {@link makeApplicationEither} returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeApplication = <
  Store extends ApplicationStore,
  const Aggregates extends ReadonlyArray<AnyAggregate>,
  const Handlers extends ReadonlyArray<AnyHandler> = readonly [],
  const Decisions extends ReadonlyArray<AnyDecision> = readonly [],
>(
  options: ApplicationOptions<Aggregates, Handlers, Store, Decisions>,
): Application<Aggregates[number], Store, Decisions[number]> =>
  F.pipe(
    makeApplicationEither<Store, Aggregates, Handlers, Decisions>(options),
    E.getOrElse(({ problems }): Application<Aggregates[number], Store, Decisions[number]> => {
      throw new Error(`Invalid application: ${problems.join('; ')}`)
    }),
  )
