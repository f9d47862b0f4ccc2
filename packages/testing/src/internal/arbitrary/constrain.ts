import { UserCode } from '@foldlog/core/store'
import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { type Accepts, acceptedBy, withoutThrowing } from './accepts.ts'

type Values = fc.Arbitrary<unknown>

/**
 * Enough samples to distinguish a filter that passes one in ten from one that hardly ever passes any. The seed is
 * fixed: the same codec gives the same arbitrary.
 */
const samples = 60

const acceptanceRate = (values: Values, accepts: Accepts): number => {
  try {
    return fc.sample(values, { numRuns: samples, seed: 20_240_229 }).filter(accepts).length / samples
  } catch {
    // A filter inside gave up, or a recursion did not end: there are no values.
    return 0
  }
}

const [sufficientRate, minimalRate] = [0.2, 0.05]

/** A filter that passes one value in twenty refuses this many in a row once in 10^22 times. */
const maxRejectionsInARow = 1_000

/** A filter that fails with advice where that of fast-check would try for ever. */
export const filtered = (values: Values, accepts: Accepts, name: string): Values => {
  let refused = 0
  return values.filter((value) => {
    if (accepts(value)) {
      refused = 0
      return true
    }
    refused += 1
    // Thrown inside fast-check, which knows no other way to end a generation.
    if (refused > maxRejectionsInARow) throw new Error(`${refused} values in a row are no ${name}: ${advice}`)
    return false
  })
}

/** The advice for a codec whose values are not found. */
export const advice = 'give the codec an arbitrary of its own, by overrides: [withArbitrary(codec, arbitrary)]'

/** One of several, simplest first; a counterexample shrinks to the first. */
export const oneOf = (alternatives: ReadonlyArray<Values>): Values => {
  const [only] = alternatives
  return only !== undefined && alternatives.length === 1 ? only : fc.oneof({ withCrossShrink: true }, ...alternatives)
}

/**
 * Candidates for the values of a codec, as lists in order of preference: the first list with an acceptable value is
 * used.
 */
export type Candidates = ReadonlyArray<ReadonlyArray<Values>>

/** A codec that recognises the values, but does not decode them, may itself be the reason. */
export const explainNone = (candidates: Candidates, codec: t.Mixed): string => {
  const accepts = acceptedBy(codec)
  const lost = withoutThrowing((value) => UserCode.plain('is', codec.is(value)) && !accepts(value))
  return candidates.flat().some((values) => acceptanceRate(values, lost) > 0)
    ? `what ${codec.name} recognises, it does not decode when it has encoded it; mend it, or ${advice}`
    : `hardly any value that was tried is a ${codec.name}; ${advice}`
}

/**
 * The candidates that are accepted often enough, in the given order; when there are none, the one that is accepted
 * most, unless that is hardly ever.
 */
export const constrain = (candidates: Candidates, codec: t.Mixed): E.Either<string, Values> => {
  const accepts = acceptedBy(codec)
  const rated: Array<{ readonly values: Values; readonly rate: number }> = []
  for (const list of candidates) {
    const more = list.map((values) => ({ values, rate: acceptanceRate(values, accepts) }))
    rated.push(...more)
    if (more.some((one) => one.rate >= sufficientRate)) break
  }
  const best = rated.reduce((max, one) => Math.max(max, one.rate), 0)
  const chosen = rated.filter(
    (one) => one.rate >= (best >= sufficientRate ? sufficientRate : Math.max(best, minimalRate)),
  )
  return chosen.length === 0
    ? E.left(explainNone(candidates, codec))
    : F.pipe(
        oneOf(chosen.slice(0, 6).map(({ values }) => values)),
        (values) => filtered(values, accepts, codec.name),
        E.right,
      )
}
