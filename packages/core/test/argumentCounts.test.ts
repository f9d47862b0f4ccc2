import { Decider } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'

const counts: Array<number> = []

/** Functions of the application may have optional parameters of their own, which must get no argument from foldlog. */
const counted =
  <Arguments extends ReadonlyArray<unknown>, A>(f: (...given: Arguments) => A) =>
  (...given: Arguments): A => {
    counts.push(given.length)
    return f(...given)
  }

const watched: Decider<string, string, number, string> = {
  initialState: 0,
  evolve: counted((state: number, _event: string) => state + 1),
  decide: counted((command: string, _state: number) => (command === 'no' ? E.left('no') : E.right(['a', 'b', 'c']))),
}

/** The argument counts of all calls of the counted functions. */
const argumentsOf = (run: () => unknown): ReadonlyArray<number> => {
  counts.length = 0
  run()
  return [...counts]
}

describe('evolve and decide get two arguments from every caller', () => {
  const events = ['a', 'b', 'c']
  const two = (calls: number) => Array.from({ length: calls }, () => 2)

  it.each([
    ['fold', 3, () => Decider.fold(watched)(events)],
    ['fold from a state', 3, () => Decider.fold(watched)(events, 7)],
    ['step', 4, () => Decider.step(watched)('go')],
    [
      'contramapCommand',
      4,
      () =>
        Decider.step(
          F.pipe(
            watched,
            Decider.contramapCommand((c: string) => c),
          ),
        )('go'),
    ],
    [
      'imapEvent',
      4,
      () =>
        Decider.step(
          F.pipe(
            watched,
            Decider.imapEvent(
              (e: string) => e,
              (e: string) => e,
            ),
          ),
        )('go'),
    ],
    [
      'imapState',
      4,
      () =>
        Decider.step(
          F.pipe(
            watched,
            Decider.imapState(
              (s: number) => s,
              (s: number) => s,
            ),
          ),
        )('go'),
    ],
    [
      'mapError',
      4,
      () =>
        Decider.step(
          F.pipe(
            watched,
            Decider.mapError((e: string) => e),
          ),
        )('go'),
    ],
    ['combine, first', 4, () => Decider.step(Decider.combine(watched, Decider.empty))(E.left('go'))],
    ['combine, second', 4, () => Decider.step(Decider.combine(Decider.empty, watched))(E.right('go'))],
    ['many', 4, () => Decider.step(Decider.many<string>()(watched))({ key: 'a', value: 'go' })],
  ])('%s', (_name, calls, run) => expect(argumentsOf(run)).toEqual(two(calls)))
})

describe('functions that map get one argument', () => {
  const one = counted((value: string) => value)
  const plain: Decider<string, string, number, string> = {
    initialState: 0,
    evolve: (state) => state + 1,
    decide: (wanted) => (wanted === 'no' ? E.left('no') : E.right(['a', 'b', 'c'])),
  }

  it.each([
    ['contramapCommand', 1, () => Decider.step(F.pipe(plain, Decider.contramapCommand(one)))('go')],
    ['imapEvent', 6, () => Decider.step(F.pipe(plain, Decider.imapEvent(one, one)))('go')],
    ['mapError', 1, () => Decider.step(F.pipe(plain, Decider.mapError(one)))('no')],
  ])('%s', (_name, calls, run) => expect(argumentsOf(run)).toEqual(Array.from({ length: calls }, () => 1)))
})
