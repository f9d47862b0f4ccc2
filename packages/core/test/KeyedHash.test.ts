import { createHmac } from 'node:crypto'
import { fc, test } from '@fast-check/jest'
import { KeyedHash } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { hmacSha256, portableHmac } from '../src/values/internal/hmacSha256.ts'

/** Texts around the size of a block, with any code units. */
const texts = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 150 })

const native = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex')

const keyed = (number: number): string => `key number ${number} of this test`

describe('HMAC-SHA-256', () => {
  test.prop([texts, texts], { numRuns: 300 })('is that of Node, also where there is no Node', (key, text) => {
    expect(hmacSha256(key)(text)).toBe(native(key, text))
    expect(portableHmac(key)(text)).toBe(native(key, text))
  })
})

describe('a keyed hash', () => {
  it('has the hash under the present key first, then those under former keys', () => {
    const hash = KeyedHash.make({ key: keyed(1), former: [keyed(2), keyed(3)] })
    expect(hash('a')).toEqual([1, 2, 3].map((number) => native(keyed(number), 'a')))
  })

  it.each([
    [undefined, 'key must be a text, is undefined'],
    [{ key: 1234567890123456 }, 'key must be a text, is number'],
    [{ key: '123456789012345' }, 'key must have at least 16 characters, has 15'],
    [{ key: keyed(1), former: keyed(2) }, 'former must be an array of keys, is string'],
    [{ key: keyed(1), former: ['a secret'] }, 'former[0] must have at least 16 characters, has 8'],
  ])('is not made of %j, and the error does not show the key', (keys, why) => {
    expect(() => KeyedHash.make(keys as never)).toThrow(`Invalid keyed hash: ${why}`)
    const [what = ''] = why.split(' ')
    const problem = { _tag: 'InvalidInput', what, why: why.slice(what.length + 1) }
    expect(KeyedHash.makeEither(keys as never)).toMatchObject({ left: problem })
  })
})
