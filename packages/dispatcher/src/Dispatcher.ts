import { either as E, function as F, type task as T, type taskEither as TE } from 'fp-ts'
import type {
  AggregateFor,
  AnyAggregate,
  CommandOfAggregate,
  ErrorOf,
  EventOfAggregate,
  StateOf,
} from './AnyAggregate.ts'
import type { DispatchContext } from './DispatchContext.ts'
import type { DispatchError, LoadError, VersionNotFound } from './DispatchError.ts'
import type { Dispatched } from './Dispatched.ts'
import type { DispatcherOptions } from './DispatcherOptions.ts'
import type { HistoryOptions, HistoryPage } from './HistoryPage.ts'
import type { InvalidDispatcher } from './InvalidDispatcher.ts'
import { makeErasedDispatcher } from './internal/ErasedDispatcher.ts'
import { optionProblems } from './internal/optionProblems.ts'
import { readNumbers } from './internal/readNumbers.ts'
import { routeCommands } from './internal/routeCommands.ts'
import type { Load } from './Load.ts'

/**
 * Runs deciders: finds the aggregate of a command, loads its state, decides, appends, and decides again after a version
 * conflict.
 *
 * @category model
 * @since 0.1.0
 */
export interface Dispatcher<A extends AnyAggregate> {
  /**
   * Dispatches a command. Commands for one stream are handled in the order of their calls; waiting ones are appended
   * together. The left is an error of the domain, unchanged, or a {@link DispatchError}.
   */
  readonly dispatch: <C extends CommandOfAggregate<A>>(
    command: C,
    context?: DispatchContext,
  ) => TE.TaskEither<
    DispatchError | ErrorOf<AggregateFor<A, C['type']>>,
    Dispatched<EventOfAggregate<AggregateFor<A, C['type']>>>
  >
  /** Loads the current state of an aggregate, or its state at a version or a time in the past. */
  readonly load: Load<A>
  /**
   * Reads the history of an aggregate, page by page: each stored event, what it means now, and the state after it.
   * Nothing of it is cached. `VersionNotFound` when the stream is shorter than `after`, or was rewound since.
   */
  readonly history: <B extends A>(
    aggregate: B,
    id: string,
    options?: HistoryOptions<StateOf<B>>,
  ) => TE.TaskEither<LoadError | VersionNotFound, HistoryPage<EventOfAggregate<B>, StateOf<B>>>
  /** Accepts no more commands, and finishes those it has and the snapshots in progress. The store stays open. */
  readonly stop: T.Task<void>
}

/**
 * Builds a dispatcher, or returns the problems of its aggregates (two with one category, or with one command type) and
 * its settings.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeDispatcherEither = <const Aggregates extends ReadonlyArray<AnyAggregate>>(
  options: DispatcherOptions<Aggregates>,
): E.Either<InvalidDispatcher, Dispatcher<Aggregates[number]>> => {
  const wrong = optionProblems(options)
  if (wrong.length > 0) return E.left({ _tag: 'InvalidDispatcher', problems: wrong })
  const { routes, problems: aggregateProblems } = routeCommands(options.aggregates)
  const numbers = readNumbers(options)
  const problems = [...aggregateProblems, ...(E.isLeft(numbers) ? numbers.left : [])]
  if (E.isLeft(numbers) || problems.length > 0) return E.left({ _tag: 'InvalidDispatcher', problems })
  // Each command goes to its own aggregate, and so does each result: see `erase`.
  return E.right(makeErasedDispatcher(routes, options, numbers.right) as unknown as Dispatcher<Aggregates[number]>)
}

/**
 * Makes a dispatcher. Conflicting aggregates and invalid settings are mistakes in the program, so this function throws
 * at once; {@link makeDispatcherEither} returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Aggregate, EventCodec } from '@foldlog/core'
 * import { makeDispatcher } from '@foldlog/dispatcher'
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const counter = Aggregate.make({
 *   category: 'counter',
 *   commands: ['Count'],
 *   id: (_: { readonly type: 'Count'; readonly data: null }) => 'a',
 *   decider: {
 *     initialState: 0,
 *     evolve: (count: number) => count + 1,
 *     decide: () => E.right([{ type: 'Counted' as const, data: {} }]),
 *   },
 *   events: EventCodec.make({ Counted: t.strict({}) }),
 * })
 *
 * const { dispatch, load } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
 * await dispatch({ type: 'Count', data: null }, { commandId: 'request-1' })()
 * await dispatch({ type: 'Count', data: null }, { commandId: 'request-1' })() // the same: it is done once
 * console.log(await load(counter, 'a')())
 * ```
 *
 * ```text
 * {
 *   _tag: 'Right',
 *   right: { stream: 'counter-a', state: 1, version: 1, history: 'memory-1' }
 * }
 * ```
 */
export const makeDispatcher = <const Aggregates extends ReadonlyArray<AnyAggregate>>(
  options: DispatcherOptions<Aggregates>,
): Dispatcher<Aggregates[number]> =>
  F.pipe(
    makeDispatcherEither(options),
    E.getOrElse(({ problems }): Dispatcher<Aggregates[number]> => {
      throw new Error(`Invalid dispatcher: ${problems.join('; ')}`)
    }),
  )
