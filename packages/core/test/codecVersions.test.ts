import { fc, test } from '@fast-check/jest'
import { EventCodec } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString, recorded } from './codecs.ts'

describe('a chain of versions', () => {
  const Person = EventCodec.make({
    Named: F.pipe(
      EventCodec.version(1, t.strict({ name: t.string }), { name: 'PersonNamed' }),
      EventCodec.upcast(2, t.strict({ names: t.array(t.string) }), ({ name }) => ({ names: name.split(' ') }), {
        name: 'PersonNamed',
      }),
      EventCodec.upcast(3, t.strict({ names: t.array(t.string), since: DateFromString }), ({ names }) => ({
        names,
        since: new Date(0),
      })),
    ),
  })
  const ada = (since: Date) => [{ type: 'Named', data: { names: ['Ada', 'King'], since } }]

  it('decodes every version to the newest form', () => {
    expect(Person.decode(recorded('PersonNamed', 1, { name: 'Ada King' }))).toEqual(E.right(ada(new Date(0))))
    expect(Person.decode(recorded('PersonNamed', 2, { names: ['Ada', 'King'] }))).toEqual(E.right(ada(new Date(0))))
    expect(Person.decode(recorded('Named', 3, { names: ['Ada', 'King'], since: '2024-01-01T00:00:00.000Z' }))).toEqual(
      E.right(ada(new Date('2024-01-01T00:00:00.000Z'))),
    )
  })

  it('keeps the versions of each stored name apart', () => {
    // The name changed with version 3: neither name has versions of the other.
    expect(Person.decode(recorded('PersonNamed', 3, {}))).toMatchObject(
      E.left({ reason: { _tag: 'UnknownVersion', newestKnown: 2 } }),
    )
    expect(Person.decode(recorded('Named', 1, { name: 'Ada King' }))).toMatchObject(
      E.left({ reason: { _tag: 'UnknownVersion', newestKnown: 3 } }),
    )
  })

  it('writes the newest only', () => {
    expect(Person.encode({ type: 'Named', data: { names: ['Ada'], since: new Date(0) } })).toEqual(
      E.right({ type: 'Named', schemaVersion: 3, data: { names: ['Ada'], since: '1970-01-01T00:00:00.000Z' } }),
    )
  })

  test.prop([fc.integer({ min: 2, max: 30 }), fc.nat(29)])('runs every upcast once, in order', (length, from) => {
    const Trail = t.strict({ trail: t.array(t.number) })
    let chain = EventCodec.version(1, Trail)
    for (let n = 2; n <= length; n++) {
      chain = F.pipe(
        chain,
        EventCodec.upcast(n, Trail, ({ trail }) => ({ trail: [...trail, n] })),
      )
    }
    const start = 1 + (from % length)
    const trail = Array.from({ length: length - start }, (_, i) => start + 1 + i)
    expect(EventCodec.make({ Went: chain }).decode(recorded('Went', start, { trail: [] }))).toEqual(
      E.right([{ type: 'Went', data: { trail } }]),
    )
  })
})

describe('a retired form', () => {
  const Moved = EventCodec.make(
    {
      Withdrawn: t.strict({ cents: t.number }),
      Deposited: F.pipe(
        EventCodec.version(1, t.strict({ amount: t.number })),
        EventCodec.upcast(2, t.strict({ cents: t.number }), ({ amount }) => ({ cents: amount * 100 })),
      ),
    },
    {
      retired: [
        // One event becomes two; the data of the second has an older version.
        EventCodec.split(
          { type: 'Transferred', schemaVersion: 1 },
          t.strict({ amount: t.number }),
          [
            { type: 'Withdrawn', schemaVersion: 1 },
            { type: 'Deposited', schemaVersion: 1 },
          ],
          ({ amount }) => [
            { type: 'Withdrawn', schemaVersion: 1, data: { cents: amount * 100 } },
            { type: 'Deposited', schemaVersion: 1, data: { amount } },
          ],
        ),
        // Becomes another retired form, as often as its data requires.
        EventCodec.split(
          { type: 'Batch', schemaVersion: 1 },
          t.array(t.number),
          [
            { type: 'Transferred', schemaVersion: 1 },
            { type: 'Pinged', schemaVersion: 1 },
          ],
          (amounts) => amounts.map((amount) => ({ type: 'Transferred', schemaVersion: 1, data: { amount } }) as const),
        ),
        EventCodec.drop({ type: 'Pinged', schemaVersion: 1 }),
        EventCodec.drop({ type: 'Pinged', schemaVersion: 2 }),
      ],
    },
  )
  const both = (cents: number) => [
    { type: 'Withdrawn', data: { cents } },
    { type: 'Deposited', data: { cents } },
  ]

  it('is split into several, each read by the codec of its own form', () => {
    expect(Moved.decode(recorded('Transferred', 1, { amount: 3 }))).toEqual(E.right(both(300)))
  })

  it('may be split into a form that is itself split', () => {
    expect(Moved.decode(recorded('Batch', 1, [3, 4]))).toEqual(E.right([...both(300), ...both(400)]))
    expect(Moved.decode(recorded('Batch', 1, []))).toEqual(E.right([]))
  })

  it('may be dropped, whatever its data', () => {
    for (const data of [null, {}, 'text', { amount: 1 }]) {
      expect(Moved.decode(recorded('Pinged', 1, data))).toEqual(E.right([]))
      expect(Moved.decode(recorded('Pinged', 2, data))).toEqual(E.right([]))
    }
    expect(Moved.decode(recorded('Pinged', 3, {}))).toMatchObject(
      E.left({ reason: { _tag: 'UnknownVersion', newestKnown: 2 } }),
    )
  })

  it('is readable, but neither a type of the union nor written', () => {
    expect(Moved.readable).toContainEqual(expect.objectContaining({ type: 'Transferred', schemaVersion: 1 }))
    expect(Moved.types).toEqual(['Withdrawn', 'Deposited'])
    expect(Object.keys(Moved.current)).toEqual(['Withdrawn', 'Deposited'])
  })

  it('may be an older version of a name that is still written', () => {
    const codec = EventCodec.make(
      { Moved: EventCodec.version(2, t.strict({ by: t.number })) },
      {
        retired: [
          EventCodec.split(
            { type: 'Moved', schemaVersion: 1 },
            t.strict({ steps: t.array(t.number) }),
            [{ type: 'Moved', schemaVersion: 2 }],
            ({ steps }) => steps.map((by) => ({ type: 'Moved', schemaVersion: 2, data: { by } }) as const),
          ),
        ],
      },
    )
    expect(codec.decode(recorded('Moved', 1, { steps: [1, 2] }))).toEqual(
      E.right([1, 2].map((by) => ({ type: 'Moved', data: { by } }))),
    )
  })
})
