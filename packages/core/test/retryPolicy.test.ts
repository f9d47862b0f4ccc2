import { fc, test } from '@fast-check/jest'
import { RetryPolicy, type RetryStatus } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import * as library from 'retry-ts'

const statuses: fc.Arbitrary<RetryStatus> = fc.record({
  iterNumber: fc.nat(20),
  cumulativeDelay: fc.nat(10_000),
  previousDelay: fc.option(fc.nat(10_000)).map(O.fromNullable),
})

describe('RetryPolicy', () => {
  test.prop([fc.nat(20), fc.nat(500), fc.nat(5_000), statuses])('decides as retry-ts does', (n, ms, max, status) => {
    expect(RetryPolicy.limit(n)(status)).toEqual(library.limitRetries(n)(status))
    expect(RetryPolicy.constant(ms)(status)).toEqual(library.constantDelay(ms)(status))
    expect(RetryPolicy.exponential(ms)(status)).toEqual(library.exponentialBackoff(ms)(status))
    const capped = library.capDelay(max, library.exponentialBackoff(ms))
    expect(RetryPolicy.cap(max, RetryPolicy.exponential(ms))(status)).toEqual(capped(status))
    const both = library.Monoid.concat(library.limitRetries(n), capped)
    expect(RetryPolicy.all(RetryPolicy.limit(n), RetryPolicy.cap(max, RetryPolicy.exponential(ms)))(status)).toEqual(
      both(status),
    )
    // A policy of the library is one of ours, and the other way round.
    const ours: RetryPolicy = both
    const theirs: library.RetryPolicy = RetryPolicy.all(ours, RetryPolicy.constant(0))
    expect(theirs(status)).toEqual(both(status))
  })

  it('retries at once when nothing says otherwise', () => {
    expect(RetryPolicy.all()({ iterNumber: 0, cumulativeDelay: 0, previousDelay: O.none })).toEqual(O.some(0))
  })
})
