import { UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'

/** Checks whether a value can be used; never throws. */
export type Accepts = (value: unknown) => boolean

/** A predicate of the user's may throw on values it was not written for; that is no acceptance. */
export const withoutThrowing =
  (accepts: Accepts): Accepts =>
  (value) => {
    try {
      return accepts(value)
    } catch (cause) {
      // A promise may be thrown, too.
      UserCode.absorb(cause)
      return false
    }
  }

/**
 * A codec accepts a value that it recognises and whose encoded form it decodes. Tests find out whether that gives the
 * same value.
 */
export const acceptedBy = (codec: t.Mixed): Accepts =>
  withoutThrowing(
    (value) =>
      UserCode.plain('is', codec.is(value)) &&
      E.isRight(UserCode.plain('decode', codec.decode(UserCode.plain('encode', codec.encode(value))))),
  )
