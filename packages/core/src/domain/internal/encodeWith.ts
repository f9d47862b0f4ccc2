import { either as E } from 'fp-ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { Json } from '../../values/Json.ts'
import { type EncodeFailure, encodeFailure } from '../EncodeFailure.ts'
import type { Event } from '../Event.ts'
import type { EncodedEvent } from '../RecordedEvent.ts'
import type { ReadableVersion } from '../RetiredVersion.ts'
import { firstDifference } from './firstDifference.ts'

/** Encodes an event, decodes the result and compares the two. It runs functions of the application, so it may throw. */
const encodeAndCompare = (
  { type, schemaVersion, codec }: ReadableVersion,
  event: Event,
): E.Either<EncodeFailure, EncodedEvent> => {
  const checked = Json.check('data')(codec.encode(event.data))
  if (E.isLeft(checked)) return E.left(encodeFailure(event.type, checked.left.what, checked.left.why))
  const data = checked.right
  const back = codec.decode(data)
  const differs = E.isLeft(back) ? 'data' : firstDifference(event.data, back.right, 'data')
  return differs === undefined
    ? E.right({ type, schemaVersion, data })
    : E.left(encodeFailure(event.type, differs, 'decoding it does not give the same value'))
}

/**
 * Encodes an event, or names the part that would not decode to the same value. Written step by step for the reason
 * given in `decodeWith`.
 */
export const encodeWith =
  (version: ReadableVersion) =>
  (event: Event): E.Either<EncodeFailure, EncodedEvent> => {
    const encoded = tryCatch(() => encodeAndCompare(version, event))
    return E.isLeft(encoded) ? E.left(encodeFailure(event.type, 'data', encoded.left)) : encoded.right
  }
