import { describe, expect, it } from '@jest/globals'
import { Schedule } from '../src/Schedule.ts'

describe('the schedule', () => {
  it('gives each candidate a warm-up turn, then rounds of alternating order', () => {
    expect(Schedule.make(['A', 'B'], 2).map(({ name, round }) => `${name}${round}`)).toEqual([
      ...['A0', 'B0'],
      ...['B1', 'A1'],
      ...['A2', 'B2'],
    ])
  })

  it('has the same number of turns for each candidate, and none twice', () => {
    const slots = Schedule.make(['A', 'B', 'C'], 7)
    expect(new Set(slots.map(({ name, round }) => `${name}${round}`)).size).toBe(slots.length)
    for (const name of ['A', 'B', 'C']) expect(slots.filter((slot) => slot.name === name)).toHaveLength(8)
  })

  it('has one turn for each candidate when that is enough', () => {
    expect(Schedule.once(['A', 'B'])).toEqual([
      { name: 'A', round: 1 },
      { name: 'B', round: 1 },
    ])
  })

  it('is empty without candidates', () => {
    expect(Schedule.make([], 3)).toEqual([])
  })
})
