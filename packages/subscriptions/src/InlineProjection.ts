import { type ProjectByType, projectByType, withTypes } from './internal/handlers/projectionOf.ts'
import type { AnyProjection, CheckedIndexes, Projection, ViewIndexes } from './Projection.ts'
import type { AnySource, OnlyKnown, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'

/**
 * A projection whose views can be written in the transaction of the append. It is a {@link Projection}, and runs as one
 * too. It must not use the version, the position or the time of an event, which are unknown before the event is stored.
 * So it gives the same result before and after that.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjection<Sources extends ReadonlyArray<AnySource>, View, Stored = unknown>
  extends Omit<Projection<Sources, View, Stored>, 'key' | 'project'> {
  readonly inline: true
  readonly key: (event: PendingFrom<Sources>) => string | ReadonlyArray<string>
  readonly project: (view: View | undefined, event: PendingFrom<Sources>, key: string) => View | undefined
}

/**
 * What is known of an event before it is stored: everything but its version, its position and its time.
 *
 * @category type level
 * @since 0.1.0
 */
export type PendingFrom<Sources extends ReadonlyArray<AnySource>> = Omit<
  RecordedFrom<Sources>,
  'version' | 'position' | 'recordedAt'
>

/**
 * The same, of events of these types.
 *
 * @category type level
 * @since 0.1.0
 */
export type PendingOf<Sources extends ReadonlyArray<AnySource>, Type extends string> = Omit<
  RecordedOf<Sources, Type>,
  'version' | 'position' | 'recordedAt'
>

/**
 * The functions of an inline projection, by the type of the event: each returns the document after the event.
 *
 * @category model
 * @since 0.1.0
 */
export type InlineProjectionCases<Sources extends ReadonlyArray<AnySource>, View> = {
  readonly [Type in TypeFrom<Sources>]?:
    | ((view: View | undefined, event: PendingOf<Sources, Type>, key: string) => View | undefined)
    | undefined
}

type Options<Sources extends ReadonlyArray<AnySource>, View, Stored> = Omit<
  InlineProjection<Sources, View, Stored>,
  '_tag' | 'inline' | 'types' | 'indexes' | 'key' | 'project'
>

/**
 * An inline projection without its type parameters, so that different projections fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyInlineProjection extends AnyProjection {
  readonly inline: true
}

/**
 * Makes an inline projection, from one function for all events.
 *
 * @category constructors
 * @since 0.1.0
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
    readonly key: (event: PendingOf<Sources, Types[number]>) => string | ReadonlyArray<string>
    readonly project: (
      view: View | undefined,
      event: PendingOf<Sources, Types[number]>,
      key: string,
    ) => View | undefined
  },
): InlineProjection<Sources, View, Stored>
function make(projection: Omit<AnyInlineProjection, '_tag' | 'inline'>): AnyInlineProjection {
  return { _tag: 'Projection', inline: true, ...withTypes(projection) }
}

/**
 * Makes an inline projection from a function for each type of event (`on`). Events of other types change no document.
 *
 * @category constructors
 * @since 0.1.0
 */
function byType<
  const Sources extends ReadonlyArray<AnySource>,
  View,
  Stored,
  On extends InlineProjectionCases<Sources, View>,
  const Types extends string,
  const Indexes extends ViewIndexes = ViewIndexes,
>(
  projection: Options<Sources, View, Stored> & {
    readonly key: (event: PendingOf<Sources, Types>) => string | ReadonlyArray<string>
    readonly indexes?: (Indexes & CheckedIndexes<Stored, Indexes>) | undefined
    readonly on: On & OnlyKnown<Exclude<keyof On, TypeFrom<Sources>>> & { readonly [Type in Types]: unknown }
  },
): InlineProjection<Sources, View, Stored>
function byType(
  options: Omit<AnyInlineProjection, '_tag' | 'inline' | 'project'> & ProjectByType,
): AnyInlineProjection {
  // A JavaScript caller may pass nothing.
  const { on, ...projection } = Object(options) as typeof options
  return { _tag: 'Projection', inline: true, ...projection, ...projectByType({ on, key: projection.key }) }
}

/**
 * Functions on {@link InlineProjection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const InlineProjection = { make, byType } as const
