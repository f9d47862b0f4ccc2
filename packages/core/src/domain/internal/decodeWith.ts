import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { tryCatch } from '../../values/internal/tryCatch.ts'
import { UserCode } from '../../values/UserCode.ts'
import { ValidationProblem } from '../../values/ValidationProblem.ts'
import type { DecodeReason } from '../DecodeFailure.ts'

const invalidData = (problems: ReadonlyArray<ValidationProblem>): E.Either<DecodeReason, never> =>
  E.left({ _tag: 'InvalidData', problems })

/**
 * Decodes data with a codec from the application; a codec that throws rejects the data. Written step by step, not as a
 * chain of `map`: every event that is read passes through here, and the chain took longer than the codec.
 */
export const decodeWith =
  <A>(codec: t.Type<A, unknown>) =>
  (data: unknown): E.Either<DecodeReason, A> => {
    // The result is read inside of `tryCatch`, because reading it may throw, too.
    const decoded = tryCatch((): E.Either<DecodeReason, A> => {
      const answer = UserCode.plain('decode', codec.decode(data))
      return E.isRight(answer) ? answer : invalidData(ValidationProblem.fromIoTs(answer.left))
    })
    return E.isRight(decoded) ? decoded.right : invalidData([{ path: 'data', why: decoded.left }])
  }
