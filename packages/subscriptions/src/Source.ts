import type { DecodeFailure, Event, EventCodec, Recorded, RecordedEvent } from '@foldlog/core'
import type { either as E } from 'fp-ts'

/**
 * A source of events: the streams of a category, including those that had another category before (`formerCategories`),
 * and the codec of their events. Every aggregate is a source.
 *
 * @category model
 * @since 0.1.0
 */
export interface Source<Ev extends Event> {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string> | undefined
  readonly events: Pick<EventCodec<Ev>, 'decode'>
}

/**
 * Any {@link Source}. `readable` of a codec has the stored names that it can decode, so that a filter with other names
 * is an error.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnySource {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string> | undefined
  readonly events: {
    readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<Event>>
    readonly readable?: ReadonlyArray<{ readonly type: string }> | undefined
  }
}

/**
 * The events of a list of sources, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type EventFrom<Sources extends ReadonlyArray<AnySource>> = Sources[number] extends infer One
  ? One extends {
      readonly events: {
        readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<infer Ev extends Event>>
      }
    }
    ? Ev
    : never
  : never

/**
 * The events of a list of sources with their envelopes, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type RecordedFrom<Sources extends ReadonlyArray<AnySource>> = Recorded<EventFrom<Sources>>
