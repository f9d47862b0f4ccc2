import { fc, test } from '@fast-check/jest'
import { Decider } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { history, type Input, type Message, mapInputs, mapSeen, observe, spy, tableDecider } from './tableDeciders.ts'

const a = tableDecider('a', ['a.x', 'a.y'], ['a.made', 'a.lost'])
const b = tableDecider('b', ['b.x'], ['b.made', 'b.lost'])
const c = tableDecider('c', ['c.x'], ['c.made'])

const same = <A>(value: A): A => value

const either = <A, B>(left: fc.Arbitrary<A>, right: fc.Arbitrary<B>): fc.Arbitrary<E.Either<A, B>> =>
  fc.oneof(
    left.map((value) => E.left(value)),
    right.map((value) => E.right(value)),
  )

const alone = a.chain(({ decider, command, event }) =>
  fc.record({ decider: fc.constant(decider), inputs: history(command, event) }),
)

const two = fc.tuple(a, b).chain(([first, second]) =>
  fc.record({
    first: fc.constant(first.decider),
    second: fc.constant(second.decider),
    inputs: history(either(first.command, second.command), either(first.event, second.event)),
    unions: history(fc.oneof(first.command, second.command), fc.oneof(first.event, second.event)),
  }),
)

const three = fc.tuple(a, b, c).chain(([first, second, third]) =>
  fc.record({
    deciders: fc.constant([first.decider, second.decider, third.decider] as const),
    inputs: history(
      either(either(first.command, second.command), third.command),
      either(either(first.event, second.event), third.event),
    ),
  }),
)

/** (a + b) + c is a + (b + c). */
const toTheRight = <A, B, C>(value: E.Either<E.Either<A, B>, C>): E.Either<A, E.Either<B, C>> => {
  if (E.isRight(value)) return E.right(E.right(value.right))
  return E.isLeft(value.left) ? value.left : E.right(E.left(value.left.right))
}

/** The inputs of the first decider, as it would get them alone. */
const leftOnes = <A, B, C, D>(
  inputs: ReadonlyArray<Input<E.Either<A, B>, E.Either<C, D>>>,
): ReadonlyArray<Input<A, C>> =>
  inputs.flatMap((input): ReadonlyArray<Input<A, C>> => {
    if (input._tag === 'Decide') {
      return E.isLeft(input.command) ? [{ _tag: 'Decide', command: input.command.left }] : []
    }
    return E.isLeft(input.event) ? [{ _tag: 'Evolve', event: input.event.left }] : []
  })

describe('Decider.combine', () => {
  test.prop([alone])('with the empty decider on its left is the decider itself', ({ decider, inputs }) => {
    const combined = Decider.combine(Decider.empty, decider)
    expect(observe(combined, mapInputs(inputs, E.right, E.right))).toEqual(
      mapSeen(observe(decider, inputs), E.right, (state) => [null, state], same),
    )
  })

  test.prop([alone])('with the empty decider on its right is the decider itself', ({ decider, inputs }) => {
    const combined = Decider.combine(decider, Decider.empty)
    expect(observe(combined, mapInputs(inputs, E.left, E.left))).toEqual(
      mapSeen(observe(decider, inputs), E.left, (state) => [state, null], same),
    )
  })

  test.prop([three])('is associative, apart from the nesting', ({ deciders: [first, second, third], inputs }) => {
    const nestedLeft = Decider.combine(Decider.combine(first, second), third)
    const nestedRight = Decider.combine(first, Decider.combine(second, third))
    expect(mapSeen(observe(nestedLeft, inputs), toTheRight, ([[s1, s2], s3]) => [s1, [s2, s3]], same)).toEqual(
      observe(nestedRight, mapInputs(inputs, toTheRight, toTheRight)),
    )
  })

  test.prop([two])('is commutative, apart from the order', ({ first, second, inputs }) => {
    expect(mapSeen(observe(Decider.combine(first, second), inputs), E.swap, ([s1, s2]) => [s2, s1], same)).toEqual(
      observe(Decider.combine(second, first), mapInputs(inputs, E.swap, E.swap)),
    )
  })

  test.prop([two])('is each decider on its own part of the history', ({ first, second, inputs }) => {
    const seen = observe(Decider.combine(first, second), inputs)
    const ofFirst = observe(first, leftOnes(inputs))
    const ofSecond = observe(second, leftOnes(mapInputs(inputs, E.swap, E.swap)))
    expect(seen.at(-1)?.state).toEqual([ofFirst.at(-1)?.state, ofSecond.at(-1)?.state])
    const verdicts = (all: ReadonlyArray<{ readonly verdict?: unknown }>) =>
      all.flatMap(({ verdict }) => (verdict === undefined ? [] : [JSON.stringify(verdict)])).sort()
    expect(verdicts(mapSeen(seen, (event) => E.toUnion(event), same, same))).toEqual(
      verdicts([...ofFirst, ...ofSecond]),
    )
  })

  test.prop([two])('passes neither side the values of the other', ({ first, second, inputs }) => {
    const [left, right] = [spy(first), spy(second)]
    observe(Decider.combine(left.decider, right.decider), inputs)
    expect(left.met.filter((one) => !/^a/.test(`${one}`))).toEqual([])
    expect(right.met.filter((one) => !/^b/.test(`${one}`))).toEqual([])
    const commands = inputs.filter(({ _tag }) => _tag === 'Decide')
    expect(left.counts.decided + right.counts.decided).toBe(commands.length)
  })

  test.prop([two])('calls no function of the other side', ({ first, second, inputs }) => {
    const silent = spy(second)
    observe(
      Decider.combine(first, silent.decider),
      inputs.filter((input) => (input._tag === 'Decide' ? input.command : input.event)._tag === 'Left'),
    )
    expect(silent.met).toEqual([])
  })
})

const ofFirst = { commands: { 'a.x': true, 'a.y': true }, events: { 'a.made': true, 'a.lost': true } } as const

const side = <A extends string, B extends string>(
  message: Message<A> | Message<B>,
): E.Either<Message<A>, Message<B>> =>
  // The messages of the first all have types that start with its name.
  message.type.startsWith('a.') ? E.left(message as Message<A>) : E.right(message as Message<B>)

describe('Decider.combineByType', () => {
  test.prop([two])('equals combine, with the tags as sides', ({ first, second, unions }) => {
    const byType = observe(Decider.combineByType(first, second, ofFirst), unions)
    const sides = mapInputs(unions, side<'a.x' | 'a.y', 'b.x'>, side<'a.made' | 'a.lost', 'b.made' | 'b.lost'>)
    expect(byType).toEqual(mapSeen(observe(Decider.combine(first, second), sides), E.toUnion, same, same))
  })

  test.prop([two])('passes neither side the values of the other', ({ first, second, unions }) => {
    const [left, right] = [spy(first), spy(second)]
    observe(Decider.combineByType(left.decider, right.decider, ofFirst), unions)
    expect(left.met.filter((one) => !/^a/.test(`${one}`))).toEqual([])
    expect(right.met.filter((one) => !/^b/.test(`${one}`))).toEqual([])
  })

  it('is not misled by tags that every object has', () => {
    type Only<Type extends string> = Decider<{ type: Type }, { type: Type }, ReadonlyArray<string>, never>
    const only = <Type extends string>(): Only<Type> => ({
      initialState: [],
      evolve: (state, { type }) => [...state, type],
      decide: (command) => E.right([command]),
    })
    const combined = Decider.combineByType(only<'mine'>(), only<'toString' | 'constructor' | '__proto__'>(), {
      commands: { mine: true },
      events: { mine: true },
    })
    let state = combined.initialState
    for (const type of ['toString', 'mine', 'constructor', '__proto__'] as const) {
      const stepped = Decider.step(combined)({ type }, state)
      if (E.isRight(stepped)) state = stepped.right.state
    }
    expect(state).toEqual([['mine'], ['toString', 'constructor', '__proto__']])
  })
})
