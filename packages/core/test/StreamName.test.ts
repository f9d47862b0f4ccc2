import { fc, test } from '@fast-check/jest'
import { StreamName } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { anyCharacter } from '../../testing/src/internal/arbitrary/characters.ts'

const refused = (what: string, why: string) => E.left({ _tag: 'InvalidInput', what, why })

const text = fc
  .string({ unit: anyCharacter, minLength: 1, maxLength: 40 })
  .map((value) => value.replaceAll(/\p{Control}/gu, '') || 'x')
const category = text.map((value) => value.replaceAll('-', '_').replace(/^\$/, '_'))

describe('StreamName', () => {
  test.prop([category, text])('made of a category and an id returns both', (kind, id) => {
    const name = StreamName.make(kind, id)
    if (E.isLeft(name)) throw new Error(name.left.why)
    expect([StreamName.category(name.right), StreamName.id(name.right)]).toEqual([kind, id])
    expect(name).toEqual(E.right(`${kind}-${id}`))
    expect(StreamName.parse(name.right)).toEqual(name)
  })

  test.prop([fc.string({ unit: anyCharacter })])('parses to itself, or is rejected', (name) => {
    const parsed = StreamName.parse(name)
    if (E.isLeft(parsed)) expect(parsed).toEqual(refused('stream name', expect.any(String) as never))
    else expect(`${StreamName.category(parsed.right)}-${StreamName.id(parsed.right)}`).toBe(name)
  })

  it.each([
    ['account-17', 'account', '17'],
    ['account-17-b', 'account', '17-b'],
    ['a--', 'a', '-'],
    [`it's a "cat"-'); drop table events;--`, `it's a "cat"`, `'); drop table events;--`],
    ['Konto-Zürich 😀', 'Konto', 'Zürich 😀'],
    ['a$-$all', 'a$', '$all'],
  ])('%s is in the category %s', (name, kind, id) => {
    const parsed = StreamName.parse(name)
    expect(parsed).toEqual(E.right(name))
    if (E.isRight(parsed)) expect([StreamName.category(parsed.right), StreamName.id(parsed.right)]).toEqual([kind, id])
  })

  it.each([
    ['', 'must not be empty'],
    ['$all', "must not start with '$'"],
    ['$account-17', "must not start with '$'"],
    ['account', 'must have the form category-id, is "account"'],
    ['-17', 'must have the form category-id, is "-17"'],
    ['account-', 'must have the form category-id, is "account-"'],
    ['-', 'must have the form category-id, is "-"'],
    ['a-\0', 'must not contain control characters'],
    ['a-\n', 'must not contain control characters'],
    ['a-\u0085', 'must not contain control characters'],
    ['a-\ud83d', 'must not contain half a surrogate pair'],
    [`a-${'x'.repeat(511)}`, 'must have at most 512 characters, has 513'],
  ])('%j is refused', (name, why) => expect(StreamName.parse(name)).toEqual(refused('stream name', why)))

  it('may have as many characters as the limit', () => {
    expect(StreamName.parse(`a-${'x'.repeat(Limits.streamName - 2)}`)).toMatchObject({ _tag: 'Right' })
  })

  it('must not have a dash in its category, because the id would begin there', () => {
    expect(StreamName.make('bank-account', '17')).toEqual(
      refused('category', 'must not contain a dash, is "bank-account"'),
    )
  })

  it('must not have an empty part', () => {
    expect(StreamName.make('', '17')).toMatchObject({ _tag: 'Left' })
    expect(StreamName.make('account', '')).toMatchObject({ _tag: 'Left' })
  })

  it('is rejected without an exception when a caller violates the types', () => {
    for (const value of [undefined, null, 7, {}, ['a-b'], Symbol('a'), 1n]) {
      const untyped = value as never // Says so on purpose: that is what this test is about.
      expect(StreamName.parse(untyped)).toEqual(refused('stream name', `must be a string, is ${typeof value}`))
      expect(StreamName.make(untyped, '17')).toEqual(refused('category', `must be a string, is ${typeof value}`))
      expect(StreamName.make('account', untyped)).toEqual(refused('id', `must be a string, is ${typeof value}`))
    }
  })
})
