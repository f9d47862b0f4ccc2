import { describe, expect, it } from '@jest/globals'
import { Statistics } from '../src/Statistics.ts'

/** 100, 99, ... 1: no result may depend on the order. */
const figures = Array.from({ length: 100 }, (_, i) => 100 - i)

describe('the spread of figures', () => {
  it('is their median, minimum and maximum', () => {
    expect(Statistics.spread(figures)).toEqual({ median: 50.5, low: 1, high: 100 })
    expect(Statistics.spread([3, 1, 100])).toEqual({ median: 3, low: 1, high: 100 })
  })

  it('is empty without figures', () => {
    expect(Statistics.spread([])).toBeUndefined()
  })

  it('leaves the figures unchanged', () => {
    const before = [3, 1, 2]
    Statistics.spread(before)
    Statistics.percentile(before, 0.5)
    expect(before).toEqual([3, 1, 2])
  })
})

describe('a percentile', () => {
  it('has the given share of all figures below it', () => {
    expect(Statistics.percentile(figures, 0.99)).toBeCloseTo(99.01)
    expect(Statistics.percentile(figures, 0.5)).toBe(50.5)
    expect(Statistics.percentile(figures, 1)).toBe(100)
    expect(Statistics.percentile([7], 0.99)).toBe(7)
  })

  it('is absent without figures', () => {
    expect(Statistics.percentile([], 0.5)).toBeUndefined()
  })
})
