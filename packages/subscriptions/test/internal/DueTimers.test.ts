import { describe, expect, it } from '@jest/globals'
import { isTakenUpTo, makeDueTimers, unfed } from '../../src/internal/partition/DueTimers.ts'

const timer = (key: string, due: number) => ({
  name: 'manager',
  generation: 1,
  kind: 'timer' as const,
  key,
  partition: 0,
  data: null,
  position: 0,
  due: new Date(due),
  requestedAction: null,
})

describe('everything that was recorded up to a time', () => {
  it('is not known to be taken before the partition is fed', () => {
    expect(isTakenUpTo(5, undefined, unfed)).toBe(false)
  })

  it('is taken when the next event that waits was recorded later, however long the log grows', () => {
    const fed = { lastRecordedAt: 100, isEnd: false }
    expect(isTakenUpTo(5, new Date(5), fed)).toBe(false)
    expect(isTakenUpTo(5, new Date(6), fed)).toBe(true)
    expect(isTakenUpTo(99, undefined, fed)).toBe(true)
    expect(isTakenUpTo(100, undefined, fed)).toBe(false)
  })

  it('is taken when nothing waits and the log has no more', () => {
    expect(isTakenUpTo(1_000, undefined, { lastRecordedAt: 100, isEnd: true })).toBe(true)
    expect(isTakenUpTo(1_000, new Date(100), { lastRecordedAt: 100, isEnd: true })).toBe(false)
  })
})

describe('the timers that are due', () => {
  it('are taken once, those that wait for no event, with the latest time of the store', () => {
    const timers = makeDueTimers()
    timers.add({ timers: [timer('a', 1), timer('b', 5)], now: 10 })
    expect(timers.take(undefined)).toBeUndefined()
    timers.add({ timers: [timer('b', 6)], now: 20 })
    timers.onFed({ lastRecordedAt: 9, isEnd: false })
    expect(timers.take(new Date(5))).toEqual({ timers: [timer('a', 1)], now: 20 })
    expect(timers.take(new Date(5))).toBeUndefined()
    expect(timers.isEmpty()).toBe(false)
    expect(timers.take(undefined)).toEqual({ timers: [timer('b', 6)], now: 20 })
    expect(timers.isEmpty()).toBe(true)
  })
})
