import { type InvalidInput, Tag } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'

/** Fails the test when the property fails for some values. They are always the same. */
const holds = <A extends [unknown, ...Array<unknown>]>(property: fc.IProperty<A>) =>
  fc.assert(property, { numRuns: 200, seed: 42 })

const problem = (tag: unknown) => E.getOrElseW((left: InvalidInput): string => left.why)(Tag.check('tag')(tag))

describe('a tag', () => {
  it('has a name and a value', () => {
    const tag = Tag.of('course', 'c1')
    expect(tag).toBe('course:c1')
    expect([Tag.name(tag), Tag.value(tag)]).toEqual(['course', 'c1'])
    expect(Tag.of('year', 2026)).toBe(Tag.of('year', '2026'))
  })

  it('is another one for each pair of name and value, and gives both back', () =>
    holds(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string({ minLength: 1 }), fc.string(), (a, b, c, d) => {
        const [one, other] = [Tag.of(a, b), Tag.of(c, d)]
        expect([Tag.name(one), Tag.value(one)]).toEqual([a, b])
        expect(one === other).toBe(a === c && b === d)
      }),
    ))

  it('is not taken apart within its name', () => {
    expect(Tag.of('a:b', 'c')).not.toBe(Tag.of('a', 'b:c'))
    expect(Tag.of('a%3Ab', 'c')).not.toBe(Tag.of('a:b', 'c'))
  })

  it.each([
    [Tag.of('', 'c1'), 'the name of a tag must be a text that is not empty, is ""'],
    [
      Tag.of('course', undefined as never),
      'the value of the tag course must be a text or a finite number, is undefined',
    ],
    [Tag.of('course', Number.NaN), 'the value of the tag course must be a text or a finite number, is NaN'],
    [Tag.of('course', 'a\0'), 'must not contain NUL (U+0000)'],
    [Tag.of('course', '\ud800'), 'must not contain half a surrogate pair'],
    [Tag.of('course', 'x'.repeat(1_024)), 'must have at most 1024 characters, has 1031'],
    ['course', 'must be a tag, made with Tag.of, is "course"'],
    [':', 'must have a name'],
    [undefined, 'must be a tag, made with Tag.of, is undefined'],
  ])('is rejected when it is %j', (tag, why) => expect(problem(tag)).toBe(why))

  it.each(['', 'two words', 'a:b', 'line\nbreak', '😀'])('may have the value %j', (value) =>
    expect(problem(Tag.of('name', value))).toBe(`name:${value}`),
  )
})

describe('the tags of an event', () => {
  const check = (tags: unknown, max = 3) => E.getOrElseW((left: unknown) => left)(Tag.checkAll('tags', max)(tags))

  it('are sorted, each once', () =>
    expect(check([Tag.of('b', 1), Tag.of('a', 1), Tag.of('b', 1)])).toEqual(['a:1', 'b:1']))

  it('are rejected when one is none, or when there are too many', () => {
    expect(check([Tag.of('a', 1), 7])).toMatchObject({ what: 'tags[1]' })
    expect(check('a:1')).toMatchObject({ what: 'tags', why: 'must be an array of tags, is "a:1"' })
    // biome-ignore lint/suspicious/noSparseArray: a hole is no tag.
    expect(check([, Tag.of('a', 1)])).toMatchObject({ what: 'tags[0]' })
    expect(check([1, 2, 3, 4, 4].map((n) => Tag.of('n', n)))).toMatchObject({
      why: 'must have at most 3 different tags, has 4',
    })
    expect(check([1, 2, 3, 3].map((n) => Tag.of('n', n)))).toHaveLength(3)
  })
})
