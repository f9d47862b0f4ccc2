import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { ValidationProblem } from '../../values/ValidationProblem.ts'
import type { DecodeReason } from '../DecodeFailure.ts'

/**
 * Decodes data with a codec from the application; a codec that throws rejects the data. Written step by step, not as a
 * chain of `map`: every event that is read passes through here, and the chain took longer than the codec.
 */
export const decodeWith =
  <A>(codec: t.Type<A, unknown>) =>
  (data: unknown): E.Either<DecodeReason, A> => {
    const decoded = tryCatch(() => codec.decode(data))
    if (E.isLeft(decoded)) return E.left({ _tag: 'InvalidData', problems: [{ path: 'data', why: decoded.left }] })
    if (E.isLeft(decoded.right))
      return E.left({ _tag: 'InvalidData', problems: ValidationProblem.fromIoTs(decoded.right.left) })
    return decoded.right
  }
