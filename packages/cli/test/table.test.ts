import { createRequire } from 'node:module'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { plain, plainJson, plainLines } from '../src/internal/output/plain.ts'
import { table } from '../src/internal/output/table.ts'

// That of the library, which has no types.
const require = createRequire(createRequire(import.meta.url).resolve('cli-table3'))
const stringWidth: (text: string) => number = require('string-width')

const columns = [{ title: 'position', align: 'right' }, { title: 'stream' }, { title: 'data' }] as const

/** Every code point, those that steer a terminal often. */
const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      '\u001b[2J',
      '\u009b',
      '\r',
      '\n',
      '\u0085',
      '\u202E',
      '\u2066',
      '\u2028',
      '\u061C',
      '漢',
      '👩‍🚀',
      'é',
    ),
  ),
  { maxLength: 60 },
)
const text = texts.map((all) => all.join(''))
const steering = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u

describe('a table', () => {
  it('is as wide as its cells when it goes to a file', () => {
    expect(table(columns, [['1', 'cart-a', `{"text":"${'x'.repeat(100)}"}`]])).toBe(
      `position  stream  data\n       1  cart-a  {"text":"${'x'.repeat(100)}"}`,
    )
  })

  it('cuts its last column where the line of a terminal ends', () => {
    expect(table(columns, [['1', 'cart-a', 'x'.repeat(100)]], 40)).toBe(
      `position  stream  data\n       1  cart-a  ${'x'.repeat(21)}…`,
    )
  })

  it('shows each row by itself when there is no room for the last column', () => {
    const long = `cart-${'a'.repeat(80)}`
    expect(
      table(
        columns,
        [
          ['1', long, '{}'],
          ['2', 'cart-b', '{}'],
        ],
        40,
      ),
    ).toBe(
      [
        'position  1',
        `stream    ${long.slice(0, 29)}…`,
        'data      {}',
        '',
        'position  2',
        'stream    cart-b',
        'data      {}',
      ].join('\n'),
    )
  })

  it('has no line that is longer than the terminal, and nothing that steers it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text), { minLength: 1 }),
        fc.integer({ min: 24, max: 120 }),
        (rows, width) => {
          const lines = table(columns, rows, width).split('\n')
          expect(lines.filter((line) => stringWidth(line) > width)).toEqual([])
          expect(lines.filter((line) => steering.test(line))).toEqual([])
        },
      ),
    )
  })
})

describe('a text', () => {
  it('of several lines keeps its line feeds only', () => {
    expect(plainLines('a\r\nb\u001b[2J')).toBe('a�\nb�[2J')
    expect(plain('a\nb')).toBe('a�b')
  })

  it('of JSON keeps its meaning', () => {
    fc.assert(
      fc.property(fc.jsonValue(), text, (value, more) => {
        const json = plainJson(JSON.stringify([value, { [more]: more }], undefined, 2))
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, { [more]: more }])))
        expect(json.replaceAll('\n', '')).not.toMatch(steering)
      }),
    )
  })
})
