import type { InlineStore, SnapshotStore } from '@foldlog/core'
import { storeUnavailable, UserCode } from '@foldlog/core/store'
import { type Dispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import {
  type HandlerRuntime,
  type InlineProjections,
  makeHandlerRuntime,
  makeInlineProjections,
  RuntimeLimits,
  type SendCommand,
  Views,
} from '@foldlog/subscriptions'
import { either as E, type task as T } from 'fp-ts'
import type { ApplicationStore } from '../ApplicationOptions.ts'
import type { HandlerOperations } from '../HandlerOperations.ts'
import type { InvalidApplication } from '../InvalidApplication.ts'
import { type CommandGate, type ErasedDispatch, makeCommandGate, safeMiddleware } from './CommandGate.ts'
import { makeHealth } from './health.ts'
import { makeLifecycle } from './Lifecycle.ts'
import { type AnyOptions, readProblems, wrongOptions } from './problems.ts'
import { within } from './within.ts'

type ErasedDispatcher = Dispatcher<never>

/** The parts of an application, wired to each other. */
interface Parts {
  readonly store: ApplicationStore
  readonly inline: InlineProjections<ApplicationStore & InlineStore> | undefined
  readonly runtime: HandlerRuntime
  /** Whether handlers run in this process. */
  readonly runs: boolean
  readonly dispatcher: ErasedDispatcher
  readonly gate: CommandGate
}

const invalid = (problems: ReadonlyArray<string>): E.Either<InvalidApplication, never> =>
  E.left({ _tag: 'InvalidApplication', problems })

const hasSnapshots = (store: ApplicationStore): store is ApplicationStore & SnapshotStore => 'readFromSnapshot' in store

const openingOf = ({
  store,
  inlineProjections = [],
  logger,
}: AnyOptions): InlineProjections<ApplicationStore & InlineStore> | undefined =>
  inlineProjections.length === 0
    ? undefined
    : makeInlineProjections({
        // `problemsOf` has checked that the store writes inline views.
        store: store as ApplicationStore & InlineStore,
        projections: inlineProjections,
        logger,
      })

/**
 * Makes the parts. The runtime sends the commands of process managers through the dispatcher, and the dispatcher waits
 * for handlers of the runtime: neither can be made with the other. So the runtime gets a function that finds the
 * dispatcher when a command is sent, which is never before `start`.
 */
const makeParts = (options: AnyOptions): E.Either<InvalidApplication, Parts> => {
  const { handlers = [], runHandlers = true, snapshots, middleware, limits, clock, random, logger } = options
  const inline = openingOf(options)
  const store = inline?.store ?? options.store
  const chosen = Array.isArray(runHandlers) ? handlers.filter(({ name }) => runHandlers.includes(name)) : handlers
  const runtime = makeHandlerRuntime({
    store,
    handlers: chosen,
    // The runtime looks at the tags of results, and reads no more of them.
    dispatch: (command, context) => everyCommand(command, context) as ReturnType<SendCommand>,
    env: options.env,
    limits: limits?.handlers,
    clock,
    random,
    logger,
  })
  const { store: given, aggregates, decisions, env, cache, retry, tracer } = options
  const dispatcher = makeDispatcherEither({
    aggregates,
    decisions,
    env,
    cache,
    retry,
    tracer,
    clock,
    random,
    logger,
    store,
    snapshots: snapshots ?? (hasSnapshots(given) ? given : undefined),
    limits: limits?.commands,
    waitFor: runtime.waitFor,
  })
  const ofDispatcher = E.isLeft(dispatcher) ? dispatcher.left.problems : []
  const problems = [
    ...readProblems(options),
    ...ofDispatcher.map((problem) => problem.replace(/^limits\./, 'limits.commands.')),
  ]
  if (E.isLeft(dispatcher) || problems.length > 0) return invalid(problems)
  // The dispatcher finds the aggregate of each command by its type.
  const dispatch = dispatcher.right.dispatch as unknown as ErasedDispatch
  const everyCommand = middleware === undefined ? dispatch : safeMiddleware(middleware(dispatch))
  return E.right({
    store,
    inline,
    runtime,
    runs: runHandlers !== false && chosen.length > 0,
    // From here on its aggregates are not known, and neither are those of a caller.
    dispatcher: dispatcher.right as unknown as ErasedDispatcher,
    gate: makeCommandGate(everyCommand),
  })
}

/** The lifecycle of the parts: the order in which they start and stop. */
const lifecycleOf = (
  { store, inline, runtime, runs, dispatcher, gate }: Parts,
  patience: number,
  release: T.Task<unknown> | undefined,
) => {
  const begin = async () => {
    const opened = inline === undefined ? E.right(undefined) : await inline.open()
    if (E.isLeft(opened) || lifecycle.isStopping()) return opened
    if (runs) return runtime.start()
    if (inline !== undefined) return opened
    const answer = await UserCode.runEffect('settledPosition', () => store.settledPosition, {
      failed: ({ cause }) => storeUnavailable('the store threw', false, cause),
      left: (error) => error,
    })
    return E.map(() => undefined)(answer)
  }

  const end = async (): Promise<void> => {
    gate.close()
    // Commands in flight may wait for handlers, so the handlers keep running meanwhile, for a limited time.
    await within(patience, gate.idle())
    await runtime.stop()
    await dispatcher.stop()
    if (release !== undefined) await Promise.resolve().then(release).catch(UserCode.absorb)
  }

  const lifecycle = makeLifecycle(begin, end)
  return lifecycle
}

/** Rebuilds and rollbacks of inline projections are those of their own kind. */
const operationsOf = ({ inline, runtime }: Parts, inlineNames: ReadonlySet<string>): HandlerOperations => {
  const { rebuild, rollBack, abandon, remove, rename, reset } = runtime
  if (inline === undefined) return { rebuild, rollBack, abandon, remove, rename, reset }
  return {
    rebuild: (name) => (inlineNames.has(name) ? inline.rebuild(name) : rebuild(name)),
    rollBack: (name) => (inlineNames.has(name) ? inline.rollBack(name) : rollBack(name)),
    abandon,
    remove,
    rename,
    reset,
  }
}

/** Makes an application whose types do not say which aggregates it has: an `Application`. */
export const wire = (options: AnyOptions) => {
  const wrong = wrongOptions(options)
  if (wrong.length > 0) return invalid(wrong)
  const made = UserCode.run('makeApplication', () => makeParts(options))
  if (E.isLeft(made)) return invalid([...readProblems(options), made.left.why])
  if (E.isLeft(made.right)) return made.right
  const parts = made.right.right
  const { store, runtime, dispatcher, gate } = parts
  const { handlers = [], inlineProjections = [], limits, migrations, release } = options
  const inlineNames = new Set(inlineProjections.map(({ name }) => name))
  const patience = limits?.handlers?.stopTimeout ?? RuntimeLimits.defaults.stopTimeout
  const lifecycle = lifecycleOf(parts, patience, release)
  return E.right({
    // The gate passes commands and results on as they are.
    dispatch: gate.dispatch as unknown as Dispatcher<never>['dispatch'],
    load: dispatcher.load,
    history: dispatcher.history,
    views: <View, Stored>(projection: Parameters<typeof Views.make<View, Stored>>[0]) =>
      Views.make<View, Stored>(projection, store),
    waitFor: runtime.waitFor,
    settledPosition: store.settledPosition,
    status: runtime.status,
    health: makeHealth({
      phase: lifecycle.phase,
      status: runtime.status,
      migrations,
      handlers: new Set([...handlers.map(({ name }) => name), ...inlineNames]),
      timeout: limits?.health ?? 1_000,
    }),
    isLive: () => lifecycle.phase()._tag !== 'Stopped',
    operations: operationsOf(parts, inlineNames),
    store,
    start: lifecycle.start,
    stop: lifecycle.stop,
    run: lifecycle.run,
  })
}
