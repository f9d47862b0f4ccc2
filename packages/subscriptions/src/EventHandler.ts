import type { Event, Recorded } from '@foldlog/core'
import { type LogFilter, OptionKind } from '@foldlog/core/store'
import { taskEither as TE } from 'fp-ts'
import type { FailurePolicy } from './FailurePolicy.ts'
import type { EffectIn, EnvIn, HandlerEffect } from './HandlerEffect.ts'
import { caseTable } from './internal/handlers/cases.ts'
import type { AnySource, OnlyKnown, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A handler with effects of its own: it is called at least once for each event, in order within a lane. A lane is a
 * stream, unless `lane` returns something else. Lanes are handled concurrently, at most `concurrency` of them in a
 * partition (16 when absent). An event that takes longer than `timeout` milliseconds (30,000 when absent) has failed.
 *
 * `start` is required, because effects cannot be taken back: with `now` a new handler leaves out the events that are
 * stored already, with `origin` it handles all of them.
 *
 * An effect may be a `ReaderTaskEither`: then the runtime requires an `env`, of the type `Env`.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventHandler<Sources extends ReadonlyArray<AnySource>, Err = unknown, Env = unknown>
  extends HandlerOptions<Sources> {
  readonly _tag: 'EventHandler'
  readonly start: StartFrom
  readonly handle: (event: RecordedFrom<Sources>, context: HandlerContext) => EffectIn<Env, Err>
  readonly lane?: ((event: RecordedFrom<Sources>) => string) | undefined
  readonly concurrency?: number | undefined
  readonly timeout?: number | undefined
}

/**
 * The options that every kind of handler has.
 *
 * `name` identifies the handler for ever. `from` lists its sources: it receives all events of their categories unless
 * `filter` excludes some. `start` (the origin when absent; some kinds require it) and `partitions` (1 when absent)
 * apply only when the handler is created.
 *
 * With `types`, the handler gets only events of these types, and so does each of its functions. They are the types
 * after decoding, so events that were renamed or split are among them. They may change at any time: events that the
 * handler has passed stay passed. (`filter.types` are the names in the store, and belong to the identity of the
 * handler.)
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerOptions<Sources extends ReadonlyArray<AnySource>> {
  readonly name: string
  readonly from: Sources
  readonly types?: ReadonlyArray<TypeFrom<Sources>> | undefined
  readonly filter?: LogFilter | undefined
  readonly start?: StartFrom | undefined
  readonly partitions?: number | undefined
  readonly onFailure?: FailurePolicy | undefined
}

/**
 * What a handler knows while it handles an event: a signal, and the number of the attempt, from 1. The signal fires
 * when the timeout is over, when another member owns the partition, or when the runtime stops and `stopTimeout` is
 * over.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerContext {
  readonly signal: AbortSignal
  /** The number of this attempt, from 1. */
  readonly attempt: number
}

/**
 * An event handler without its type parameters, so that different handlers fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyEventHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'EventHandler'
  readonly start: StartFrom
  readonly handle: (event: never, context: HandlerContext) => HandlerEffect<never, unknown>
  readonly lane?: ((event: never) => string) | undefined
  /** Maximum number of lanes of a partition that are handled concurrently. */
  readonly concurrency?: number | undefined
  /** Milliseconds. */
  readonly timeout?: number | undefined
}

/**
 * An event of any source, as the engine handles it.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyRecorded = Recorded<Event>

/**
 * The effects of an event handler, by the type of the event.
 *
 * @category model
 * @since 0.1.0
 */
export type EventCases<Sources extends ReadonlyArray<AnySource>> = {
  readonly [Type in TypeFrom<Sources>]?:
    | ((event: RecordedOf<Sources, Type>, context: HandlerContext) => HandlerEffect<never, unknown>)
    | undefined
}

type Cases = EventCases<ReadonlyArray<AnySource>>

const nothing: TE.TaskEither<never, void> = TE.right(undefined)

type Options<Sources extends ReadonlyArray<AnySource>> = Omit<
  EventHandler<Sources>,
  '_tag' | 'types' | 'lane' | 'handle'
>

/**
 * Makes an event handler, from one function for all events.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { EventHandler } from '@foldlog/subscriptions'
 * import { taskEither as TE } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const accounts = { category: 'account', events: EventCodec.make({ Opened: t.strict({ owner: t.string }) }) } as const
 *
 * export const welcome = EventHandler.make({
 *   name: 'welcome',
 *   from: [accounts],
 *   start: 'now',
 *   handle: ({ effectId, event }, { signal }) =>
 *     TE.tryCatch(
 *       () => fetch('https://mail.example/', { method: 'POST', signal, body: `${effectId} ${event.data.owner}` }),
 *       String,
 *     ),
 * })
 * ```
 */
function make<
  const Sources extends ReadonlyArray<AnySource>,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
  Err = unknown,
  Env = unknown,
>(
  handler: Options<Sources> & {
    readonly types?: Types | undefined
    readonly handle: (event: RecordedOf<Sources, Types[number]>, context: HandlerContext) => HandlerEffect<Env, Err>
    readonly lane?: ((event: RecordedOf<Sources, Types[number]>) => string) | undefined
  },
): EventHandler<Sources, Err, Env>
function make(handler: Omit<AnyEventHandler, '_tag'>): AnyEventHandler {
  return { _tag: 'EventHandler', ...handler }
}

/**
 * Makes an event handler from a function for each type of event (`on`). Nothing is done for an event of another type.
 *
 * @category constructors
 * @since 0.1.0
 */
function byType<
  const Sources extends ReadonlyArray<AnySource>,
  On extends EventCases<Sources>,
  const Types extends string,
>(
  handler: Options<Sources> & {
    readonly on: On & OnlyKnown<Exclude<keyof On, TypeFrom<Sources>>> & { readonly [Type in Types]: unknown }
    readonly lane?: ((event: RecordedOf<Sources, Types>) => string) | undefined
  },
): EventHandler<Sources, unknown, EnvIn<On>>
function byType(options: Omit<AnyEventHandler, '_tag' | 'handle'> & { readonly on: Cases }): AnyEventHandler {
  // A JavaScript caller may pass nothing.
  const { on, ...handler } = Object(options) as typeof options
  const cases = caseTable('on', OptionKind.effect, on)
  return {
    _tag: 'EventHandler',
    ...handler,
    types: [...cases.keys()],
    handle: (event: AnyRecorded, context) => {
      const one = cases.get(event.event.type)
      // The codec has decoded the event, so it is of the type that the case has.
      return one === undefined ? nothing : one(event as never, context)
    },
  }
}

/**
 * Functions on {@link EventHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventHandler = { make, byType } as const
