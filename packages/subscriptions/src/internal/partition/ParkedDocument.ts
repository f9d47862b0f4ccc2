import { describeError, describeUnknown, type Json } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { keyOf, sortableNumber } from '../handlers/documentKeys.ts'
import type { ParkRequest } from '../handlers/HandlerWorker.ts'
import { ParkedInput } from '../handlers/ParkedInput.ts'

/**
 * Stored form of a parked event. The event itself stays in the log, at its position. `whole`: it is parked in the lane
 * of its stream for all lanes that it has in this partition, because its own lanes are unknown, or because it is behind
 * such an event. Otherwise its other lanes are handled. `input`: it is no event, but a timer of a process or the
 * rejection of a command, at the position up to which its lane was handled. `id` is that of the event; earlier versions
 * did not store it.
 */
export const ParkedDocument = t.exact(
  t.intersection([
    t.type({
      lane: t.string,
      stream: t.string,
      version: t.number,
      position: t.number,
      type: t.string,
      schemaVersion: t.number,
      why: t.string,
      behind: t.boolean,
      whole: t.boolean,
      attempts: t.number,
      parkedAt: t.number,
    }),
    t.partial({ input: ParkedInput, id: t.string }),
  ]),
)

export type ParkedDocument = t.TypeOf<typeof ParkedDocument>

/**
 * Keys of one lane sort by position. A lane may be longer than a key; the data holds it whole. In the lane of a stream,
 * one event may be parked by several partitions, and a document is written by only one.
 */
export const parkedKey = (lane: string, position: number, partition: number): string =>
  keyOf(lane, sortableNumber(position), sortableNumber(partition))

/**
 * A failure as a sentence for an operator. Never throws, because it is called between a unit of work and its commit. A
 * codec of the user may return a failure that is no `DecodeFailure`.
 */
export const describeFailure = (why: HandlerFailure): string => {
  try {
    const said: unknown = describeError(why)
    return typeof said === 'string' ? said : describeUnknown(why)
  } catch {
    return describeUnknown(why)
  }
}

/**
 * Text that every store accepts: NUL and lone surrogates would be rejected, and a reason must never make a commit fail.
 */
export const sanitize = (text: string): string => text.slice(0, 2_000).replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD')

/** When an event was parked, and how often it was tried before. */
export interface ParkedBefore {
  readonly parkedAt: number
  readonly attempts: number
}

export const parkedChange = (
  partition: number,
  { delivery: { lane, event, content }, why, whole, tries = 1 }: ParkRequest,
  { parkedAt, attempts }: ParkedBefore,
): DocumentChange => {
  const { stream, version, position, id, type, schemaVersion } = event
  const behind = why === 'behind'
  const data: ParkedDocument = {
    lane,
    stream,
    version,
    position,
    id,
    type,
    schemaVersion,
    why: sanitize(behind ? 'waits behind another event of its lane' : describeFailure(why)),
    behind,
    whole: whole ?? E.isLeft(content),
    attempts: attempts + (behind ? 0 : tries),
    parkedAt,
  }
  // Texts, numbers and booleans.
  return { kind: 'parked', key: parkedKey(lane, position, partition), data: data as Json }
}

export const decodeParked = (document: Pick<HandlerDocument, 'data'>): ParkedDocument | undefined => {
  const data = ParkedDocument.decode(document.data)
  return E.isRight(data) ? data.right : undefined
}
