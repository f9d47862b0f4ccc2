import type { AnyAggregate, AnyDecision, EventOfAggregate, StateOf } from '@foldlog/core'
import { either as E, function as F, type task as T, type taskEither as TE } from 'fp-ts'
import type { DispatchContext } from './DispatchContext.ts'
import type { DispatchError, LoadError, VersionNotFound } from './DispatchError.ts'
import type { CommandFor, DispatchedFor, ErrorFor } from './DispatchedFor.ts'
import type { DispatcherOptions } from './DispatcherOptions.ts'
import type { HistoryOptions, HistoryPage } from './HistoryPage.ts'
import type { InvalidDispatcher } from './InvalidDispatcher.ts'
import { makeErasedDispatcher } from './internal/ErasedDispatcher.ts'
import { optionProblems } from './internal/optionProblems.ts'
import { readNumbers } from './internal/readNumbers.ts'
import { routeCommands } from './internal/routeCommands.ts'
import type { Load } from './Load.ts'

/**
 * Runs deciders: finds the aggregate of a command, or the aggregates of a joint decision, loads the states, decides,
 * appends, and decides again after a version conflict.
 *
 * @category model
 * @since 0.1.0
 */
export interface Dispatcher<A extends AnyAggregate, D extends AnyDecision = never> {
  /**
   * Dispatches a command. Commands with a stream in common are handled in the order of their calls; waiting ones are
   * appended together. The left is an error of the domain, unchanged, or a {@link DispatchError}.
   */
  readonly dispatch: <C extends CommandFor<A, D>>(
    command: C,
    context?: DispatchContext,
  ) => TE.TaskEither<DispatchError | ErrorFor<A, D, C['type']>, DispatchedFor<A, D, C['type']>>
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
 * Builds a dispatcher, or returns the problems of its aggregates and decisions (two aggregates with one category, two
 * of either with one command type) and its settings.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeDispatcherEither = <
  const Aggregates extends ReadonlyArray<AnyAggregate>,
  const Decisions extends ReadonlyArray<AnyDecision> = readonly [],
>(
  options: DispatcherOptions<Aggregates, Decisions>,
): E.Either<InvalidDispatcher, Dispatcher<Aggregates[number], Decisions[number]>> => {
  const wrong = optionProblems(options)
  if (wrong.length > 0) return E.left({ _tag: 'InvalidDispatcher', problems: wrong })
  const { routes, problems: aggregateProblems } = routeCommands(options.aggregates, options.decisions ?? [])
  const numbers = readNumbers(options)
  const problems = [...aggregateProblems, ...(E.isLeft(numbers) ? numbers.left : [])]
  if (E.isLeft(numbers) || problems.length > 0) return E.left({ _tag: 'InvalidDispatcher', problems })
  const made = makeErasedDispatcher(routes, options, numbers.right)
  // Each command goes to its own aggregates, and so does each result: see `erase`.
  return E.right(made as unknown as Dispatcher<Aggregates[number], Decisions[number]>)
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
export const makeDispatcher = <
  const Aggregates extends ReadonlyArray<AnyAggregate>,
  const Decisions extends ReadonlyArray<AnyDecision> = readonly [],
>(
  options: DispatcherOptions<Aggregates, Decisions>,
): Dispatcher<Aggregates[number], Decisions[number]> =>
  F.pipe(
    makeDispatcherEither<Aggregates, Decisions>(options),
    E.getOrElse(({ problems }): Dispatcher<Aggregates[number], Decisions[number]> => {
      throw new Error(`Invalid dispatcher: ${problems.join('; ')}`)
    }),
  )
