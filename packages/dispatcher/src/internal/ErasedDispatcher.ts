import {
  type Command,
  ExpectedVersion,
  type InvalidInput,
  Logger,
  LogPosition,
  StreamName,
  Tracer,
} from '@foldlog/core'
import { Limits, rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, type task as T, taskEither as TE } from 'fp-ts'
import type { AnyAggregate } from '../AnyAggregate.ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { DomainCodeFailed, LoadError } from '../DispatchError.ts'
import { DispatcherLimits } from '../DispatcherLimits.ts'
import type { BaseOptions } from '../DispatcherOptions.ts'
import type { Loaded } from '../Loaded.ts'
import { makeCommandQueue } from './CommandQueue.ts'
import { conflictRetryPolicy } from './conflictRetryPolicy.ts'
import { type ErasedAggregate, erase } from './ErasedAggregate.ts'
import { makeHandlerWait } from './HandlerWait.ts'
import type { CommandOutcome } from './PendingCommand.ts'
import { makeStateCache, type StateCache } from './StateCache.ts'
import { makeStreamResolver, maxResolutions, resolutionFailed, type StreamResolver } from './StreamResolver.ts'
import { runUserCode } from './userCode.ts'

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

const checkExpectedVersion = ExpectedVersion.check('expected')

const checkExpected = ({ expected }: DispatchContext): E.Either<InvalidInput, unknown> =>
  expected === undefined ? E.right(undefined) : checkExpectedVersion(expected)

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

/** A dispatcher whose types do not say which aggregates it has. */
export interface ErasedDispatcher {
  readonly dispatch: (command: Command, context?: DispatchContext) => T.Task<CommandOutcome>
  readonly load: (aggregate: AnyAggregate, id: string) => TE.TaskEither<LoadError, Loaded<unknown>>
  readonly stop: T.Task<void>
}

/** The parts that a load uses. */
interface Loading {
  readonly states: StateCache
  readonly resolver: StreamResolver
}

const loadWith =
  ({ states, resolver }: Loading) =>
  (aggregate: AnyAggregate, id: string): TE.TaskEither<LoadError, Loaded<unknown>> => {
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

export const makeErasedDispatcher = (
  routes: ReadonlyMap<string, ErasedAggregate>,
  settings: BaseOptions<ReadonlyArray<AnyAggregate>> & { readonly env?: unknown },
): ErasedDispatcher => {
  const { store, snapshots, cache = 10_000, env, tracer = Tracer.silent } = settings
  const logger = Logger.safe(settings.logger ?? Logger.silent)
  const { clock = Date.now, random = Math.random, retry = conflictRetryPolicy(random) } = settings
  const { defaults } = DispatcherLimits
  const {
    batchSize = defaults.batchSize,
    maxWaiting = defaults.maxWaiting,
    effectTimeout = defaults.effectTimeout,
  } = settings.limits ?? {}
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
      const identified: E.Either<InvalidInput, unknown> = checkCommandId(context.commandId)
      const checked = E.isLeft(identified) ? identified : checkExpected(context)
      const known = E.isLeft(checked) ? checked : checkHistory(context)
      const awaitable = E.isLeft(known) ? known : handlerWait.check(context)
      const stream = E.isLeft(awaitable) ? awaitable : streamOf(aggregate, command)
      if (E.isLeft(stream)) return Promise.resolve(stream)
      const work = handlerWait.waitAfter(context, () => queue.enqueue(aggregate, stream.right, command, context))
      return tracer.span('foldlog.dispatch', attributesOf(command, stream.right, context), work)()
    }
  }

  return { dispatch, load: loadWith({ states, resolver }), stop: queue.stop }
}
