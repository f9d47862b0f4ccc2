import type * as fc from 'fast-check'
import { either as E, readonlyArray as RA } from 'fp-ts'
import type * as t from 'io-ts'

/** The values of a codec, before a codec has vouched for their type. */
export type Values = fc.Arbitrary<unknown>

/** Values, or everything that is in their way: sentences that start with a place. */
export type ArbitraryResult = E.Either<ReadonlyArray<string>, Values>

/**
 * Creates the arbitrary of the codec at a place. It is passed to the modules of composed codecs, so that no module
 * needs all the others.
 */
export type MakeArbitrary = (codec: t.Mixed, path: string) => ArbitraryResult

const validation = E.getApplicativeValidation(RA.getSemigroup<string>())

/** All of them, or the problems of all. */
export const all: (made: ReadonlyArray<ArbitraryResult>) => E.Either<ReadonlyArray<string>, ReadonlyArray<Values>> =
  RA.sequence(validation)

/** A sentence about a place. */
export const problem = (path: string, what: string): E.Either<ReadonlyArray<string>, never> =>
  E.left([`${path}: ${what}`])
