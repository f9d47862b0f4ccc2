import { fc, test } from '@fast-check/jest'
import { ExpectedVersion } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

describe('ExpectedVersion.accepts', () => {
  it.each<readonly [ExpectedVersion, ReadonlyArray<number>, ReadonlyArray<number>]>([
    ['any', [0, 1, 2, 1_000], []],
    ['noStream', [0], [1, 2, 1_000]],
    ['streamExists', [1, 2, 1_000], [0]],
    [0, [0], [1, 2, 1_000]],
    [1, [1], [0, 2, 1_000]],
    [2, [2], [0, 1, 3, 1_000]],
  ])('%s accepts the versions %j, not %j', (expected, yes, no) => {
    expect(yes.map((actual) => ExpectedVersion.accepts(expected, actual))).toEqual(yes.map(() => true))
    expect(no.map((actual) => ExpectedVersion.accepts(expected, actual))).toEqual(no.map(() => false))
  })

  test.prop([fc.nat(), fc.nat()])('an exact version accepts itself only', (expected, actual) => {
    expect(ExpectedVersion.accepts(expected, actual)).toBe(expected === actual)
    expect(ExpectedVersion.accepts(expected, expected)).toBe(true)
  })

  test.prop([fc.nat()])('exact 0 is noStream, and the rest streamExists', (actual) => {
    expect(ExpectedVersion.accepts(0, actual)).toBe(ExpectedVersion.accepts('noStream', actual))
    expect(ExpectedVersion.accepts('streamExists', actual)).toBe(!ExpectedVersion.accepts('noStream', actual))
  })
})

describe('ExpectedVersion.is', () => {
  it.each(['any', 'noStream', 'streamExists', 0, 1, Number.MAX_SAFE_INTEGER])('%s', (value) => {
    expect(ExpectedVersion.is(value)).toBe(true)
  })

  it.each([
    -1,
    0.5,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '0',
    'Any',
    'no-stream',
    null,
    undefined,
    1n,
    {},
    ['any'],
  ])('not %s', (value) => expect(ExpectedVersion.is(value)).toBe(false))
})

describe('ExpectedVersion.check', () => {
  const check = ExpectedVersion.check('expected')

  it('accepts what is one', () => expect(check('noStream')).toEqual(E.right('noStream')))

  it('names what was given instead', () => {
    const why = (given: string) => `must be 'any', 'noStream', 'streamExists' or an integer from 0 up, is ${given}`
    expect(check(-1)).toEqual(E.left({ _tag: 'InvalidInput', what: 'expected', why: why('-1') }))
    expect(check('Any')).toEqual(E.left({ _tag: 'InvalidInput', what: 'expected', why: why('"Any"') }))
  })
})
