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
 * is an error; `types` has the types of its events.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnySource {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string> | undefined
  readonly events: {
    readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<Event>>
    readonly types?: ReadonlyArray<string> | undefined
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

/**
 * The types of the events of a list of sources, as a union of literals.
 *
 * @category type level
 * @since 0.1.0
 */
export type TypeFrom<Sources extends ReadonlyArray<AnySource>> = EventFrom<Sources>['type']

/**
 * The events of these types, of a list of sources, with their envelopes, as a union.
 *
 * @category type level
 * @since 0.1.0
 */
export type RecordedOf<Sources extends ReadonlyArray<AnySource>, Type extends string> = Recorded<
  Extract<EventFrom<Sources>, { readonly type: Type }>
>

/**
 * No constraint when `Unknown` is `never`; otherwise a property that no record of cases has. So a case for an event
 * that no source has does not compile, and the message names it.
 *
 * @category type level
 * @since 0.1.0
 */
export type OnlyKnown<Unknown> = [Unknown] extends [never]
  ? unknown
  : { readonly 'no source has events of this type': Unknown }
