import type { AnyProjection, Projection } from './Projection.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

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
 * An inline projection without its type parameters, so that different projections fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyInlineProjection extends AnyProjection {
  readonly inline: true
}

/**
 * Makes an inline projection.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <const Sources extends ReadonlyArray<AnySource>, View, Stored = unknown>(
  projection: Omit<InlineProjection<Sources, View, Stored>, '_tag' | 'inline'>,
): InlineProjection<Sources, View, Stored> => ({ _tag: 'Projection', inline: true, ...projection })

/**
 * Functions on {@link InlineProjection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const InlineProjection = { make } as const
