import type * as t from 'io-ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * A view of events: documents by key, each a pure fold. `key` returns the keys of the documents that an event changes,
 * possibly none. `project` returns the document after the event, or `undefined` to delete it. `view` is the codec of a
 * document. Every event takes effect exactly once, whichever process crashes.
 *
 * `version` is the version of the projection's code, from 1 (the default). When it is raised, the view is rebuilt
 * beside the old one, which serves until then.
 *
 * With more than one partition, the documents are divided among them by key.
 *
 * @category model
 * @since 0.1.0
 */
export interface Projection<Sources extends ReadonlyArray<AnySource>, View, Stored = unknown>
  extends HandlerOptions<Sources> {
  readonly _tag: 'Projection'
  readonly version?: number | undefined
  readonly view: t.Type<View, Stored>
  readonly key: (event: RecordedFrom<Sources>) => string | ReadonlyArray<string>
  readonly project: (view: View | undefined, event: RecordedFrom<Sources>, key: string) => View | undefined
}

/**
 * A projection without its type parameters, so that different ones fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyProjection extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'Projection'
  readonly version?: number | undefined
  readonly view: t.Mixed
  readonly key: (event: never) => string | ReadonlyArray<string>
  readonly project: (view: never, event: never, key: string) => unknown
}

/**
 * Makes a projection.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { Projection } from '@foldlog/subscriptions'
 * import * as t from 'io-ts'
 *
 * const accounts = {
 *   category: 'account',
 *   events: EventCodec.make({ Deposited: t.strict({ cents: t.number }) }),
 * } as const
 *
 * export const balances = Projection.make({
 *   name: 'balances',
 *   from: [accounts],
 *   view: t.strict({ cents: t.number }),
 *   key: ({ stream }) => stream,
 *   project: (view, { event }) => ({ cents: (view?.cents ?? 0) + event.data.cents }),
 * })
 * ```
 */
const make = <const Sources extends ReadonlyArray<AnySource>, View, Stored = unknown>(
  projection: Omit<Projection<Sources, View, Stored>, '_tag'>,
): Projection<Sources, View, Stored> => ({ _tag: 'Projection', ...projection })

/**
 * Functions on {@link Projection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Projection = { make } as const
