import type {
  Clock,
  Command,
  EventStore,
  HandlerStore,
  InvalidInput,
  Logger,
  LogTail,
  OpenAppends,
  PartialOptions,
} from '@foldlog/core'
import type { io as IO } from 'fp-ts'
import type { AnyBatchHandler } from './BatchHandler.ts'
import type { AnyEventHandler } from './EventHandler.ts'
import type { EnvOfEffect } from './HandlerEffect.ts'
import { optionProblems } from './internal/handlers/handlerProblems.ts'
import type { AnyProcessManager } from './ProcessManager.ts'
import type { AnyProjection } from './Projection.ts'
import type { RuntimeLimits } from './RuntimeLimits.ts'
import type { SendCommand } from './SendCommand.ts'
import type { AnyTransactionalHandler } from './TransactionalHandler.ts'

/**
 * Any handler that a runtime runs.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyHandler = AnyEventHandler | AnyBatchHandler | AnyProjection | AnyTransactionalHandler | AnyProcessManager

/** The options of every runtime. */
interface BaseRuntimeOptions<Handlers extends ReadonlyArray<AnyHandler>> {
  readonly store: EventStore & LogTail & HandlerStore & PartialOptions<OpenAppends>
  readonly handlers: Handlers
  readonly limits?: PartialOptions<RuntimeLimits> | undefined
  readonly clock?: Clock | undefined
  readonly random?: IO.IO<number> | undefined
  readonly logger?: Logger | undefined
}

/**
 * The commands that the process managers among these handlers send.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandSentBy<Handler> =
  ReactionOf<Handler> extends infer R
    ? R extends { readonly _tag: 'Send'; readonly command: infer C extends Command }
      ? C
      : never
    : never

/** The reactions of a process manager, of `react` or of `step`. */
type ReactionOf<Handler> = Handler extends {
  readonly _tag: 'ProcessManager'
  readonly react: (state: never, input: never) => ReadonlyArray<infer R>
}
  ? R
  : Handler extends {
        readonly _tag: 'ProcessManager'
        readonly step: (state: never, input: never) => { readonly do: ReadonlyArray<infer R> }
      }
    ? R
    : never

/** The effects of these handlers, as a union. */
type EffectsOf<Handler> = Handler extends { readonly handle: (...input: never) => infer Effect } ? Effect : never

/**
 * The environment that the effects of all these handlers need together; `unknown` when none of them needs one.
 *
 * @category type level
 * @since 0.1.0
 */
export type EnvOfHandlers<Handler> = EnvOfEffect<EffectsOf<Handler>>

/**
 * `env` must be there when an effect of a handler needs one. Of a list of any handlers the compiler does not know what
 * they need.
 */
type EnvOption<Env> = [Env] extends [never]
  ? { readonly env?: unknown }
  : unknown extends Env
    ? { readonly env?: unknown }
    : { readonly env: Env }

/**
 * `dispatch` must be there when a process manager is, and take its commands. Of a list of any handlers the compiler
 * does not know what they send, or whether they send anything: then `start` checks.
 */
type DispatchOption<Handler> = [Extract<Handler, { readonly _tag: 'ProcessManager' }>] extends [never]
  ? { readonly dispatch?: SendCommand<never> | undefined }
  : Command extends CommandSentBy<Handler>
    ? { readonly dispatch?: SendCommand | undefined }
    : { readonly dispatch: SendCommand<CommandSentBy<Handler>> }

/**
 * The options of a runtime: a store and handlers; also `dispatch`, when a process manager is among them. It is a
 * function that sends all of their commands, such as that of a dispatcher. Also `env`, when an effect of a handler is a
 * `ReaderTaskEither`.
 *
 * @category model
 * @since 0.1.0
 */
export type RuntimeOptions<Handlers extends ReadonlyArray<AnyHandler> = ReadonlyArray<AnyHandler>> =
  BaseRuntimeOptions<Handlers> & DispatchOption<Handlers[number]> & EnvOption<EnvOfHandlers<Handlers[number]>>

/**
 * The options that are not of their kind, as a JavaScript caller may pass them: a record in place of a codec, a member
 * of `list` that is no handler, an `async` function. Each problem names the option and what it must be. `start` of a
 * runtime returns the first.
 *
 * @category destructors
 * @since 0.1.0
 */
const problemsOf = (
  options: unknown,
  list: 'handlers' | 'inlineProjections' = 'handlers',
): ReadonlyArray<InvalidInput> => optionProblems(list, options)

/**
 * Functions on {@link RuntimeOptions}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const RuntimeOptions = { problemsOf } as const
