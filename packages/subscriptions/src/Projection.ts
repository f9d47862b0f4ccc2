import type * as t from 'io-ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * A view of events: documents by key, each a pure fold. `key` says which documents an event touches, none if it gives none; `project` gives the document
 * after the event, or `undefined` when there is none any more. `view` is its codec. Every event has its effect exactly once, whatever dies.
 *
 * `version` is that of its code, from 1 (the default): raise it, and the view is built anew beside the old one, which serves until then.
 *
 * With more than one partition, the documents are divided among them by key.
 *
 * @category model
 * @since 0.1.0
 */
export interface Projection<Sources extends ReadonlyArray<AnySource>, View> extends HandlerOptions<Sources> {
  readonly _tag: 'Projection'
  readonly version?: number
  readonly view: t.Type<View, unknown>
  readonly key: (event: RecordedFrom<Sources>) => string | ReadonlyArray<string>
  readonly project: (view: View | undefined, event: RecordedFrom<Sources>, key: string) => View | undefined
}

/**
 * A projection whose types are forgotten, so that different ones stand in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyProjection extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'Projection'
  readonly version?: number
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
 * const accounts = { category: 'account', events: EventCodec.make({ Deposited: t.strict({ cents: t.number }) }) } as const
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
const make = <const Sources extends ReadonlyArray<AnySource>, View>(
  projection: Omit<Projection<Sources, View>, '_tag'>,
): Projection<Sources, View> => ({ _tag: 'Projection', ...projection })

/**
 * Functions on {@link Projection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Projection = { make } as const
