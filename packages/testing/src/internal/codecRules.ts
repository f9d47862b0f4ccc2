import {
  type DecodeFailure,
  describeError,
  type EncodedEvent,
  type EncodeFailure,
  type Event,
  type EventCodec,
} from '@foldlog/core'
import { either as E, function as F, readonlyArray as RA } from 'fp-ts'
import type { CodecLaw } from '../CodecProblem.ts'
import { describeDifference, differences } from './differences.ts'
import { readBack } from './readBack.ts'

/** A law that is broken, and how. */
export interface BrokenRule {
  readonly law: CodecLaw
  readonly why: string
}

/** The findings, event by event. */
export type RuleResult<A> = E.Either<BrokenRule, A>

const brokenRule =
  (law: CodecLaw) =>
  (failure: EncodeFailure | DecodeFailure): BrokenRule => ({
    law,
    // The position in the stream is invented here.
    why: describeError(failure).replace(/^testing-1 version 1 \(position 1\) /, ''),
  })

/** The stored form of an event. */
export const encode =
  <Ev extends Event>(codec: EventCodec<Ev>) =>
  (event: Ev): RuleResult<EncodedEvent> =>
    F.pipe(codec.encode(event), E.mapLeft(brokenRule('NotStored')))

/** The decoded value of a stored form. */
export const decode =
  <Ev extends Event>(codec: EventCodec<Ev>) =>
  (stored: EncodedEvent): RuleResult<ReadonlyArray<Ev>> =>
    F.pipe(codec.decode(readBack(stored)), E.mapLeft(brokenRule('NotRead')))

/** Nothing, or where two values differ. */
export const checkEqual =
  (law: CodecLaw, name: string) =>
  (expected: unknown, actual: unknown): RuleResult<void> => {
    const found = Array.from(differences(expected, actual, name), describeDifference)
    return found.length === 0 ? E.right(undefined) : E.left({ law, why: found.join('; ') })
  }

/** An event can be written, and is read as itself. */
export const checkRoundTrip =
  <Ev extends Event>(codec: EventCodec<Ev>) =>
  (event: Ev): RuleResult<void> =>
    F.pipe(
      encode(codec)(event),
      E.chain(decode(codec)),
      E.chain((events) => checkEqual('StoredDiffers', 'events')([event], events)),
    )

/** Every one of them. */
export const checkEach =
  <A>(verdict: (one: A) => RuleResult<void>) =>
  (all: ReadonlyArray<A>): RuleResult<void> =>
    F.pipe(
      all,
      E.traverseArray(verdict),
      E.map(() => undefined),
    )

/**
 * A stored form can be decoded, and the decoded event can be encoded again: the result of an upcast must fit the newest
 * form.
 */
export const checkReadable =
  <Ev extends Event>(codec: EventCodec<Ev>) =>
  (stored: EncodedEvent): RuleResult<void> =>
    F.pipe(decode(codec)(stored), E.chain(checkEach(checkRoundTrip(codec))))

/**
 * A stored event decodes as it once did. The stored forms are compared as long as the codec writes the form of that
 * time; once it writes a newer one, both decoded events are compared.
 */
export const checkDecodesTo =
  <Ev extends Event>(codec: EventCodec<Ev>) =>
  (stored: EncodedEvent, then: ReadonlyArray<EncodedEvent>): RuleResult<void> =>
    F.pipe(
      E.Do,
      E.bind('events', () => decode(codec)(stored)),
      E.bind('now', ({ events }) => F.pipe(events, E.traverseArray(encode(codec)))),
      E.bind('before', () => F.pipe(then, E.traverseArray(decode(codec)), E.map(RA.flatten))),
      E.chain(({ events, now, before }) => {
        const isSameForm =
          now.length === then.length &&
          now.every(({ type, schemaVersion }, i) => type === then[i]?.type && schemaVersion === then[i]?.schemaVersion)
        return isSameForm
          ? checkEqual('CorpusDiffers', 'stored')(then, now)
          : checkEqual('CorpusDiffers', 'events')(before, events)
      }),
    )
