import { NumberOption } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

const options = { size: { min: 1, max: 10, absent: 5 }, wait: { min: 0, max: 100, absent: 50 } }

const readAll = (values: unknown) => NumberOption.readAll('limits', options, values as never)

describe('A record of numbers', () => {
  it('has the defaults of what is absent or undefined', () => {
    expect(readAll(undefined)).toEqual(E.right({ size: 5, wait: 50 }))
    expect(readAll({ size: undefined, wait: 1 })).toEqual(E.right({ size: 5, wait: 1 }))
  })

  it.each<{ readonly values: object }>([
    { values: { sise: 3 } },
    { values: { size: 3, sise: undefined } },
    { values: { toString: 3 } },
  ])('has no field that nobody reads: $values', ({ values }) => {
    expect(readAll(values)).toEqual(
      E.left({
        _tag: 'InvalidInput',
        what: expect.stringMatching(/^limits\.(sise|toString)$/),
        why: 'is unknown, it must be one of size, wait',
      }),
    )
  })

  it('is rejected when it cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(readAll(proxy)).toMatchObject({ left: { what: 'limits', why: expect.stringMatching(/^must be/) } })
  })
})
