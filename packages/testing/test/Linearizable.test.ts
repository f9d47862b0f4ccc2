import { fc, test } from '@fast-check/jest'
import { type Call, Linearizable } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

/** A register, which is set and read. */
type Operation = { readonly set: number } | 'get'

const call = (operation: Operation, outcome: number, invoked: number, returned: number): Call<Operation, number> => ({
  operation,
  outcome,
  invoked,
  returned,
})

const check = Linearizable.check<number, Call<Operation, number>>({
  initial: 0,
  step: (state, { operation, outcome }) => {
    if (operation !== 'get') return E.right(operation.set)
    return outcome === state ? E.right(state) : E.left(`reads ${outcome} where ${state} is`)
  },
  key: String,
})

describe('Linearizable.check', () => {
  it('finds an order among overlapping calls', () => {
    const set = call({ set: 1 }, 0, 0, 5)
    const [before, after] = [call('get', 0, 1, 2), call('get', 1, 3, 4)]
    expect(check([set, after, before])).toEqual(E.right({ order: [before, set, after], state: 1 }))
  })

  it('keeps the order of time: a call that returned before another was invoked comes before it', () => {
    const set = call({ set: 1 }, 0, 0, 1)
    const late = call('get', 0, 2, 3)
    expect(check([set, late])).toEqual(
      E.left({ _tag: 'NotLinearizable', linearized: [set], stuck: [{ call: late, why: 'reads 0 where 1 is' }] }),
    )
  })

  it('does not allow a read of a value that was overwritten', () => {
    const calls = [call({ set: 1 }, 0, 0, 9), call('get', 1, 1, 2), call('get', 0, 3, 4)]
    expect(E.isLeft(check(calls))).toBe(true)
  })

  it('finds the empty order for no calls', () => {
    expect(check([])).toEqual(E.right({ order: [], state: 0 }))
  })

  it('reports quickly that there is no order, even for many overlapping calls', () => {
    const sets = Array.from({ length: 14 }, (_, i) => call({ set: i % 2 }, 0, 0, 100))
    expect(E.isLeft(check([...sets, call('get', 7, 0, 100)]))).toBe(true)
  })

  /** Calls that took effect at a moment of their own, within the span between invocation and return. */
  const history = fc.array(fc.tuple(fc.option(fc.nat(3)), fc.nat(4), fc.nat(4)), { maxLength: 8 }).map((drawn) => {
    let state = 0
    return drawn.map(([set, early, late], i) => {
      if (set !== null) state = set
      const operation: Operation = set === null ? 'get' : { set }
      return call(operation, state, 10 * i - 10 * early - 1, 10 * i + 10 * late + 1)
    })
  })

  test.prop([history])('is found for calls that have one', (calls) => {
    const found = check([...calls].reverse())
    expect(E.isRight(found) && found.right.order.length).toBe(calls.length)
  })
})
