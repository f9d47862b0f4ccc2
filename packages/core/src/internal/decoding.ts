import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { DecodeReason } from '../DecodeFailure.ts'
import { attempt } from './attempt.ts'
import { problemsOf } from './problems.ts'

/** Decodes data with a codec of the user's; one that throws has found the data invalid. */
export const decodeWith =
  <A>(codec: t.Type<A, unknown>) =>
  (data: unknown): E.Either<DecodeReason, A> =>
    F.pipe(
      attempt(() => codec.decode(data)),
      E.mapLeft((why) => [{ path: 'data', why }]),
      E.chain(E.mapLeft((errors) => problemsOf(errors))),
      E.mapLeft((problems) => ({ _tag: 'InvalidData', problems })),
    )
