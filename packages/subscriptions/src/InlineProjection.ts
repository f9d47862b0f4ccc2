import type { AnyProjection, Projection } from './Projection.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * What of an event is known before it is stored: everything but its place and its time.
 *
 * @category type level
 * @since 0.1.0
 */
export type PendingFrom<Sources extends ReadonlyArray<AnySource>> = Omit<
  RecordedFrom<Sources>,
  'version' | 'position' | 'recordedAt'
>

/**
 * A projection whose views may be written with the appends themselves. It is a {@link Projection}, and runs as one too; what it must do without is the place
 * and the time of an event, which nobody knows before it is stored: so it gives the same whether it is folded before or after.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineProjection<Sources extends ReadonlyArray<AnySource>, View>
  extends Omit<Projection<Sources, View>, 'key' | 'project'> {
  readonly inline: true
  readonly key: (event: PendingFrom<Sources>) => string | ReadonlyArray<string>
  readonly project: (view: View | undefined, event: PendingFrom<Sources>, key: string) => View | undefined
}

/**
 * An inline projection whose types are forgotten, so that different ones stand in one list.
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
const make = <const Sources extends ReadonlyArray<AnySource>, View>(
  projection: Omit<InlineProjection<Sources, View>, '_tag' | 'inline'>,
): InlineProjection<Sources, View> => ({ _tag: 'Projection', inline: true, ...projection })

/**
 * Functions on {@link InlineProjection}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const InlineProjection = { make } as const
