import {
  type Clock,
  type Command,
  type EventStore,
  ExpectedVersion,
  type InvalidInput,
  Logger,
  LogPosition,
  type SnapshotStore,
  StreamName,
  Tracer,
  type WaitForHandlers,
} from '@foldlog/core'
import { Limits, rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, function as F, type io as IO, type task as T, taskEither as TE } from 'fp-ts'
import type { RetryPolicy } from 'retry-ts'
import type {
  AggregateFor,
  AnyAggregate,
  CommandOf,
  EnvOf,
  ErrorOf,
  EventOfAggregate,
  StateOf,
} from './AnyAggregate.ts'
import type { DispatchContext } from './DispatchContext.ts'
import type { DispatchError, DomainCodeFailed, LoadError } from './DispatchError.ts'
import type { Dispatched } from './Dispatched.ts'
import { makeCommandQueue } from './internal/CommandQueue.ts'
import { conflictRetryPolicy } from './internal/conflictRetryPolicy.ts'
import { type ErasedAggregate, erase, routeCommands } from './internal/ErasedAggregate.ts'
import { makeHandlerWait } from './internal/HandlerWait.ts'
import type { CommandOutcome } from './internal/PendingCommand.ts'
import { makeStateCache } from './internal/StateCache.ts'
import { makeStreamResolver, maxResolutions, resolutionFailed } from './internal/StreamResolver.ts'
import { runUserCode } from './internal/userCode.ts'
import { validateLimits } from './internal/validateLimits.ts'
import type { Loaded } from './Loaded.ts'

/**
 * The limits of a dispatcher.
 *
 * @category model
 * @since 0.1.0
 */
export interface DispatcherLimits {
  /** Maximum number of commands decided and appended together; 256 when absent. */
  readonly batchSize: number
  /** Maximum number of commands waiting or in progress, over all streams; 10,000 when absent. */
  readonly maxWaiting: number
  /** Maximum duration of an effectful decision, in milliseconds; 30,000 when absent. */
  readonly effectTimeout: number
}

interface BaseOptions<Aggregates extends ReadonlyArray<AnyAggregate>> {
  readonly store: EventStore
  readonly aggregates: Aggregates
  /** The store of snapshots, for aggregates with a policy. Without it, streams are folded from their beginning. */
  readonly snapshots?: SnapshotStore
  /** Maximum number of states in memory (least recently used ones are dropped); 10,000 when absent. */
  readonly cache?: number
  /**
   * The retries after a version conflict, a policy of `retry-ts`; 100 attempts with growing, random delays when absent.
   */
  readonly retry?: RetryPolicy
  readonly limits?: Partial<DispatcherLimits>
  /** For the ids of commands without an id from the caller. */
  readonly clock?: Clock
  readonly random?: IO.IO<number>
  readonly logger?: Logger
  /** Implements `awaitHandlers` of a context: a handler runtime offers this function. */
  readonly waitFor?: WaitForHandlers
  /** Wraps every dispatch in a span `foldlog.dispatch`, with its command, stream, and the ids of its context. */
  readonly tracer?: Tracer
}

/**
 * The options of a dispatcher: a store and aggregates; also `env`, when an effectful decision needs one.
 *
 * @category model
 * @since 0.1.0
 */
export type DispatcherOptions<Aggregates extends ReadonlyArray<AnyAggregate>> = BaseOptions<Aggregates> &
  (unknown extends EnvOf<Aggregates[number]> ? { readonly env?: unknown } : { readonly env: EnvOf<Aggregates[number]> })

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
  readonly dispatch: <C extends CommandOf<A>>(
    command: C,
    context?: DispatchContext,
  ) => TE.TaskEither<
    DispatchError | ErrorOf<AggregateFor<A, C['type']>>,
    Dispatched<EventOfAggregate<AggregateFor<A, C['type']>>>
  >
  /** Loads the current state of an aggregate, in at least one round trip. */
  readonly load: <B extends A>(aggregate: B, id: string) => TE.TaskEither<LoadError, Loaded<StateOf<B>>>
  /** Accepts no more commands, and finishes those it has and the snapshots in progress. The store stays open. */
  readonly stop: T.Task<void>
}

/**
 * Aggregates that conflict with each other, or invalid settings. Each problem is a sentence.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidDispatcher {
  readonly _tag: 'InvalidDispatcher'
  readonly problems: ReadonlyArray<string>
}

const streamOf = (
  aggregate: ErasedAggregate,
  command: Command,
): E.Either<DomainCodeFailed | InvalidInput, StreamName> => {
  const id = runUserCode(command.type, () => aggregate.id(command))
  return E.isLeft(id) ? id : StreamName.make(aggregate.category, id.right)
}

const checkCommandId = (id: string | undefined): E.Either<InvalidInput, void> =>
  id === undefined || (typeof id === 'string' && id !== '' && id.length <= Limits.messageId)
    ? E.right(undefined)
    : rejectInput('commandId', `must be a text of 1 to ${Limits.messageId} characters`)

const checkExpected = (expected: ExpectedVersion | undefined): E.Either<InvalidInput, void> =>
  expected === undefined || ExpectedVersion.is(expected)
    ? E.right(undefined)
    : rejectInput('expected', "must be 'any', 'noStream', 'streamExists' or an integer from 0 up")

const checkHistory = ({ history }: DispatchContext): E.Either<InvalidInput, unknown> =>
  history === undefined ? E.right(undefined) : LogPosition.checkHistory(history)

const attributesOf = (
  { type }: Command,
  stream: StreamName,
  { commandId, correlationId, causationId }: DispatchContext,
): Readonly<Record<string, string>> => ({
  command: type,
  stream,
  ...(commandId === undefined ? undefined : { commandId }),
  ...(correlationId === undefined ? undefined : { correlationId }),
  ...(causationId === undefined ? undefined : { causationId }),
})

const makeFor = <A extends AnyAggregate>(
  routes: ReadonlyMap<string, ErasedAggregate>,
  settings: BaseOptions<ReadonlyArray<A>> & { readonly env?: unknown },
): Dispatcher<A> => {
  const { store, snapshots, cache = 10_000, env, tracer = Tracer.silent } = settings
  const logger = Logger.safe(settings.logger ?? Logger.silent)
  const { clock = Date.now, random = Math.random, retry = conflictRetryPolicy(random) } = settings
  const { batchSize = 256, maxWaiting = 10_000, effectTimeout = 30_000 } = settings.limits ?? {}
  const states = makeStateCache({ store, snapshots, size: cache, logger })
  const effects = { env, timeout: effectTimeout }
  const resolver = makeStreamResolver(store, cache)
  const queue = makeCommandQueue({ store, states, effects, retry, logger }, resolver, {
    batchSize,
    maxWaiting,
    clock,
    random,
  })
  const handlerWait = makeHandlerWait(settings.waitFor)

  const dispatch = (command: Command, context: DispatchContext = {}): T.Task<CommandOutcome> => {
    // Commands come from outside, so their values may violate the types.
    const type = String(command?.type)
    const aggregate = routes.get(type)
    if (aggregate === undefined) return TE.left({ _tag: 'UnknownCommand', type, known: [...routes.keys()] })
    // No turn of the event loop before `enqueue`: commands are queued in the order of their calls, and `stop` covers
    // those called before it.
    return () => {
      // Written step by step: every command passes through here.
      const identified = checkCommandId(context.commandId)
      const checked = E.isLeft(identified) ? identified : checkExpected(context.expected)
      const known = E.isLeft(checked) ? checked : checkHistory(context)
      const awaitable = E.isLeft(known) ? known : handlerWait.check(context)
      const stream = E.isLeft(awaitable) ? awaitable : streamOf(aggregate, command)
      if (E.isLeft(stream)) return Promise.resolve(stream)
      const work = handlerWait.waitAfter(context, () => queue.enqueue(aggregate, stream.right, command, context))
      return tracer.span('foldlog.dispatch', attributesOf(command, stream.right, context), work)()
    }
  }

  const load = (aggregate: AnyAggregate, id: string): TE.TaskEither<LoadError, Loaded<unknown>> => {
    const erased = erase(aggregate)
    return async () => {
      const name = StreamName.make(aggregate.category, id)
      if (E.isLeft(name)) return name
      try {
        for (let attempts = 0; attempts < maxResolutions; attempts++) {
          const resolved = await resolver.resolve(erased, name.right)
          if (E.isLeft(resolved)) return resolved
          const { stream, found } = resolved.right
          const loaded = await states.load(erased, stream, states.cached(stream))
          if (E.isLeft(loaded)) return loaded
          const { state, version, history } = loaded.right
          if (version > 0 || !found) return E.right({ stream, state, version, history })
          resolver.forget(name.right)
        }
        return E.left(resolutionFailed)
      } catch (cause) {
        return E.left(storeUnavailable('the store threw', false, cause))
      }
    }
  }

  // Each command goes to its own aggregate, and so does each result: see `erase`.
  return { dispatch, load, stop: queue.stop } as unknown as Dispatcher<A>
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
  const { routes, problems: aggregateProblems } = routeCommands(options.aggregates)
  const { batchSize, maxWaiting, effectTimeout } = options.limits ?? {}
  const integer = Number.MAX_SAFE_INTEGER
  const limitProblems = validateLimits([
    // The maximum of one append.
    ['limits.batchSize', batchSize, Limits.eventsPerAppend],
    ['limits.maxWaiting', maxWaiting, integer],
    // Node fires a timer with a longer delay at once.
    ['limits.effectTimeout', effectTimeout, 2 ** 31 - 1],
    ['cache', options.cache, integer],
  ])
  const problems = [...aggregateProblems, ...limitProblems]
  return problems.length > 0
    ? E.left({ _tag: 'InvalidDispatcher', problems })
    : E.right(makeFor<Aggregates[number]>(routes, options))
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
 *   decider: { initialState: 0, evolve: (count: number) => count + 1, decide: () => E.right([{ type: 'Counted' as const, data: {} }]) },
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
