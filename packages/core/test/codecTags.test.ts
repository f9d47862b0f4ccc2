import { EventCodec, Tag } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'

const Subscribed = t.strict({ course: t.string, student: t.string })

const codec = EventCodec.make(
  { Subscribed, Opened: t.strict({ course: t.string }), Noted: t.strict({}) },
  {
    tags: {
      Subscribed: ({ course, student }) => [Tag.of('student', student), Tag.of('course', course)],
      Opened: ({ course }) => (course === '' ? [] : [Tag.of('course', course), Tag.of('course', course)]),
    },
  },
)

const right = E.getOrElseW((left: unknown): never => {
  throw left
})

describe('the tags of a codec', () => {
  it('are a function of the decoded event, sorted, each once', () => {
    const subscribed = { type: 'Subscribed', data: { course: 'c1', student: 's1' } } as const
    expect(right(codec.tags(subscribed))).toEqual(['course:c1', 'student:s1'])
    expect(right(codec.encode(subscribed))).toEqual({
      ...subscribed,
      schemaVersion: 1,
      tags: ['course:c1', 'student:s1'],
    })
    expect(right(codec.tags({ type: 'Opened', data: { course: 'c1' } }))).toEqual(['course:c1'])
  })

  it('are absent from what is stored when there are none', () => {
    expect(right(codec.encode({ type: 'Noted', data: {} }))).toEqual({ type: 'Noted', schemaVersion: 1, data: {} })
    expect(right(codec.encode({ type: 'Opened', data: { course: '' } }))).not.toHaveProperty('tags')
    expect(right(codec.tags({ type: 'Noted', data: {} }))).toEqual([])
  })

  it.each<readonly [string, () => unknown, string, string]>([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
      'tags',
      'boom',
    ],
    ['returns no list', () => 'course:c1', 'tags', 'must be an array of tags, is "course:c1"'],
    ['returns a text that is no tag', () => ['c1'], 'tags[0]', 'must be a tag, made with Tag.of, is "c1"'],
    [
      'makes a tag of nothing',
      () => [Tag.of('course', undefined as never)],
      'tags[0]',
      'the value of the tag course must be a text or a finite number, is undefined',
    ],
    [
      'returns too many',
      () => Array.from({ length: 33 }, (_, i) => Tag.of('n', i)),
      'tags',
      'must have at most 32 different tags, has 33',
    ],
  ])('keep an event from being stored when their function %s', (_, tags, path, why) => {
    const wrong = EventCodec.make({ Noted: t.strict({}) }, { tags: { Noted: tags as () => ReadonlyArray<Tag> } })
    const failure = E.left({ _tag: 'EncodeFailure', type: 'Noted', path, why })
    expect(wrong.encode({ type: 'Noted', data: {} })).toEqual(failure)
    expect(wrong.tags({ type: 'Noted', data: {} })).toEqual(failure)
  })

  it('are declared for events of the codec', () =>
    expect(EventCodec.makeEither({ Noted: t.strict({}) }, { tags: { Note: () => [] } as never })).toEqual(
      E.left({
        _tag: 'InvalidEventCodec',
        problems: ['tags are declared for "Note", which is no event of this codec'],
      }),
    ))
})

describe('the stored names of an event', () => {
  const { version, upcast, split, drop } = EventCodec
  const Amount = t.strict({ cents: t.number })

  it('are its own, unless a version has another', () =>
    expect(codec.storedNames).toEqual({ Subscribed: ['Subscribed'], Opened: ['Opened'], Noted: ['Noted'] }))

  it('are all that decode to it: former names, and what is split, through other forms too', () => {
    const chained = EventCodec.make(
      {
        Paid: F.pipe(version(1, Amount, { name: 'Payed' }), upcast(2, Amount, F.identity, { name: 'Paid' })),
        Sent: t.strict({}),
      },
      {
        retired: [
          split({ type: 'Settled', schemaVersion: 1 }, Amount, [{ type: 'PaidAndSent', schemaVersion: 1 }], () => []),
          split(
            { type: 'PaidAndSent', schemaVersion: 1 },
            Amount,
            [
              { type: 'Payed', schemaVersion: 1 },
              { type: 'Sent', schemaVersion: 1 },
            ],
            () => [],
          ),
          drop({ type: 'Noise', schemaVersion: 1 }),
        ],
      },
    )
    expect(chained.storedNames).toEqual({
      Paid: ['Paid', 'Payed', 'PaidAndSent', 'Settled'],
      Sent: ['Sent', 'PaidAndSent', 'Settled'],
    })
  })
})
