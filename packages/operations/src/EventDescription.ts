import { type DecodeFailure, describeError, type Event, type RecordedEvent } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { OperatedDomain } from './OperatedDomain.ts'

/**
 * What the codec of the domain makes of a stored event: `Decoded` has one event for most, several after a split, none
 * after a drop. `Undecodable` says why. `NoCodec`: the domain has no codec for its category.
 *
 * @category model
 * @since 0.1.0
 */
export type Decoding =
  | { readonly _tag: 'Decoded'; readonly events: ReadonlyArray<Event> }
  | { readonly _tag: 'Undecodable'; readonly why: string; readonly failure: DecodeFailure | null }
  | { readonly _tag: 'NoCodec' }

/**
 * A stored event, and what it means to the domain now. `isCurrent` is false when its stored form is not the one that is
 * written now, and null when that is not known.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventDescription {
  readonly recorded: RecordedEvent
  readonly decoding: Decoding
  readonly isCurrent: boolean | null
}

/** The forms that a codec writes; a source may have a codec that can only decode. */
const writtenForms = (
  codec: object,
): ReadonlyArray<{ readonly type: string; readonly schemaVersion: number }> | null => {
  const current: unknown = Reflect.get(codec, 'current')
  return typeof current === 'object' && current !== null ? Object.values(current) : null
}

const decode = (domain: OperatedDomain, recorded: RecordedEvent): Decoding => {
  const source = OperatedDomain.sourceOf(domain, recorded)
  if (source === undefined) return { _tag: 'NoCodec' }
  const run = UserCode.run('decode', () => source.events.decode(recorded))
  if (E.isLeft(run)) return { _tag: 'Undecodable', why: run.left.why, failure: null }
  return E.isLeft(run.right)
    ? { _tag: 'Undecodable', why: describeError(run.right.left), failure: run.right.left }
    : { _tag: 'Decoded', events: run.right.right }
}

/**
 * Describes a stored event by the codecs of a domain.
 *
 * @category constructors
 * @since 0.1.0
 */
const of =
  (domain: OperatedDomain) =>
  (recorded: RecordedEvent): EventDescription => {
    const source = OperatedDomain.sourceOf(domain, recorded)
    const forms = source === undefined ? null : writtenForms(source.events)
    return {
      recorded,
      decoding: decode(domain, recorded),
      isCurrent:
        forms === null
          ? null
          : forms.some(({ type, schemaVersion }) => type === recorded.type && schemaVersion === recorded.schemaVersion),
    }
  }

/**
 * Functions on {@link EventDescription}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventDescription = { of } as const
