import { CheckedAppend, Limits } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { maxGrowth, storedSize } from '../src/values/internal/storedSize.ts'

/** A number without an exponent, by arithmetic on the digits of its JSON text. */
const writtenOut = (value: number): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(JSON.stringify(value)) ?? []
  const point = whole.length + Number(exponent)
  const digits = `${whole}${fraction}`
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
  return `${sign}0.${'0'.repeat(-point)}${digits}`
}

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(1e300, -1e308, 5e-324, -1.5e-7, 1e21, 1e20, 1.5e21, Number.MAX_VALUE, 0),
)

describe('the stored size of JSON', () => {
  it('counts every digit of a number', () => {
    fc.assert(
      fc.property(numbers, (value) => {
        expect(storedSize(JSON.stringify(value))).toBe(writtenOut(value === 0 ? 0 : value).length)
      }),
    )
  })

  it('counts numbers at any depth, and nothing in texts and keys', () => {
    const value = { '1e300': ['1e300', { a: 1e300 }] }
    expect(storedSize(JSON.stringify(value))).toBe('{"1e300":["1e300",{"a":}]}'.length + 301)
  })

  it('is at most so many times the length of the text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), numbers, (value, number) => {
        const text = JSON.stringify([value, number])
        expect(storedSize(text)).toBeLessThanOrEqual(text.length * maxGrowth)
      }),
    )
  })

  it('limits an event, and the error says how large it is', () => {
    const data = Array.from({ length: 4_000 }, () => 1e300)
    const id = '01J8Z4T7Q2N5X9V3B6M1K0C4DE'
    const append = { stream: 'a-1', expected: 'any', events: [{ id, type: 'A', schemaVersion: 1, data, metadata: {} }] }
    expect(CheckedAppend.check([append] as never)).toMatchObject({
      left: {
        what: 'append.events[0]',
        why: `must have at most ${Limits.eventSize} characters of JSON with every digit of its numbers written out, has 1208001`,
      },
    })
  })
})
