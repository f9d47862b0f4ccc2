import { brandedId, brandedInteger, brandedText, Day, Email, Instant, Money, Ulid } from '@foldlog/core/codecs'
import { arbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'

const valid = <A>(made: E.Either<unknown, A>): A => {
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}
const day = (text: string): Day => valid(Day.parse(text))
const instant = (text: string): Instant => valid(Instant.parse(text))
const euros = (cents: number): Money => valid(Money.make('EUR', cents))

describe('Day', () => {
  it('accepts the days of the calendar that a Date knows, and no other text', () => {
    const number = (max: number) => fc.integer({ min: 0, max })
    void fc.assert(
      fc.property(number(9999), number(13), number(32), (y, m, d) => {
        const [month, dayOfMonth] = [m, d].map((n) => `${n}`.padStart(2, '0'))
        const text = `${`${y}`.padStart(4, '0')}-${month}-${dayOfMonth}`
        const date = new Date(`${text}T00:00:00Z`)
        expect(Day.is(text)).toBe(date.getUTCDate() === d && date.getUTCMonth() === m - 1)
      }),
      { numRuns: 2_000 },
    )
    expect(['2024-2-29', '2024-02-29T', '02024-02-29', '٢٠٢٤-02-29', ''].some(Day.is)).toBe(false)
    expect(Day.parse('2023-02-29')).toMatchObject({ left: { why: expect.stringMatching('"2023-02-29"') } })
  })

  it('counts days there and back, in the order of the texts', () => {
    void fc.assert(
      fc.property(arbitrary(Day), arbitrary(Day), (from, to) => {
        const days = Day.daysBetween(from, to)
        expect(Day.plusDays(from, days)).toEqual(E.right(to))
        expect(Day.Ord.compare(from, to)).toBe(Math.sign(-days) + 0)
      }),
    )
    expect(Day.plusDays(day('2024-02-28'), 2)).toEqual(E.right('2024-03-01'))
    expect([1, 0.5, Number.NaN, 2 ** 53 - 1].map((n) => E.isLeft(Day.plusDays(day('9999-12-31'), n)))).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(E.isLeft(Day.fromDate(new Date(Number.NaN)))).toBe(true)
  })
})

describe('Instant', () => {
  it('reads texts with a time zone, and stores one text for each point in time', () => {
    const noon = '2024-02-29T12:00:00.000Z'
    for (const text of ['2024-02-29T13:00+01:00', '2024-02-29T12:00Z', '2024-02-29T12:00:00.0009Z', noon]) {
      expect(Instant.parse(text)).toEqual(E.right(noon))
      expect(Instant.is(text)).toBe(text === noon)
    }
    for (const text of ['2024-02-29', '2024-02-29T12:00', '2023-02-29T12:00Z', '2024-02-29T25:00Z', 'now']) {
      expect(E.isLeft(Instant.parse(text))).toBe(true)
    }
    expect(E.isLeft(Instant.fromDate(new Date(Number.NaN)))).toBe(true)
    expect(E.isLeft(Instant.plus(instant('9999-12-31T23:59:59.999Z'), 1))).toBe(true)
    expect(E.isLeft(Instant.plus(instant(noon), 0.5))).toBe(true)
  })

  it('counts milliseconds there and back, in the order of the texts', () => {
    void fc.assert(
      fc.property(arbitrary(Instant), arbitrary(Instant), (from, to) => {
        const between = Instant.millisecondsBetween(from, to)
        expect(Instant.plus(from, between)).toEqual(E.right(to))
        expect(Instant.fromDate(Instant.toDate(from))).toEqual(E.right(from))
        expect(Instant.Ord.compare(from, to)).toBe(Math.sign(-between) + 0)
      }),
    )
  })
})

describe('Money', () => {
  it('computes exactly, or says that it cannot', () => {
    void fc.assert(
      fc.property(arbitrary(Money), fc.maxSafeInteger(), fc.maxSafeInteger(), (money, n, factor) => {
        const other = { ...money, minorUnits: euros(n).minorUnits }
        const results = [
          [Money.add(money, other), BigInt(money.minorUnits) + BigInt(n)],
          [Money.subtract(money, other), BigInt(money.minorUnits) - BigInt(n)],
          [Money.times(money, factor), BigInt(money.minorUnits) * BigInt(factor)],
        ] as const
        for (const [result, exact] of results) {
          const isExact = BigInt(Number.MIN_SAFE_INTEGER) <= exact && exact <= BigInt(Number.MAX_SAFE_INTEGER)
          if (isExact) expect(result).toEqual(E.right({ ...money, minorUnits: Number(exact) }))
          else expect(result).toMatchObject({ left: { _tag: 'MoneyOutOfRange' } })
          if (E.isRight(result)) expect(Money.is(result.right)).toBe(true)
        }
      }),
    )
    expect(Money.times(euros(-5), 0)).toEqual(E.right(Money.zero(euros(0).currency)))
    expect(Money.times(euros(5), 0.5)).toMatchObject({ left: { _tag: 'MoneyOutOfRange', minorUnits: 2.5 } })
  })

  it('keeps currencies apart', () => {
    const francs = valid(Money.make('CHF', 1))
    for (const combine of [Money.add, Money.subtract, Money.compare]) {
      expect(combine(euros(1), francs)).toEqual(E.left({ _tag: 'CurrencyMismatch', left: 'EUR', right: 'CHF' }))
    }
    expect([1, 2, 3].map((n) => Money.compare(euros(2), euros(n)))).toEqual([1, 0, -1].map(E.right))
    expect(Money.make('eur', 1)).toMatchObject({ left: { what: 'currency' } })
    expect(Money.make('EUR', 0.5)).toMatchObject({ left: { what: 'minorUnits', why: expect.stringMatching('0.5') } })
  })
})

describe('A branded codec', () => {
  it('reads its pattern as JSON Schema does, and refuses one that JSON Schema cannot read', () => {
    expect(() => brandedId('RoomId', /^[a-z]+$/i)).toThrow(/RoomId has the flags "i"/)
    expect(() => brandedId('RoomId', /^]$/)).toThrow(/RoomId is no pattern of JSON Schema/)
    expect(() => brandedText('Name', { pattern: Object('a') })).toThrow(/Name must be a regular expression/)
    expect(() => brandedText('Name', { maxLength: Number.NaN })).toThrow(/maxLength of Name/)
    expect(() => brandedInteger('Nights', { min: 2, max: 1 })).toThrow(/limits of Nights/)
    expect(brandedId('Emoji', /^.$/).is('😀')).toBe(true)
  })

  it('counts the characters that people see, and leaves out blank texts', () => {
    const Name = brandedText('Name', { maxLength: 3 })
    expect(['abc', '😀😀😀', ' a '].map(Name.is)).toEqual([true, true, true])
    expect(['abcd', '', ' \n '].map(Name.is)).toEqual([false, false, false])
    expect([Email.is('Ada@Example.org'), Email.is('ada'), Email.is('a@b c')]).toEqual([true, false, false])
    expect(Email.lowerCase(valid(Email.decode('Ada@Example.org')))).toBe('ada@example.org')
    expect([Ulid.is('01ARZ3NDEKTSV4RRFFQ69G5FAV'), Ulid.is('81ARZ3NDEKTSV4RRFFQ69G5FAV')]).toEqual([true, false])
  })

  it('is known by the shape of its brand', () => {
    const RoomId = brandedId('RoomId', /^\d+$/)
    type OtherCopy = string & { readonly RoomId: 'checked' }
    const other: OtherCopy = valid(RoomId.decode('1'))
    const back: t.TypeOf<typeof RoomId> = other
    // @ts-expect-error A text without the brand is no id.
    const wrong: t.TypeOf<typeof RoomId> = '1'
    expect([back, wrong]).toEqual(['1', '1'])
  })
})
