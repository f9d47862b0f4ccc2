import { fc, test } from '@fast-check/jest'
import { EventId } from '@foldlog/core'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { either as E } from 'fp-ts'
import { decodeTime } from 'ulid'

const parsed = (id: string) => E.isRight(EventId.parse(id))

describe('EventId.parse', () => {
  test.prop([fc.ulid()])('accepts every ULID', (id) => expect(EventId.parse(id)).toEqual(E.right(id)))

  it('accepts the first and the last ULID', () => {
    expect(parsed('0'.repeat(26))).toBe(true)
    expect(parsed(`7${'Z'.repeat(25)}`)).toBe(true)
  })

  it.each([
    '',
    '01J8Z4T7Q2N5X9V3B6M1K0C4D',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DEF',
    '01j8z4t7q2n5x9v3b6m1k0c4de',
    '81J8Z4T7Q2N5X9V3B6M1K0C4DE',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DI',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DL',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DO',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DU',
    '01J8Z4T7Q2N5X9V3B6M1K0C4DE\n',
    ' 01J8Z4T7Q2N5X9V3B6M1K0C4D',
  ])('refuses %j', (id) => {
    const why = `must be a ULID in canonical form, is ${JSON.stringify(id)}`
    expect(EventId.parse(id)).toEqual(E.left({ _tag: 'InvalidInput', what: 'event id', why }))
  })

  it('rejects values that are not strings', () => {
    for (const value of [undefined, null, 7, 1n, {}, Symbol('a'), ['01J8Z4T7Q2N5X9V3B6M1K0C4DE']]) {
      // Violates the type on purpose: that is the subject of this test.
      expect(EventId.parse(value as never)).toMatchObject(E.left({ what: 'event id' }))
    }
  })
})

describe('EventId.source', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  const times = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 50 })

  test.prop([times, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))])(
    'gives canonical ids that ascend, whatever the clock does',
    (ticks, randoms) => {
      let tick = 0
      const next = EventId.source({
        now: () => 1_700_000_000_000 + (ticks[tick++] ?? 0),
        // Not near one: of a hundred thousand of the greatest numbers in a row there is no next.
        random: () => randoms.next().value * 0.9,
      })
      const ids = ticks.map(() => next())
      expect(ids.every(parsed)).toBe(true)
      expect(ids).toEqual([...ids].sort())
      expect(new Set(ids).size).toBe(ids.length)
    },
  )

  it('contains the time of its clock', () => {
    const next = EventId.source({ now: () => 1_700_000_000_123, random: () => 0 })
    expect(decodeTime(next())).toBe(1_700_000_000_123)
  })

  it('returns the same ids for the same clock and the same random numbers', () => {
    const ids = () => {
      let n = 0
      const next = EventId.source({ now: () => 5 + Math.floor(n / 40), random: () => (n++ % 32) / 32 })
      return Array.from({ length: 10 }, () => next())
    }
    expect(ids()).toEqual(ids())
  })

  it.each([0, -0, -5, 0.5, Number.NaN, 1_700_000_000_000.25])('uses no other clock when its own returns %d', (now) => {
    const clock = jest.spyOn(Date, 'now')
    const chance = jest.spyOn(Math, 'random')
    const next = EventId.source({ now: () => now, random: () => 0.5 })
    const ids = [next(), next(), next()]
    expect(ids.every(parsed)).toBe(true)
    expect(decodeTime(ids[0] ?? '')).toBe(now > 1 ? Math.floor(now) : 1)
    expect(clock).not.toHaveBeenCalled()
    expect(chance).not.toHaveBeenCalled()
  })
})

describe('EventId.fromHash', () => {
  test.prop([fc.uint8Array({ maxLength: 40 })])('makes the same id of the same bytes', (hash) => {
    const id = EventId.fromHash(hash)
    expect(parsed(id)).toBe(true)
    expect(EventId.fromHash(Uint8Array.from(hash))).toBe(id)
  })

  it('uses the low five bits of a byte, and three of the first', () => {
    const bytes = Uint8Array.from([...Array.from({ length: 26 }, (_, i) => 0xe0 + i), 99])
    expect(EventId.fromHash(bytes)).toBe('0123456789ABCDEFGHJKMNPQRS')
    expect(EventId.fromHash(new Uint8Array(26).fill(255))).toBe(`7${'Z'.repeat(25)}`)
    expect(EventId.fromHash(new Uint8Array())).toBe('0'.repeat(26))
  })
})
