import { createHash } from 'node:crypto'
import { fc, test } from '@fast-check/jest'
import { nodeModule, sha256, utf8 } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { portableSha256 } from '../src/values/internal/portableSha256.ts'

/** Texts of every length around a block, with any code units. */
const texts = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 200 })

const portable = (text: string): string => Buffer.from(portableSha256(utf8(text))).toString('hex')

const native = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('sha256', () => {
  test.prop([texts])('is that of Node in both encodings', (text) => {
    expect(sha256(text, 'hex')).toBe(native(text))
    expect(Buffer.from(sha256(text, 'binary'), 'latin1').toString('hex')).toBe(native(text))
  })

  test.prop([texts], { numRuns: 300 })('is the same where there is no Node', (text) => {
    expect(portable(text)).toBe(native(text))
  })

  it.each(Array.from({ length: 200 }, (_, length) => length))('is the same for %i bytes', (length) => {
    const text = 'a'.repeat(length)
    expect(portable(text)).toBe(native(text))
  })
})

describe('utf8', () => {
  test.prop([texts])('has the bytes of an encoder', (text) => {
    expect(utf8(text)).toEqual([...new TextEncoder().encode(text)])
  })
})

describe('nodeModule', () => {
  it('finds a module of Node', () => expect(nodeModule('node:crypto')).toHaveProperty('hash'))
  it('finds no other module', () => expect(nodeModule('fp-ts')).toBe(undefined))
})
