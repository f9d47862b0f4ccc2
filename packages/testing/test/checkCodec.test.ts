import { type Event, EventCodec } from '@foldlog/core'
import { checkCodec, findCodecProblems, recordCorpus, withArbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromISOString, DateFromUnixTime, JsonFromString } from 'io-ts-types'
import { CounterEvent } from './counter.ts'

const seed = 1
const { version, upcast, split, drop } = EventCodec

const Euros = t.strict({ euros: t.Int })
const Cents = t.strict({ cents: t.Int })
/** `Paid` had its amount in euros, then in cents, and for a while was two events. */
const paid = (inCents: (data: t.TypeOf<typeof Euros>) => t.TypeOf<typeof Cents>) =>
  EventCodec.make(
    { Paid: F.pipe(version(1, Euros, { name: 'Payed' }), upcast(2, Cents, inCents)) },
    {
      retired: [
        split({ type: 'PaidTwice', schemaVersion: 1 }, Cents, [{ type: 'Paid', schemaVersion: 2 }], (data) => [
          { type: 'Paid', schemaVersion: 2, data },
          { type: 'Paid', schemaVersion: 2, data },
        ]),
        drop({ type: 'Pinged', schemaVersion: 1 }),
      ],
    },
  )
const toCents = ({ euros }: t.TypeOf<typeof Euros>) => ({
  cents: t.Int.is(euros * 100) ? whole(euros * 100) : whole(0),
})
const whole = (n: number): t.Int => {
  if (!t.Int.is(n)) throw new Error(`${n} is not whole`)
  return n
}
const Paid = paid(toCents)

describe('a sound codec', () => {
  it('passes, with its older forms', () => {
    checkCodec(CounterEvent, { seed })
    checkCodec(Paid, { seed })
  })

  it('passes with its recorded corpus, as it is and from JSON', () => {
    const corpus = recordCorpus(Paid)
    expect(Object.keys(corpus)).toEqual(['Payed v1', 'Paid v2', 'PaidTwice v1', 'Pinged v1'])
    expect(corpus['Payed v1']?.[0]).toMatchObject({
      type: 'Payed',
      schemaVersion: 1,
      data: { euros: expect.any(Number) },
      decodesTo: [{ type: 'Paid', schemaVersion: 2, data: { cents: expect.any(Number) } }],
    })
    expect(corpus['PaidTwice v1']?.[0]?.decodesTo).toHaveLength(2)
    expect(corpus['Pinged v1']?.[0]?.decodesTo).toEqual([])
    checkCodec(Paid, { seed, corpus: JSON.parse(JSON.stringify(corpus)) })
  })
})

describe('a faulty codec of events', () => {
  const problems = <Ev extends Event>(codec: EventCodec<Ev>) => findCodecProblems(codec, { seed })

  it('is reported when it loses a part', () => {
    // The codec drops milliseconds. They come from an override, because the arbitrary knows this codec and generates
    // whole seconds.
    const codec = EventCodec.make({ Rang: t.strict({ at: DateFromUnixTime }) })
    const overrides = [withArbitrary(DateFromUnixTime, fc.constant(new Date(1_500)))]
    expect(findCodecProblems(codec, { seed, overrides })).toEqual([
      {
        _tag: 'CodecProblem',
        law: 'NotStored',
        where: 'Rang v1',
        why: 'Rang cannot be stored: data.at: decoding it does not give the same value: it is "1970-01-01T00:00:01.500Z", and decoding gives "1970-01-01T00:00:01.000Z"',
        example: { at: new Date(1_500) },
      },
    ])
  })

  it('is reported when its events cannot be stored', () => {
    expect(problems(EventCodec.make({ Meant: t.type({ a: t.undefined }) }))).toMatchObject([
      { law: 'NotStored', where: 'Meant v1', why: 'Meant cannot be stored: data.a: undefined has no JSON form' },
    ])
  })

  it('is reported with a remedy when its values are unknown', () => {
    const Odd = new t.Type<RegExp>('Odd', (value): value is RegExp => value instanceof RegExp, t.failure, t.identity)
    expect(problems(EventCodec.make({ A: Odd, B: t.string }))).toMatchObject([
      {
        law: 'NoArbitrary',
        where: 'A v1',
        why: expect.stringContaining('overrides: [withArbitrary(codec, arbitrary)]'),
      },
    ])
  })
})

describe('a faulty upcast', () => {
  it('is reported with the smallest data when its result does not fit the next form', () => {
    // A half is not a whole number.
    const broken = paid(({ euros }) => ({ cents: (euros > 20 ? euros + 0.5 : euros) as t.Int }))
    expect(findCodecProblems(broken, { seed, numRuns: 1_000 })).toMatchObject([
      { law: 'NotRead', where: 'Payed v1', why: expect.stringContaining('upcast of Payed v1'), example: { euros: 21 } },
    ])
  })

  it('is reported when its result cannot be encoded again', () => {
    const Old = t.strict({ ms: t.Int })
    const codec = EventCodec.make({
      Rang: F.pipe(
        version(1, Old),
        upcast(2, t.strict({ at: DateFromUnixTime }), () => ({ at: new Date(1_500) })),
      ),
    })
    expect(findCodecProblems(codec, { seed })).toMatchObject([{ law: 'NotStored', where: 'Rang v1' }])
  })

  it('is reported when it throws', () => {
    const broken = paid(() => {
      throw new Error('no rate')
    })
    expect(findCodecProblems(broken, { seed })).toMatchObject([
      { law: 'NotRead', why: expect.stringContaining('no rate') },
    ])
  })
})

describe('a corpus', () => {
  const payed = {
    type: 'Payed',
    schemaVersion: 1,
    data: { euros: 3 },
    decodesTo: [{ type: 'Paid', schemaVersion: 2, data: { cents: 300 } }],
  }
  const problems = <Ev extends Event>(codec: EventCodec<Ev>, corpus: Readonly<Record<string, unknown>>) =>
    findCodecProblems(codec, { seed, numRuns: 1, corpus })

  it('reports an upcast whose answer has changed', () => {
    const changed = paid(({ euros }) => ({ cents: whole(euros * 10) }))
    expect(problems(changed, { 'payed.json': [payed] })).toEqual([
      {
        _tag: 'CodecProblem',
        law: 'CorpusDiffers',
        where: 'payed.json[0]',
        why: 'stored[0].data.cents: expected 300, got 30',
        example: payed,
      },
    ])
  })

  it('reports a form that is no longer known, and data that is no longer accepted', () => {
    const corpus = { a: payed, b: { type: 'Paid', schemaVersion: 2, data: { cents: 1 } } }
    expect(problems(EventCodec.make({ Paid: version(1, Euros) }), corpus)).toMatchObject([
      { law: 'NotRead', where: 'a', why: 'cannot be decoded: no codec knows the type Payed' },
      { law: 'NotRead', where: 'b', why: expect.stringContaining('schema version 2') },
    ])
    expect(problems(paid(toCents), { c: { ...payed, data: { euros: 0.5 } } })).toMatchObject([
      { law: 'NotRead', where: 'c', why: expect.stringContaining('data.euros: expected Int, got 0.5') },
    ])
  })

  it('reports a codec that keeps less than before in the same version', () => {
    const noted = { type: 'Noted', schemaVersion: 1, data: { text: 'a', by: 'Ada' } }
    const corpus = { noted: { ...noted, decodesTo: [noted] } }
    expect(problems(EventCodec.make({ Noted: t.strict({ text: t.string, by: t.string }) }), corpus)).toEqual([])
    expect(problems(EventCodec.make({ Noted: t.strict({ text: t.string }) }), corpus)).toMatchObject([
      { law: 'CorpusDiffers', why: "stored[0].data.by: expected 'Ada', got no such property" },
    ])
  })

  it('passes with a newer version: then the decoded values of both are compared', () => {
    const third = EventCodec.make({
      Paid: F.pipe(
        version(1, Euros, { name: 'Payed' }),
        upcast(2, Cents, toCents),
        upcast(3, t.strict({ cents: t.Int, at: DateFromISOString }), ({ cents }) => ({ cents, at: new Date(0) })),
      ),
    })
    expect(problems(third, { payed })).toEqual([])
    const other = { ...payed, decodesTo: [{ type: 'Paid', schemaVersion: 2, data: { cents: 301 } }] }
    expect(problems(third, { other })).toMatchObject([
      { law: 'CorpusDiffers', why: 'events[0].data.cents: expected 301, got 300' },
    ])
  })

  it('reports its invalid entries', () => {
    expect(problems(Paid, { a: 'text', b: [{ type: 'Paid' }, payed], c: { ...payed, decodesTo: [{}] } })).toMatchObject(
      [
        { law: 'CorpusInvalid', where: 'a' },
        { law: 'CorpusInvalid', where: 'b[0]' },
        { law: 'CorpusInvalid', where: 'c' },
      ],
    )
  })

  it('throws an error with all findings', () => {
    const corpus = { a: { ...payed, decodesTo: [] }, b: { type: 'X', schemaVersion: 1, data: null } }
    expect(() => checkCodec(Paid, { seed, corpus })).toThrow(
      new Error(
        [
          "a: CorpusDiffers: events[0]: expected nothing, got { type: 'Paid', data: { cents: 300 } }",
          "  for example { type: 'Payed', schemaVersion: 1, data: { euros: 3 }, decodesTo: [] }",
          'b: NotRead: cannot be decoded: no codec knows the type X',
          "  for example { type: 'X', schemaVersion: 1, data: null }",
        ].join('\n'),
      ),
    )
  })
})

describe('a codec that hides its form', () => {
  it('is checked by the values that it accepts', () => {
    checkCodec(EventCodec.make({ Settings: t.string.pipe(JsonFromString) }), { seed })
  })
})
