import type * as t from 'io-ts'
import type { HandlerOptions } from './EventHandler.ts'
import { type ProjectByType, projectByType, withTypes } from './internal/handlers/projectionOf.ts'
import type { AnySource, OnlyKnown, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'
import type { ViewField } from './ViewField.ts'

/**
 * A view of events: documents by key, each a pure fold. `key` returns the keys of the documents that an event changes,
 * possibly none. `project` returns the document after the event, or `undefined` to delete it. `view` is the codec of a
 * document. Every event takes effect exactly once, whichever process crashes.
 *
 * `version` is the version of the projection's code, from 1 (the default). When it is raised, the view is rebuilt
 * beside the old one, which serves until then.
 *
 * `indexes` are the fields by which queries find views without reading all of them: a field, or several fields of one
 * index. The runtime has the store create them in the background, and drop those that are declared no more.
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
  readonly indexes?: ViewIndexes | undefined
  readonly key: (event: RecordedFrom<Sources>) => string | ReadonlyArray<string>
  readonly project: (view: View | undefined, event: RecordedFrom<Sources>, key: string) => View | undefined
}

/**
 * The indexes of the views of a projection, by their fields: a field, or up to 4 of them.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewIndexes = ReadonlyArray<string | ReadonlyArray<string>>

type CheckedField<Stored, Field> = string extends Field
  ? Field
  : Field extends ViewField<Stored>
    ? Field
    : ViewField<Stored>

type CheckedIndex<Stored, Index> =
  Index extends ReadonlyArray<string>
    ? { readonly [Place in keyof Index]: CheckedField<Stored, Index[Place]> }
    : CheckedField<Stored, Index>

/**
 * Indexes with fields of the stored form of a view. Another field does not compile, unless it is any text.
 *
 * @category type level
 * @since 0.1.0
 */
export type CheckedIndexes<Stored, Indexes extends ViewIndexes> = {
  readonly [Place in keyof Indexes]: CheckedIndex<Stored, Indexes[Place]>
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
  readonly indexes?: ViewIndexes | undefined
  readonly key: (event: never) => string | ReadonlyArray<string>
  readonly project: (view: never, event: never, key: string) => unknown
}

/**
 * The functions of a projection, by the type of the event: each returns the document after the event.
 *
 * @category model
 * @since 0.1.0
 */
export type ProjectionCases<Sources extends ReadonlyArray<AnySource>, View> = {
  readonly [Type in TypeFrom<Sources>]?:
    | ((view: View | undefined, event: RecordedOf<Sources, Type>, key: string) => View | undefined)
    | undefined
}

type Options<Sources extends ReadonlyArray<AnySource>, View, Stored> = Omit<
  Projection<Sources, View, Stored>,
  '_tag' | 'types' | 'indexes' | 'key' | 'project'
>

/**
 * Makes a projection, from one function for all events.
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
function make<
  const Sources extends ReadonlyArray<AnySource>,
  View,
  Stored = unknown,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
  const Indexes extends ViewIndexes = ViewIndexes,
>(
  projection: Options<Sources, View, Stored> & {
    readonly types?: Types | undefined
    readonly indexes?: (Indexes & CheckedIndexes<Stored, Indexes>) | undefined
    readonly key: (event: RecordedOf<Sources, Types[number]>) => string | ReadonlyArray<string>
    readonly project: (
      view: View | undefined,
      event: RecordedOf<Sources, Types[number]>,
      key: string,
    ) => View | undefined
  },
): Projection<Sources, View, Stored>
function make(projection: Omit<AnyProjection, '_tag'>): AnyProjection {
  return { _tag: 'Projection', ...withTypes(projection) }
}

/**
 * Makes a projection from a function for each type of event (`on`). Events of other types change no document.
 *
 * @category constructors
 * @since 0.1.0
 */
function byType<
  const Sources extends ReadonlyArray<AnySource>,
  View,
  Stored,
  On extends ProjectionCases<Sources, View>,
  const Types extends string,
  const Indexes extends ViewIndexes = ViewIndexes,
>(
  projection: Options<Sources, View, Stored> & {
    readonly key: (event: RecordedOf<Sources, Types>) => string | ReadonlyArray<string>
    readonly indexes?: (Indexes & CheckedIndexes<Stored, Indexes>) | undefined
    readonly on: On & OnlyKnown<Exclude<keyof On, TypeFrom<Sources>>> & { readonly [Type in Types]: unknown }
  },
): Projection<Sources, View, Stored>
function byType(options: Omit<AnyProjection, '_tag' | 'project'> & ProjectByType): AnyProjection {
  // A JavaScript caller may pass nothing.
  const { on, ...projection } = Object(options) as typeof options
  return { _tag: 'Projection', ...projection, ...projectByType({ on, key: projection.key }) }
}

/**
 * Functions on {@link Projection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Projection = { make, byType } as const
