import type { Decider, Recorded } from '@foldlog/core'
import { happened, recorded, Scenario, type Unbranded } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type CounterCommand, type CounterEvent, counter } from './counter.ts'

const given = Scenario.decider(counter)

const at = new Date('2024-02-29T12:00:00.000Z')
const counted = (by: number): Unbranded<CounterEvent> => ({ type: 'Counted', data: { by, at } })
const noted = (...tags: Array<string>): Unbranded<CounterEvent> => ({ type: 'Noted', data: { tags } })
const count = (by: number): Unbranded<CounterCommand> => ({ type: 'Count', data: { by, at } })
const note = (...tags: Array<string>): Unbranded<CounterCommand> => ({ type: 'Note', data: { tags } })

/** The lines of the error that a scenario throws; it must throw. */
const complaint = (scenario: () => void): ReadonlyArray<string> => {
  try {
    scenario()
  } catch (error) {
    if (error instanceof Error) return error.message.split('\n')
  }
  throw new Error('nothing was thrown')
}

describe('a scenario of a decider', () => {
  it('passes when the answer is the expected one', () => {
    given().when(count(5)).then(counted(5))
    given(counted(60)).when(count(41)).thenError({ _tag: 'TooMuch', most: 40 })
    given().when(note('a')).thenNothing()
    given(counted(1)).when(note()).then(noted())
  })

  it('takes a decider as well as an aggregate', () => {
    Scenario.decider(counter.decider)(counted(60)).when(count(41)).thenError({ _tag: 'TooMuch', most: 40 })
  })

  it('fails on another kind of answer', () => {
    expect(complaint(() => given().when(count(5)).thenError({ _tag: 'TooMuch', most: 0 }))[0]).toBe(
      'expected error, got events',
    )
    expect(complaint(() => given(counted(100)).when(count(1)).then(counted(1)))[0]).toBe('expected events, got error')
    expect(complaint(() => given().when(count(5)).thenNothing())[0]).toBe(
      `events[0]: expected nothing, got { type: 'Counted', data: { by: 5, at: new Date('2024-02-29T12:00:00.000Z') } }`,
    )
  })

  it('reports the given events, the answer, and where the answer differs', () => {
    expect(complaint(() => given(counted(99)).when(count(2)).thenError({ _tag: 'TooMuch', most: 2 }))).toEqual([
      'error.most: expected 2, got 1',
      '',
      'given',
      "  { type: 'Counted', data: { by: 99, at: new Date('2024-02-29T12:00:00.000Z') } }",
      'when',
      "  { type: 'Count', data: { by: 2, at: new Date('2024-02-29T12:00:00.000Z') } }",
      'expected',
      '  error',
      "    { _tag: 'TooMuch', most: 2 }",
      'got',
      '  error',
      "    { _tag: 'TooMuch', most: 1 }",
    ])
  })

  it('fails when the decided events cannot be folded', () => {
    const broken: Decider<number, number, number, never> = {
      initialState: 0,
      evolve: (state, event) => {
        if (event > 1) throw new Error('too large')
        return state + event
      },
      decide: (command) => E.right([command]),
    }
    expect(() => Scenario.decider(broken)().when(2).then(2)).toThrow('too large')
  })

  it('does not count as done when it is awaited without an outcome', async () => {
    // The compiler rejects an `await` on it as it is.
    const forgotten: unknown = given().when(count(5))
    await expect(Promise.resolve(forgotten)).rejects.toThrow('2 differences')
  })
})

/** Answers a command with that command, as a list of events. */
const parrot: Decider<ReadonlyArray<unknown>, unknown, null, never> = {
  initialState: null,
  evolve: (state) => state,
  decide: (events) => E.right(events),
}

describe('expected events', () => {
  const [a, b] = ['A', 'B']
  const differs = (actual: ReadonlyArray<unknown>, expected: ReadonlyArray<unknown>): string | undefined =>
    complaint(() =>
      Scenario.decider(parrot)()
        .when(actual)
        .then(...expected),
    )[0]
  const agrees = (actual: ReadonlyArray<unknown>, expected: ReadonlyArray<unknown>) =>
    Scenario.decider(parrot)()
      .when(actual)
      .then(...expected)

  it.each([
    ['[A, A] for [A, B]', [a, a], [a, b], "events[1]: expected 'B', got 'A'"],
    ['[A, A] for [A]', [a, a], [a], "events[1]: expected nothing, got 'A'"],
    ['[A] for [A, A]', [a], [a, a], "events[1]: expected 'A', got nothing"],
    ['[B, A] for [A, B]', [b, a], [a, b], '2 differences'],
    ['nothing for undefined', [], [undefined], 'events[0]: expected undefined, got nothing'],
    [
      'undefined for a missing property',
      [{ x: undefined }],
      [{}],
      'events[0].x: expected no such property, got undefined',
    ],
    [
      'a missing property for undefined',
      [{}],
      [{ x: undefined }],
      'events[0].x: expected undefined, got no such property',
    ],
    ['null for undefined', [[null]], [[undefined]], 'events[0][0]: expected undefined, got null'],
    ['zero for minus zero', [0], [-0], 'events[0]: expected -0, got 0'],
    ['a text for a number', ['1'], [1], "events[0]: expected 1, got '1'"],
    [
      'another moment',
      [new Date(0)],
      [new Date(1)],
      "events[0]: expected new Date('1970-01-01T00:00:00.001Z'), got new Date('1970-01-01T00:00:00.000Z')",
    ],
    [
      'a text for a date',
      ['1970-01-01T00:00:00.000Z'],
      [new Date(0)],
      "events[0]: expected new Date('1970-01-01T00:00:00.000Z'), got '1970-01-01T00:00:00.000Z'",
    ],
    ['an object for an array', [{ 0: 'x' }], [['x']], "events[0]: expected ['x'], got { '0': 'x' }"],
    [
      'a deep difference',
      [{ a: [{ b: { 'c d': 1 } }] }],
      [{ a: [{ b: { 'c d': 2 } }] }],
      "events[0].a[0].b['c d']: expected 2, got 1",
    ],
    ['another member', [new Set([1, 2])], [new Set([1, 3])], '2 differences'],
    ['another value in a map', [new Map([['k', 1]])], [new Map([['k', 2]])], '2 differences'],
    ['another message', [new Error('a')], [new Error('b')], 'events[0]: expected Error: b, got Error: a'],
    ['another pattern', [/a/], [/b/], 'events[0]: expected /b/, got /a/'],
  ])('%s is a difference', (_, actual, expected, what) => {
    expect(differs(actual, expected)).toBe(what)
  })

  it('are compared by structure', () => {
    const deep = () => ({
      a: [{ at: new Date(0), n: Number.NaN, big: 2n, none: undefined }],
      s: new Set([{ x: 1 }, 2]),
    })
    agrees([deep()], [deep()])
    // The order of a set is the order of insertion.
    agrees([new Set([1, 2])], [new Set([2, 1])])
    agrees(
      [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ],
      [
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
    )
    agrees([{ a: 1, b: 2 }], [{ b: 2, a: 1 }])
  })

  it('may contain themselves', () => {
    const ring = (n: number) => {
      const value: { n: number; self?: unknown } = { n }
      value.self = value
      return value
    }
    agrees([ring(1)], [ring(1)])
    expect(differs([ring(1)], [ring(2)])).toBe('events[0].n: expected 2, got 1')
  })
})

type Shelf = { readonly books: ReadonlyArray<string> }
type BookEvent =
  | { readonly type: 'Bought'; readonly data: { readonly title: string; readonly shelf: string } }
  | { readonly type: 'Burnt' | 'Dusted'; readonly data: { readonly shelf: string } }

const bought = (title: string, shelf = 'a') => recorded<BookEvent>({ type: 'Bought', data: { title, shelf } })
const burnt = recorded<BookEvent>({ type: 'Burnt', data: { shelf: 'a' } })
const dusted = recorded<BookEvent>({ type: 'Dusted', data: { shelf: 'a' } })

describe('a scenario of a projection', () => {
  const given = Scenario.projection(
    {
      key: ({ event }: Recorded<BookEvent>) => event.data.shelf,
      project: (view: Shelf | undefined, { event }) => {
        if (event.type === 'Burnt') return undefined
        return event.type === 'Bought' ? { books: [...(view?.books ?? []), event.data.title] } : view
      },
    },
    'a',
  )

  it('reports the new state of the document', () => {
    given()
      .when(bought('SICP'))
      .then({ books: ['SICP'] })
    given(bought('SICP'), bought('Emma', 'b'))
      .when(bought('TAPL'))
      .then({ books: ['SICP', 'TAPL'] })
    given(bought('SICP')).when(dusted).thenNothing()
    given(bought('SICP')).when(burnt).thenDeleted()
    // The next document starts from the initial state.
    given(bought('SICP'), burnt)
      .when(bought('TAPL'))
      .then({ books: ['TAPL'] })
    // A missing document stays missing when an event of another document comes.
    given().when(bought('Emma', 'b')).thenNothing()
    given(bought('SICP'), burnt).when(bought('Emma', 'b')).thenNothing()
  })

  it('fails otherwise', () => {
    expect(complaint(() => given().when(bought('SICP')).then({ books: [] }))[0]).toBe(
      "view.books[0]: expected nothing, got 'SICP'",
    )
    expect(complaint(() => given().when(bought('SICP')).thenNothing())[0]).toBe(
      "view: expected undefined, got { books: ['SICP'] }",
    )
    expect(complaint(() => given().when(burnt).then({ books: [] }))[0]).toBe(
      'view: expected { books: [] }, got undefined',
    )
    expect(complaint(() => given(bought('SICP')).when(dusted).thenDeleted())[0]).toBe(
      "view: expected undefined, got { books: ['SICP'] }",
    )
  })
})

describe('a scenario of functions that change a state in place', () => {
  const event = happened({ type: 'Burnt', data: {} } as const)
  const push = (list: Array<string>): Array<string> => {
    list.push('more')
    return list
  }
  const setTime = (date: Date): Date => {
    date.setTime(date.getTime() + 1)
    return date
  }

  it('fails, whatever kind of handler or decider it is', () => {
    const decide = (): E.Either<never, ReadonlyArray<string>> => E.right(['again'])
    complaint(() =>
      Scenario.decider({ initialState: ['a'], evolve: push, decide })()
        .when('any')
        .then('again'),
    )
    complaint(() =>
      Scenario.processManager({ initialState: ['a'], evolve: push, react: () => [] })()
        .when(event)
        .thenNothing(),
    )
    const one = recorded({ type: 'Burnt', data: {} } as const)
    const project = (list: Array<string> | undefined) => push(list ?? [])
    complaint(() =>
      Scenario.projection(
        { key: () => 'all', project },
        'all',
      )(one)
        .when(one)
        .then(['more', 'more']),
    )
  })

  it('fails when the state cannot be frozen, and names what has changed', () => {
    const lines = complaint(() =>
      Scenario.processManager({ initialState: new Date(0), evolve: setTime, react: () => [] })()
        .when(event)
        .thenNothing(),
    )
    expect(lines[0]).toContain('it is changed in place: state')
  })
})

describe('an event in a scenario', () => {
  it('has an envelope, of which a test sets the parts that matter', () => {
    expect(recorded({ type: 'Burnt', data: {} }, { stream: 'shelf-a', version: 7 })).toEqual({
      event: { type: 'Burnt', data: {} },
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      stream: 'shelf-a',
      version: 7,
      position: 1,
      recordedAt: new Date(0),
      metadata: {},
      index: 0,
      effectId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    })
    const second = recorded({ type: 'Burnt', data: {} }, { index: 1 })
    expect(second.effectId).toBe(`${second.id}.1`)
    expect(happened({ type: 'Burnt', data: {} })).toEqual({
      _tag: 'EventHappened',
      event: recorded({ type: 'Burnt', data: {} }),
    })
  })
})
