import { fc, test } from '@fast-check/jest'
import { describe, expect, it } from '@jest/globals'
import { anyCharacter } from '../src/internal/arbitrary/characters.ts'
import { differences } from '../src/internal/differences.ts'
import { literal } from '../src/internal/literal.ts'

/** The value of the text when it is run. */
const evaluated = (text: string): unknown => new Function(`return ${text}`)()

const unicode = fc.string({ unit: anyCharacter })
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  key: unicode,
  values: [fc.boolean(), fc.maxSafeInteger(), fc.double(), unicode, fc.constantFrom(null, undefined)],
})

describe('a literal', () => {
  test.prop([anything], { numRuns: 500 })('makes the value again', (value) => {
    // Jest considers two invalid dates different.
    expect([...differences(value, evaluated(literal(value)), 'value')]).toEqual([])
  })

  it.each([
    ["'it'", 'it'],
    [`"it's"`, "it's"],
    [`'say "it"'`, 'say "it"'],
    [`'a\\nb\\\\'`, 'a\nb\\'],
    ['-0', -0],
    ['Number.NaN', Number.NaN],
    ['10n', 10n],
    ["{ a: 1, 'b c': undefined }", { a: 1, 'b c': undefined }],
    ["{ ['__proto__']: 1 }", Object.fromEntries([['__proto__', 1]])],
    ["new Date('2024-02-29T00:00:00.000Z')", new Date('2024-02-29')],
    ["new Map([['a', 1]])", new Map([['a', 1]])],
    ['new Set([])', new Set()],
  ])('is %s', (text, value) => {
    expect(literal(value)).toBe(text)
    expect(evaluated(text)).toEqual(value)
  })

  it('spans several lines when it is long', () => {
    expect(literal({ texts: ['a'.repeat(60), 'b'.repeat(60)], n: 1 }, '  ')).toBe(
      [
        '{',
        '    texts: [',
        `      '${'a'.repeat(60)}',`,
        `      '${'b'.repeat(60)}',`,
        '    ],',
        '    n: 1,',
        '  }',
      ].join('\n'),
    )
  })
})
