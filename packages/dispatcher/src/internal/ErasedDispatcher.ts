import type { AnyAggregate, BoundaryStore, EventStore } from '@foldlog/core'
import { Clock, type Command, describeUnknown, Logger, Random, Tracer } from '@foldlog/core'
import { rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, type task as T, taskEither as TE } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { BaseOptions } from '../DispatcherOptions.ts'
import { makeBoundaryCache } from './BoundaryEvents.ts'
import { makeBoundaryRounds } from './boundaryRounds.ts'
import { makeCommandQueue } from './CommandQueue.ts'
import type { CommandRoute } from './CommandRoute.ts'
import { checkContext } from './checkContext.ts'
import { conflictRetryPolicy } from './conflictRetryPolicy.ts'
import { makeHandlerWait } from './HandlerWait.ts'
import { makePastStates } from './PastStates.ts'
import type { CommandOutcome } from './PendingCommand.ts'
import type { DispatcherNumbers } from './readNumbers.ts'
import { makeStateCache } from './StateCache.ts'
import { makeStateReads, type StateReads } from './StateReads.ts'
import { makeReadHistory } from './StreamHistory.ts'
import { makeStreamResolver } from './StreamResolver.ts'
import type { Target } from './Target.ts'
import { safeRetryPolicy } from './userCode.ts'

const attributesOf = (
  type: string,
  targets: ReadonlyArray<Target>,
  { commandId, correlationId, causationId }: DispatchContext,
): Readonly<Record<string, string>> => ({
  command: type,
  stream: targets.map(({ name }) => name).join(' '),
  ...(commandId === undefined ? undefined : { commandId }),
  ...(correlationId === undefined ? undefined : { correlationId }),
  ...(causationId === undefined ? undefined : { causationId }),
})

/** The type of a command. A JavaScript caller may pass any value. */
const typeOf = (command: Command): string => {
  const type = UserCode.run('type', (): unknown => command?.type)
  if (E.isLeft(type)) return type.left.why
  return typeof type.right === 'string' ? type.right : describeUnknown(type.right)
}

/** A dispatcher whose types do not say which aggregates it has. */
export interface ErasedDispatcher extends StateReads {
  readonly dispatch: (command: Command, context?: DispatchContext) => T.Task<CommandOutcome>
  readonly stop: T.Task<void>
}

export const makeErasedDispatcher = (
  routes: ReadonlyMap<string, CommandRoute>,
  settings: BaseOptions<ReadonlyArray<AnyAggregate>> & { readonly env?: unknown },
  numbers: DispatcherNumbers,
): ErasedDispatcher => {
  const { store, snapshots, env, waitFor } = settings
  const { cache, batchSize, maxWaiting, effectTimeout } = numbers
  const logger = Logger.safe(settings.logger ?? Logger.silent)
  const tracer = settings.tracer === undefined ? Tracer.silent : Tracer.safe(settings.tracer)
  const clock = Clock.safe(settings.clock ?? Date.now)
  const random = Random.safe(settings.random ?? Math.random, Math.random)
  const retry = safeRetryPolicy(settings.retry ?? conflictRetryPolicy(random))
  const states = makeStateCache({ store, snapshots, size: cache, logger })
  const effects = { env, timeout: effectTimeout }
  const resolver = makeStreamResolver(store, cache)
  // `optionProblems` refuses boundaries on a store without them.
  const runBoundaries = makeBoundaryRounds(makeBoundaryCache(store as EventStore & BoundaryStore, cache))
  const queue = makeCommandQueue({ store, states, effects, retry, logger }, resolver, runBoundaries, {
    batchSize,
    maxWaiting,
    clock,
    random,
  })
  const handlerWait = makeHandlerWait(waitFor)

  const dispatch = (command: Command, context: DispatchContext = {}): T.Task<CommandOutcome> => {
    const type = typeOf(command)
    const route = routes.get(type)
    if (route === undefined) return TE.left({ _tag: 'UnknownCommand', type, known: [...routes.keys()] })
    // No turn of the event loop before `enqueue`: commands are queued in the order of their calls, and `stop` covers
    // those called before it.
    return () => {
      const checked = checkContext(context, waitFor !== undefined)
      const targets = E.isLeft(checked) ? E.left(checked.left) : route.targetsOf(type, command)
      if (E.isLeft(targets)) return Promise.resolve(targets)
      const boundary = route.prepare?.(type, command)
      if (boundary !== undefined && E.isLeft(boundary)) return Promise.resolve(boundary)
      if (context.expected !== undefined && targets.right.length !== 1)
        return Promise.resolve(rejectInput('expected', 'needs a command of one aggregate, because it is one version'))
      const work = handlerWait.waitAfter(context, () =>
        queue.enqueue({ route, targets: targets.right, boundary: boundary?.right }, command, context),
      )
      return tracer.span('foldlog.dispatch', attributesOf(type, targets.right, context), work)()
    }
  }

  const past = makePastStates({ store, snapshots, logger })
  return {
    dispatch,
    ...makeStateReads({ states, past, readHistory: makeReadHistory(store, past), resolver }),
    stop: queue.stop,
  }
}
