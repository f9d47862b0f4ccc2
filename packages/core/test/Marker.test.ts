import { Marker } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

const marker: Marker = { log: 'log-1', history: 'h-1', settled: 5, seen: [7, 9] }

const check = (value: unknown, log: string | undefined = 'log-1') =>
  E.getOrElseW((left: unknown) => left)(Marker.check('after', log)(value as Marker))

describe('a marker', () => {
  it('is accepted by the store of its log, and by one that compares the log itself', () => {
    expect(check(marker)).toEqual(marker)
    expect(check(marker, undefined)).toEqual(marker)
    expect(check(JSON.parse(JSON.stringify(marker)))).toEqual(marker)
  })

  it.each<readonly [string, unknown, string]>([
    ['nothing', null, 'after'],
    ['of another log', { ...marker, log: 'log-2' }, 'after'],
    ['of no log', { ...marker, log: 7 }, 'after'],
    ['without a history', { ...marker, history: '' }, 'after.history'],
    ['below the log', { ...marker, settled: -1 }, 'after.settled'],
    ['without positions', { ...marker, seen: undefined }, 'after.seen'],
    ['with a text for a position', { ...marker, seen: ['7'] }, 'after.seen[0]'],
    ['with a settled position', { ...marker, seen: [5] }, 'after.seen[0]'],
    ['with positions out of order', { ...marker, seen: [9, 7] }, 'after.seen[1]'],
    ['with too many positions', { ...marker, seen: Array(100_001).fill(7) }, 'after.seen'],
  ])('is rejected: %s', (_, value, what) => expect(check(value)).toMatchObject({ _tag: 'InvalidInput', what }))

  it('has seen what is settled, and the positions that it names', () =>
    expect([1, 5, 6, 7, 8, 9, 10].filter(Marker.covers(marker))).toEqual([1, 5, 7, 9]))

  it('advances: what is settled need not be named, and is never unsettled', () => {
    expect(Marker.advance(marker, 7, [10, 8], 'h-2')).toEqual({
      log: 'log-1',
      history: 'h-2',
      settled: 7,
      seen: [8, 9, 10],
    })
    expect(Marker.advance(marker, 2, [6, 7], 'h-1')).toEqual({ ...marker, seen: [6, 7, 9] })
  })

  it('begins with nothing seen', () =>
    expect(Marker.nothingSeen('log-1', 'h-1')).toEqual({ log: 'log-1', history: 'h-1', settled: 0, seen: [] }))
})
