import { either as E } from 'fp-ts'
import { type EncodeFailure, encodeFailure } from '../EncodeFailure.ts'
import type { Event } from '../Event.ts'
import { Json } from '../Json.ts'
import type { EncodedEvent } from '../RecordedEvent.ts'
import type { KnownShape } from '../RetiredShape.ts'
import { attempt } from './attempt.ts'
import { difference } from './difference.ts'

/** Encodes, and decodes again to see whether the same comes back. Runs functions of the user's, so it may throw. */
const encodeAndCompare = (
  { type, schemaVersion, codec }: KnownShape,
  event: Event,
): E.Either<EncodeFailure, EncodedEvent> => {
  const checked = Json.check('data')(codec.encode(event.data))
  if (E.isLeft(checked)) return E.left(encodeFailure(event.type, checked.left.what, checked.left.why))
  const data = checked.right
  const back = codec.decode(data)
  const differs = E.isLeft(back) ? 'data' : difference(event.data, back.right, 'data')
  return differs === undefined
    ? E.right({ type, schemaVersion, data })
    : E.left(encodeFailure(event.type, differs, 'would not come back the same'))
}

/** Encodes an event, or tells what of it would not come back the same. Step by step for the reason that `decodeWith` has. */
export const encodeWith =
  (shape: KnownShape) =>
  (event: Event): E.Either<EncodeFailure, EncodedEvent> => {
    const encoded = attempt(() => encodeAndCompare(shape, event))
    return E.isLeft(encoded) ? E.left(encodeFailure(event.type, 'data', encoded.left)) : encoded.right
  }
