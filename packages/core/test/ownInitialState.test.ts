import { runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'
import { ownInitialState } from '../src/values/ownInitialState.ts'

class MyMap extends Map<string, number> {}
class MySet extends Set<string> {}
class UtcDate extends Date {}
class MyList extends Array<Date> {}

describe('the initial state of one fold', () => {
  it.each([
    ['map', new MyMap([['a', 1]])],
    ['set', new MySet(['a'])],
    ['date', new UtcDate(0)],
    ['list', MyList.from([new Date(0)])],
  ])('leaves an instance of a subclass of a %s as it is, alone and in a record', (_, instance) => {
    expect(ownInitialState(instance)).toBe(instance)
    expect(ownInitialState({ instance, other: new Date(0) }).instance).toBe(instance)
  })

  it.each([
    ['this realm', new Date(0), new Map([['a', 1]]), new Set(['a'])],
    ['another realm', ...runInNewContext('[new Date(0), new Map([["a", 1]]), new Set(["a"])]')],
  ])('copies a plain date, map and set of %s', (_, ...parts) => {
    for (const part of parts) {
      expect(ownInitialState(part)).not.toBe(part)
      expect(ownInitialState({ part }).part).not.toBe(part)
    }
  })

  it('keeps the holes of a list that it copies', () => {
    const list = [new Date(0), undefined, 1]
    delete list[1]
    const own = ownInitialState(list)
    expect(own).not.toBe(list)
    expect(Object.keys(own)).toEqual(['0', '2'])
    expect(own).toHaveLength(3)
  })

  it('keeps symbols, hidden properties and a prototype of null in a record that it copies', () => {
    const symbol = Symbol('key')
    const record = Object.assign(Object.create(null), { date: new Date(0), [symbol]: 1 })
    Object.defineProperty(record, 'hidden', { value: 2 })
    const own = ownInitialState(record)
    expect(own).not.toBe(record)
    expect(Object.getPrototypeOf(own)).toBeNull()
    expect(Reflect.ownKeys(own)).toEqual(['date', 'hidden', symbol])
    expect(Object.keys(own)).toEqual(['date'])
    expect(own[symbol]).toBe(1)
    expect(Object.isFrozen(own)).toBe(true)
  })
})
