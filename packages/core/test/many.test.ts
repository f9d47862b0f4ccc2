import { fc, test } from '@fast-check/jest'
import { Decider, type Keyed } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { history, type Input, observe, tableDecider } from './tableDeciders.ts'

const keys = ['one', 'two', 'toString', ''] as const
type Key = (typeof keys)[number]

const family = tableDecider('a', ['a.x', 'a.y'], ['a.made', 'a.lost']).chain(({ decider, command, event }) => {
  const key = fc.constantFrom(...keys)
  return fc.record({
    member: fc.constant(decider),
    inputs: history(fc.record({ key, value: command }), fc.record({ key, value: event })),
  })
})

const keyOf = <C, Ev>(input: Input<Keyed<Key, C>, Keyed<Key, Ev>>): Key =>
  input._tag === 'Decide' ? input.command.key : input.event.key

const unkeyed = <C, Ev>(input: Input<Keyed<Key, C>, Keyed<Key, Ev>>): Input<C, Ev> =>
  input._tag === 'Decide'
    ? { _tag: 'Decide', command: input.command.value }
    : { _tag: 'Evolve', event: input.event.value }

describe('Decider.many', () => {
  test.prop([family])('is a map of independent deciders', ({ member, inputs }) => {
    const seen = observe(Decider.many<Key>()(member), inputs)
    for (const key of keys) {
      // The member's own view: before its n-th input are all inputs of the other members.
      const own = inputs.flatMap((input, i) => (keyOf(input) === key ? [{ i, input: unkeyed(input) }] : []))
      const alone = observe(
        member,
        own.map(({ input }) => input),
      )
      for (const [n, { i }] of own.entries()) {
        const verdict = seen[i + 1]?.verdict
        const plain =
          verdict === undefined || E.isLeft(verdict) ? verdict : E.right(verdict.right.map(({ value }) => value))
        expect(plain).toEqual(alone[n + 1]?.verdict)
        if (verdict !== undefined && E.isRight(verdict)) for (const event of verdict.right) expect(event.key).toBe(key)
        expect(seen[i + 1]?.state.get(key) ?? member.initialState).toBe(alone[n + 1]?.state)
      }
      expect(seen.at(-1)?.state.get(key) ?? member.initialState).toBe(alone.at(-1)?.state)
    }
  })

  test.prop([family])('contains the members that have had an event, and no others', ({ member, inputs }) => {
    const seen = observe(Decider.many<Key>()(member), inputs)
    const evolved = inputs.flatMap((input, i) => {
      const verdict = seen[i + 1]?.verdict
      const decided = verdict !== undefined && E.isRight(verdict) && verdict.right.length > 0
      return input._tag === 'Evolve' || decided ? [keyOf(input)] : []
    })
    expect(new Set(seen.at(-1)?.state.keys())).toEqual(new Set(evolved))
  })

  test.prop([family])('leaves older states unchanged', ({ member, inputs }) => {
    const many = Decider.many<Key>()(member)
    let state = many.initialState
    for (const input of inputs) {
      if (input._tag === 'Decide') continue
      const before = [...state]
      const next = many.evolve(state, input.event)
      expect([...state]).toEqual(before)
      state = next
    }
    expect(many.initialState.size).toBe(0)
  })

  const counting: Decider<'count', 'counted', number, never> = {
    initialState: 0,
    evolve: (count) => count + 1,
    decide: () => E.right(['counted']),
  }

  it('distinguishes keys as a Map does: 1 is not "1"', () => {
    const many = Decider.many<string | number>()(counting)
    const state = Decider.fold(many)([1, '1', 1].map((key) => ({ key, value: 'counted' })))
    expect([...state]).toEqual([
      [1, 2],
      ['1', 1],
    ])
  })

  it('treats `undefined` as a state', () => {
    const once: Decider<'go', 'gone', 'here' | undefined, 'no'> = {
      initialState: 'here',
      evolve: () => undefined,
      decide: (_command, state) => (state === undefined ? E.left('no') : E.right(['gone'])),
    }
    const many = Decider.many<string>()(once)
    const gone = Decider.fold(many)([{ key: 'a', value: 'gone' }])
    expect(many.decide({ key: 'a', value: 'go' }, gone)).toEqual(E.left('no'))
    expect(many.decide({ key: 'b', value: 'go' }, gone)).toEqual(E.right([{ key: 'b', value: 'gone' }]))
  })
})
