import { fc, test } from '@fast-check/jest'
import { Decider } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import { history, type Message, mapInputs, mapSeen, observe, tableDecider } from './tableDeciders.ts'

const aTable = tableDecider('a', ['a.x', 'a.y'], ['a.made', 'a.lost'])

/** A decider and a history for it. */
const scene = aTable.chain(({ decider, command, event }) =>
  fc.record({ decider: fc.constant(decider), inputs: history(command, event), events: fc.array(event) }),
)

const same = <A>(value: A): A => value

describe('Decider.fold', () => {
  test.prop([scene, scene])(
    'of one list after the other equals the fold of both together',
    ({ decider, events }, more) => {
      const fold = Decider.fold(decider)
      expect(fold(more.events, fold(events))).toEqual(fold([...events, ...more.events]))
    },
  )

  test.prop([scene])('of no events is the initial state', ({ decider }) => {
    expect(Decider.fold(decider)([])).toBe(decider.initialState)
  })

  test.prop([scene])('of one event is evolve', ({ decider, events }) => {
    for (const event of events) {
      expect(Decider.fold(decider)([event])).toBe(decider.evolve(decider.initialState, event))
    }
  })

  it('starts from `undefined` when that is the state', () => {
    const list: Pick<Decider<never, string, string | undefined, never>, 'initialState' | 'evolve'> = {
      initialState: 'new',
      evolve: (state, event) => `${state} ${event}`,
    }
    expect(Decider.fold(list)(['a'], undefined)).toBe('undefined a')
    expect(Decider.fold(list)([], undefined)).toBe(undefined)
    expect(Decider.fold(list)(['a'])).toBe('new a')
  })
})

describe('Decider.step', () => {
  test.prop([scene])('returns the decided events and the folded state', ({ decider, inputs }) => {
    let state = decider.initialState
    for (const input of inputs) {
      if (input._tag === 'Evolve') continue
      const decided = decider.decide(input.command, state)
      const stepped = Decider.step(decider)(input.command, state)
      expect(stepped).toEqual(
        E.isLeft(decided)
          ? decided
          : E.right({ events: decided.right, state: Decider.fold(decider)(decided.right, state) }),
      )
      if (E.isRight(stepped)) state = stepped.right.state
    }
  })

  test.prop([scene])('starts from the initial state', ({ decider, inputs }) => {
    for (const input of inputs) {
      if (input._tag === 'Evolve') continue
      expect(Decider.step(decider)(input.command)).toEqual(Decider.step(decider)(input.command, decider.initialState))
    }
  })

  it('starts from `undefined` when that is the state', () => {
    const decider: Decider<string, string, string | undefined, never> = {
      initialState: 'new',
      evolve: (state, event) => `${state} ${event}`,
      decide: (command, state) => E.right([`${command} at ${state}`]),
    }
    expect(Decider.step(decider)('a', undefined)).toEqual(
      E.right({ events: ['a at undefined'], state: 'undefined a at undefined' }),
    )
  })
})

/** Each maps messages to another shape; `back` is its inverse. */
const wrap = <A>(value: A) => ({ wrapped: value })
const unwrap = <A>({ wrapped }: { readonly wrapped: A }): A => wrapped
const pair = <A>(value: A) => [value] as const
const unpair = <A>([value]: readonly [A]): A => value
const loud = (error: string): string => `${error}!`
const long = (error: string): number => error.length

describe('Decider.contramapCommand', () => {
  type Command = Message<'a.x' | 'a.y'>
  const flip = (command: Command): Command => ({ ...command, n: 1 - command.n })
  const turn = ({ type, n }: Command): Command => ({
    type: n === 0 ? 'a.x' : 'a.y',
    n: type === 'a.x' ? 1 : 0,
  })

  test.prop([scene])('of the identity changes nothing', ({ decider, inputs }) => {
    expect(observe(F.pipe(decider, Decider.contramapCommand(same<Command>)), inputs)).toEqual(observe(decider, inputs))
  })

  test.prop([scene])('twice is once with the functions composed, the later first', ({ decider, inputs }) => {
    // The functions do not commute, so the order matters.
    const twice = F.pipe(decider, Decider.contramapCommand(flip), Decider.contramapCommand(turn))
    expect(observe(twice, inputs)).toEqual(
      observe(F.pipe(decider, Decider.contramapCommand(F.flow(turn, flip))), inputs),
    )
  })

  test.prop([scene])('decides the command that the function returns', ({ decider, inputs }) => {
    const mapped = F.pipe(decider, Decider.contramapCommand<{ readonly wrapped: Command }, Command>(unwrap))
    expect(observe(mapped, mapInputs(inputs, wrap, same))).toEqual(observe(decider, inputs))
  })
})

describe('Decider.imapEvent', () => {
  type Ev = Message<'a.made' | 'a.lost'>

  test.prop([scene])('of identities changes nothing', ({ decider, inputs }) => {
    expect(observe(F.pipe(decider, Decider.imapEvent<Ev, Ev>(same, same)), inputs)).toEqual(observe(decider, inputs))
  })

  test.prop([scene])('twice is once with the functions composed', ({ decider, inputs }) => {
    const there = F.flow(wrap<Ev>, pair)
    const back = F.flow(unpair<{ readonly wrapped: Ev }>, unwrap)
    const twice = F.pipe(
      decider,
      Decider.imapEvent(wrap<Ev>, unwrap),
      Decider.imapEvent(pair<{ readonly wrapped: Ev }>, unpair),
    )
    const given = mapInputs(inputs, same, there)
    expect(observe(twice, given)).toEqual(observe(F.pipe(decider, Decider.imapEvent(there, back)), given))
    expect(observe(twice, given)).toEqual(mapSeen(observe(decider, inputs), there, same, same))
  })
})

describe('Decider.imapState', () => {
  test.prop([scene])('of identities changes nothing', ({ decider, inputs }) => {
    expect(observe(F.pipe(decider, Decider.imapState<string, string>(same, same)), inputs)).toEqual(
      observe(decider, inputs),
    )
  })

  test.prop([scene])('twice is once with the functions composed', ({ decider, inputs }) => {
    const there = F.flow(wrap<string>, pair)
    const back = F.flow(unpair<{ readonly wrapped: string }>, unwrap)
    const twice = F.pipe(
      decider,
      Decider.imapState(wrap<string>, unwrap),
      Decider.imapState(pair<{ readonly wrapped: string }>, unpair),
    )
    expect(observe(twice, inputs)).toEqual(observe(F.pipe(decider, Decider.imapState(there, back)), inputs))
    expect(observe(twice, inputs)).toEqual(mapSeen(observe(decider, inputs), same, there, same))
  })
})

describe('Decider.mapError', () => {
  test.prop([scene])('of the identity changes nothing', ({ decider, inputs }) => {
    expect(observe(F.pipe(decider, Decider.mapError(same)), inputs)).toEqual(observe(decider, inputs))
  })

  test.prop([scene])('twice is once with the functions composed', ({ decider, inputs }) => {
    const twice = F.pipe(decider, Decider.mapError(loud), Decider.mapError(long))
    expect(observe(twice, inputs)).toEqual(observe(F.pipe(decider, Decider.mapError(F.flow(loud, long))), inputs))
    expect(observe(twice, inputs)).toEqual(mapSeen(observe(decider, inputs), same, same, F.flow(loud, long)))
  })
})
