import { Limits, NumberOption } from '@foldlog/core/store'
import { apply as Ap, either as E, function as F, readonlyArray as RA } from 'fp-ts'
import { DispatcherLimits } from '../DispatcherLimits.ts'
import type { BaseOptions } from '../DispatcherOptions.ts'

/** The numbers among the options of a dispatcher. */
export interface DispatcherNumbers extends DispatcherLimits {
  /** Maximum number of states in memory. */
  readonly cache: number
}

type Read = E.Either<ReadonlyArray<string>, number>

const read = (what: string, value: unknown, absent: number, max = Number.MAX_SAFE_INTEGER): Read =>
  F.pipe(
    NumberOption.read(what, { min: 1, max, absent }, value),
    E.mapLeft((error) => [`${error.what} ${error.why}`]),
  )

const allOrProblems = Ap.sequenceS(E.getApplicativeValidation(RA.getSemigroup<string>()))

/** Reads the numbers of the options, or returns every problem with them, each as a sentence. */
export const readNumbers = ({
  limits,
  cache,
}: Pick<BaseOptions<[]>, 'limits' | 'cache'>): E.Either<ReadonlyArray<string>, DispatcherNumbers> => {
  const { defaults } = DispatcherLimits
  // A JavaScript caller may pass `null`.
  const given = limits ?? {}
  const names = NumberOption.checkNames('limits', defaults, given)
  if (E.isLeft(names)) return E.left([`${names.left.what} ${names.left.why}`])
  return allOrProblems({
    // One append has at most so many events.
    batchSize: read('limits.batchSize', given.batchSize, defaults.batchSize, Limits.eventsPerAppend),
    maxWaiting: read('limits.maxWaiting', given.maxWaiting, defaults.maxWaiting),
    effectTimeout: read('limits.effectTimeout', given.effectTimeout, defaults.effectTimeout, NumberOption.longestTimer),
    // The cache reserves its memory at once.
    cache: read('cache', cache, 10_000, 10_000_000),
  })
}
