import type { Command, DecodeFailure, Event, RecordedEvent, VersionChain } from '@foldlog/core'
import type { LogFilter } from '@foldlog/core/store'
import type { either as E, option as O, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'

type HandlerStart = 'origin' | 'now' | { readonly after: number }

/** The parts that every kind of handler has. */
interface CommonHandlerOptions {
  readonly name: string
  readonly from: ReadonlyArray<{
    readonly category: string
    readonly events: { readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<Event>> }
  }>
  readonly filter?: LogFilter | undefined
  readonly start?: HandlerStart | undefined
  readonly partitions?: number | undefined
  readonly onFailure?:
    | {
        readonly retry: (status: { readonly iterNumber: number }) => O.Option<number>
        readonly verdict: () => 'park' | 'skip' | 'stop'
      }
    | undefined
}

/**
 * An event handler, as the laws define it. `concurrency` counts events, `timeout` milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventHandlerUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'EventHandler'
  readonly start: HandlerStart
  readonly handle: (
    event: never,
    context: { readonly signal: AbortSignal; readonly attempt: number },
  ) => TE.TaskEither<unknown, unknown>
  readonly concurrency?: number | undefined
  readonly timeout?: number | undefined
}

/**
 * A projection, as the laws define it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'Projection'
  readonly version?: number | undefined
  readonly view: t.Mixed
  readonly key: (event: never) => string | ReadonlyArray<string>
  readonly project: (view: never, event: never, key: string) => unknown
}

/**
 * A process manager, as the laws define it. `sendTimeout` is in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'ProcessManager'
  readonly start: HandlerStart
  readonly state: t.Mixed | (Pick<VersionChain<unknown>, '_tag' | 'versions'> & { readonly codec: t.Mixed })
  readonly sendTimeout?: number | undefined
  readonly initialState: unknown
  readonly key: (event: never) => string | undefined
  readonly evolve: (state: never, input: never) => unknown
  readonly react: (
    state: never,
    input: never,
  ) => ReadonlyArray<
    | { readonly _tag: 'Send'; readonly command: Command }
    | { readonly _tag: 'Schedule'; readonly timer: string; readonly at: Date }
    | { readonly _tag: 'Cancel'; readonly timer: string }
    | { readonly _tag: 'End' }
  >
}

/**
 * The handlers that the laws define.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerUnderLaw = EventHandlerUnderLaw | ProjectionUnderLaw | ProcessManagerUnderLaw
