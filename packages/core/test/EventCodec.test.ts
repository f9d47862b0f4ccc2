import { EventCodec, type EventOf } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString, location, recorded } from './codecs.ts'

const AccountEvent = EventCodec.make({
  Opened: t.strict({ owner: t.string, at: DateFromString }),
  Deposited: F.pipe(
    EventCodec.version(1, t.strict({ amount: t.number }), { name: 'MoneyIn' }),
    EventCodec.upcast(2, t.strict({ cents: t.number }), ({ amount }) => ({ cents: amount * 100 }), {
      name: 'money-in',
    }),
  ),
  Closed: EventCodec.version(1, t.strict({}), { name: 'account closed' }),
})
type AccountEvent = EventOf<typeof AccountEvent>

const opened: AccountEvent = { type: 'Opened', data: { owner: 'Ada', at: new Date('2024-01-01T00:00:00.000Z') } }

describe('an event codec', () => {
  it('has the keys of its record as types', () => {
    expect(AccountEvent.types).toEqual(['Opened', 'Deposited', 'Closed'])
  })

  it('writes the key and version 1 by default', () => {
    expect(AccountEvent.encode(opened)).toEqual(
      E.right({ type: 'Opened', schemaVersion: 1, data: { owner: 'Ada', at: '2024-01-01T00:00:00.000Z' } }),
    )
  })

  it('writes the stored name and the version of the newest form', () => {
    expect(AccountEvent.encode({ type: 'Deposited', data: { cents: 5 } })).toEqual(
      E.right({ type: 'money-in', schemaVersion: 2, data: { cents: 5 } }),
    )
    expect(AccountEvent.encode({ type: 'Closed', data: {} })).toEqual(
      E.right({ type: 'account closed', schemaVersion: 1, data: {} }),
    )
  })

  it('lists the forms that it writes and the forms that it reads', () => {
    expect(AccountEvent.current).toMatchObject({
      Opened: { type: 'Opened', schemaVersion: 1 },
      Deposited: { type: 'money-in', schemaVersion: 2 },
      Closed: { type: 'account closed', schemaVersion: 1 },
    })
    expect(AccountEvent.readable).toMatchObject([
      { type: 'Opened', schemaVersion: 1 },
      { type: 'MoneyIn', schemaVersion: 1 },
      { type: 'money-in', schemaVersion: 2 },
      { type: 'account closed', schemaVersion: 1 },
    ])
  })

  it('has the codec of each form that it reads: an older form has its own', () => {
    const [, old, current] = AccountEvent.readable
    expect([old?.codec.is({ amount: 5 }), old?.codec.is({ cents: 5 })]).toEqual([true, false])
    expect(current?.codec).toBe(AccountEvent.current.Deposited.codec)
  })

  it('reads stored names and returns the keys', () => {
    expect(AccountEvent.decode(recorded('Opened', 1, { owner: 'Ada', at: '2024-01-01T00:00:00.000Z' }))).toEqual(
      E.right([opened]),
    )
    expect(AccountEvent.decode(recorded('account closed', 1, {}))).toEqual(E.right([{ type: 'Closed', data: {} }]))
  })

  it('does not read the key where a stored name was given', () => {
    expect(AccountEvent.decode(recorded('Closed', 1, {}))).toMatchObject(E.left({ reason: { _tag: 'UnknownType' } }))
  })

  it('does not encode an event that it does not contain', () => {
    const foreign = EventCodec.make({ Opened: t.strict({}), Frozen: t.strict({}) })
    const encode: (event: EventOf<typeof foreign>) => unknown = (event) =>
      // Values that a caller without types may pass.
      AccountEvent.encode(event as AccountEvent)
    expect(encode({ type: 'Frozen', data: {} })).toEqual(
      E.left({ _tag: 'EncodeFailure', type: 'Frozen', path: 'type', why: 'this codec has no such event' }),
    )
  })

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('is not misled by the type %s', (type) => {
    expect(AccountEvent.decode(recorded(type, 1, {}))).toMatchObject(E.left({ reason: { _tag: 'UnknownType' } }))
    // Not a type of the union, which is the purpose of this test.
    expect(AccountEvent.encode({ type, data: {} } as never)).toMatchObject(E.left({ path: 'type' }))
    const codec = EventCodec.make({ [type]: t.strict({ n: t.number }) })
    expect(codec.decode(recorded(type, 1, { n: 1 }))).toEqual(E.right([{ type, data: { n: 1 } }]))
    expect(codec.encode({ type, data: { n: 1 } })).toEqual(E.right({ type, schemaVersion: 1, data: { n: 1 } }))
  })

  it('may have no events', () => {
    const nothing = EventCodec.make({})
    expect(nothing.types).toEqual([])
    expect(nothing.decode(recorded('Opened', 1, {}))).toMatchObject(E.left({ reason: { _tag: 'UnknownType' } }))
  })
})

describe('EventCodec.decodeAll', () => {
  const Split = EventCodec.make(
    { A: t.strict({ n: t.number }) },
    {
      retired: [
        EventCodec.split({ type: 'Two', schemaVersion: 1 }, t.unknown, [{ type: 'A', schemaVersion: 1 }], () => [
          { type: 'A', schemaVersion: 1, data: { n: 1 } },
          { type: 'A', schemaVersion: 1, data: { n: 2 } },
        ]),
        EventCodec.drop({ type: 'None', schemaVersion: 1 }),
      ],
    },
  )
  const decodeAll = EventCodec.decodeAll(Split)
  const at = (version: number, type: string, data: { readonly n: number } = { n: 0 }) => ({
    ...recorded(type, 1, data),
    version,
    position: version * 10,
  })

  it('keeps the order, and returns every event with the envelope of its stored event', () => {
    const { type: _type, schemaVersion: _schemaVersion, data: _data, ...envelope } = at(1, 'A')
    const event = (version: number, n: number, index = 0) => ({
      ...envelope,
      version,
      position: version * 10,
      index,
      effectId: index === 0 ? envelope.id : `${envelope.id}.${index}`,
      event: { type: 'A', data: { n } },
    })
    expect(decodeAll([at(1, 'A', { n: 7 }), at(2, 'None'), at(3, 'Two'), at(4, 'A', { n: 8 })])).toEqual(
      E.right([event(1, 7), event(3, 1), event(3, 2, 1), event(4, 8)]),
    )
  })

  it('returns no events for no events', () => expect(decodeAll([])).toEqual(E.right([])))

  it('stops at the first event that cannot be decoded', () => {
    expect(decodeAll([at(1, 'A'), at(2, 'Unheard'), at(3, 'Unseen')])).toEqual(
      E.left({
        ...location,
        version: 2,
        position: 20,
        type: 'Unheard',
        schemaVersion: 1,
        reason: { _tag: 'UnknownType' },
      }),
    )
  })
})
