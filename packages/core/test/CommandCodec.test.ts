import { fc, test } from '@fast-check/jest'
import { Aggregate, CommandCodec, type CommandOf, describeError, EventCodec } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString } from './codecs.ts'

const StayCommand = CommandCodec.make({
  Reserve: t.strict({ guest: t.strict({ name: t.string, born: DateFromString }), nights: t.number }),
  PayBefore: t.strict({ until: DateFromString, notes: t.array(t.string) }),
  Cancel: t.strict({}),
})
type StayCommand = CommandOf<typeof StayCommand>

const born = '1815-12-10T00:00:00.000Z'
const reserve: StayCommand = { type: 'Reserve', data: { guest: { name: 'Ada', born: new Date(born) }, nights: 2 } }
const encoded = { type: 'Reserve', data: { guest: { name: 'Ada', born }, nights: 2 } }

const refused = (type: string | null, path: string, why: unknown) =>
  E.left({ _tag: 'CommandDecodeFailure', type, problems: [{ path, why }] })

describe('a command codec', () => {
  it('has the keys of its record as types, and the codec of the data of each', () => {
    expect(StayCommand.types).toEqual(['Reserve', 'PayBefore', 'Cancel'])
    expect(StayCommand.codecs.PayBefore.is({ until: new Date(0), notes: [] })).toBe(true)
    expect(StayCommand.codecs.PayBefore.is({ until: '1970', notes: [] })).toBe(false)
  })

  it('encodes a command to JSON, and decodes that to an equal command', () => {
    expect(StayCommand.encode(reserve)).toEqual(E.right(encoded))
    expect(StayCommand.decode(JSON.parse(JSON.stringify(encoded)))).toEqual(E.right(reserve))
  })

  it('has a codec of the whole union that does the same', () => {
    expect(StayCommand.codec.encode(reserve)).toEqual(encoded)
    expect(StayCommand.codec.decode(encoded)).toEqual(E.right(reserve))
    expect([reserve, encoded, { type: 'Move', data: {} }].map(StayCommand.codec.is)).toEqual([true, false, false])
  })

  it('refuses to encode a command that would not come back the same, and names the field', () => {
    const extra = { ...reserve.data, breakfast: true }
    expect(StayCommand.encode({ type: 'Reserve', data: extra } as StayCommand)).toMatchObject(
      E.left({ _tag: 'EncodeFailure', type: 'Reserve', path: 'data.breakfast' }),
    )
    expect(StayCommand.encode({ type: 'PayBefore', data: { until: new Date(Number.NaN), notes: [] } })).toMatchObject(
      E.left({ _tag: 'EncodeFailure', type: 'PayBefore', why: 'RangeError: Invalid time value' }),
    )
    const unknown = StayCommand.encode({ type: 'Move', data: {} } as unknown as StayCommand)
    expect(unknown).toEqual(
      E.left({ _tag: 'EncodeFailure', type: 'Move', path: 'type', why: 'this codec has no such command' }),
    )
  })

  it.each<readonly [string, unknown, ReturnType<typeof refused>]>([
    [
      'a field, however deep',
      { type: 'Reserve', data: { guest: { name: 7, born }, nights: 2 } },
      refused('Reserve', 'data.guest.name', 'expected string, got 7'),
    ],
    [
      'a member of an array',
      { type: 'PayBefore', data: { until: born, notes: ['a', 7] } },
      refused('PayBefore', 'data.notes.1', 'expected string, got 7'),
    ],
    ['the data', { type: 'Cancel' }, refused('Cancel', 'data', 'expected {|  |}, got undefined')],
    [
      'an unknown type',
      { type: 'Cancle', data: {} },
      refused('Cancle', 'type', 'expected "Reserve" or "PayBefore" or "Cancel", got "Cancle"'),
    ],
    [
      'a type that is no text',
      { type: 7, data: {} },
      refused(null, 'type', 'expected "Reserve" or "PayBefore" or "Cancel", got 7'),
    ],
    ['a value that is no command', null, refused(null, 'type', expect.stringContaining('got undefined'))],
    ['an inherited name', { type: 'toString', data: {} }, refused('toString', 'type', expect.any(String))],
  ])('names in its failure %s', (_name, json, failure) => expect(StayCommand.decode(json)).toEqual(failure))

  it('decodes a value whose fields throw to a failure', () => {
    const throwing = Object.defineProperty({}, 'type', {
      get: () => {
        throw new Error('not today')
      },
    })
    expect(StayCommand.decode(throwing)).toEqual(refused(null, 'command', 'not today'))
  })

  it('is described by its failures in a sentence', () => {
    const failures = [{ type: 'Reserve', data: { ...encoded.data, nights: 'two' } }, {}].map(StayCommand.decode)
    expect(failures.map((failure) => (E.isLeft(failure) ? describeError(failure.left) : ''))).toEqual([
      'the command Reserve cannot be decoded: data.nights: expected number, got "two"',
      'a command cannot be decoded: type: expected "Reserve" or "PayBefore" or "Cancel", got undefined',
    ])
  })

  it('takes the record of another one, so that codecs combine as deciders do', () => {
    const Both = CommandCodec.make({ ...StayCommand.codecs, Ring: t.strict({ at: DateFromString }) })
    expect(Both.types).toEqual(['Reserve', 'PayBefore', 'Cancel', 'Ring'])
    expect(Both.decode(encoded)).toEqual(E.right(reserve))
    expect(Both.encode({ type: 'Ring', data: { at: new Date(0) } })).toEqual(
      E.right({ type: 'Ring', data: { at: '1970-01-01T00:00:00.000Z' } }),
    )
  })

  it('may have one command, or none', () => {
    const One = CommandCodec.make({ Cancel: t.strict({}) })
    expect(One.codec.decode({ type: 'Cancel', data: {} })).toEqual(E.right({ type: 'Cancel', data: {} }))
    const None = CommandCodec.make({})
    expect([None.types, E.isLeft(None.decode(encoded)), E.isLeft(None.codec.decode(encoded))]).toEqual([[], true, true])
  })

  it('reports every problem with its types at once', () => {
    // JavaScript, or a value that was not imported.
    const record = { '': t.strict({}), Open: { by: t.string }, Close: undefined } as unknown as { Open: t.Mixed }
    const problems = [
      'the command type "" must not be empty',
      'the data of "Open" has no io-ts codec: write t.strict({ ... })',
      'the data of "Close" has no io-ts codec: write t.strict({ ... })',
    ]
    expect(CommandCodec.makeEither(record)).toEqual(E.left({ _tag: 'InvalidCommandCodec', problems }))
    expect(() => CommandCodec.make(record)).toThrow(`Invalid command codec: ${problems.join('; ')}`)
  })

  test.prop([fc.record({ until: fc.date({ noInvalidDate: true }), notes: fc.array(fc.string()) })])(
    'gives back every command that it encodes',
    (data) => {
      const command: StayCommand = { type: 'PayBefore', data }
      const written = StayCommand.encode(command)
      // Text that no JSON store keeps is refused.
      if (E.isLeft(written)) expect(written.left.path).toMatch(/^data\.notes/)
      else expect(StayCommand.decode(JSON.parse(JSON.stringify(written.right)))).toEqual(E.right(command))
    },
  )

  test.prop([fc.anything()])('decodes any value to a result', (value) => {
    expect(['Left', 'Right']).toContain(StayCommand.decode(value)._tag)
  })
})

describe('an aggregate', () => {
  const parts = {
    category: 'stay',
    id: () => 'a',
    events: EventCodec.make({ Cancelled: t.strict({}) }),
    decider: { initialState: 0, evolve: (count: number) => count + 1, decide: () => E.right([]) },
  }

  it('of a command codec has its types as commands', () => {
    const stay = Aggregate.make({ ...parts, commands: StayCommand })
    expect(stay.commands).toBe(StayCommand.types)
    expect(stay.commandCodec).toBe(StayCommand)
  })

  it('of a list of types has no command codec', () => {
    const stay = Aggregate.make({ ...parts, id: (_: { type: 'Cancel'; data: null }) => 'a', commands: ['Cancel'] })
    expect([stay.commands, 'commandCodec' in stay]).toEqual([['Cancel'], false])
  })
})
