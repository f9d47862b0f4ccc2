import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { describeUnknown } from '../../values/describeUnknown.ts'
import { tellingError } from '../../values/internal/tellingError.ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { Json } from '../../values/Json.ts'
import { UserCode } from '../../values/UserCode.ts'
import { ValidationProblem } from '../../values/ValidationProblem.ts'
import { type EncodeFailure, encodeFailure } from '../EncodeFailure.ts'
import type { Event } from '../Event.ts'
import type { EncodedEvent } from '../RecordedEvent.ts'
import type { ReadableVersion } from '../RetiredVersion.ts'
import { type Difference, firstDifference } from './firstDifference.ts'
import { type BadPart, throwingPart } from './throwingPart.ts'

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

const show = (value: unknown): string =>
  value === undefined ? 'absent' : shorten(typeof value === 'string' ? JSON.stringify(value) : describeUnknown(value))

/** What a person can do about a field that a spread has brought along, which compiles. */
const leftOut = '; if its codec does not have this field, leave the field out, or add it to the codec'

const differs = ({ there, back }: Difference): string =>
  `decoding it does not give the same value: it is ${show(there)}, and decoding gives ${show(back)}${back === undefined ? leftOut : ''}`

/** The field that its codec does not decode, with the expected type and the value. */
const undecodable = (type: string, errors: t.Errors): EncodeFailure => {
  const error = tellingError(errors)
  const [problem] = error === undefined ? [] : ValidationProblem.fromIoTs([error])
  return encodeFailure(type, problem?.path ?? 'data', problem?.why ?? 'its codec does not decode it')
}

/** Encodes an event, decodes the result and compares the two. It runs functions of the application, so it may throw. */
const encodeAndCompare = (
  { type, schemaVersion, codec }: ReadableVersion,
  event: Event,
): E.Either<EncodeFailure, EncodedEvent> => {
  const checked = Json.check('data')(UserCode.plain('encode', codec.encode(event.data)))
  if (E.isLeft(checked)) return E.left(encodeFailure(event.type, checked.left.what, checked.left.why))
  const data = checked.right
  const back = UserCode.plain('decode', codec.decode(data))
  if (E.isLeft(back)) return E.left(undecodable(event.type, back.left))
  const difference = firstDifference(event.data, back.right, 'data')
  return difference === undefined
    ? E.right({ type, schemaVersion, data })
    : E.left(encodeFailure(event.type, difference.path, differs(difference)))
}

const nowhere: BadPart = { path: 'data', why: undefined }

/** The field whose codec throws. The search runs functions of the application again, so it may throw, too. */
const whereItThrows = ({ codec }: ReadableVersion, { data }: Event): BadPart =>
  E.getOrElse(() => nowhere)(tryCatch(() => throwingPart(codec, data, 'data')))

/**
 * Encodes an event, or names the part that would not decode to the same value. Written step by step for the reason
 * given in `decodeWith`.
 */
export const encodeWith =
  (version: ReadableVersion) =>
  (event: Event): E.Either<EncodeFailure, EncodedEvent> => {
    const encoded = tryCatch(() => encodeAndCompare(version, event))
    if (E.isRight(encoded)) return encoded.right
    const { path, why } = whereItThrows(version, event)
    return E.left(encodeFailure(event.type, path, why ?? encoded.left))
  }
