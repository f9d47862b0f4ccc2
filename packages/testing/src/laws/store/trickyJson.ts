import type { Json } from '@foldlog/core'
import fc from 'fast-check'
import { anyCharacter } from '../../internal/arbitrary/characters.ts'

/** Any Unicode text but NUL; the unit excludes lone surrogates. Some of it breaks careless escaping. */
export const trickyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 30 }).map((value) => value.replaceAll('\u0000', '')),
  fc.constantFrom(
    '',
    '\\u0000',
    '\\',
    '"',
    "'",
    "');--",
    '\u2028',
    '\uffff',
    '\u0001',
    '\u007f',
    '👩‍👩‍👧',
    'e\u0301',
    '$1',
    '%s',
    '\r\n',
  ),
)

const number: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53 + 2, 1e21, 1e-7, 0.1, 1.0),
)

const key: fc.Arbitrary<string> = fc.oneof(
  trickyText,
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '0', '10', '2', ''),
)

/**
 * Any value that a store must return unchanged, with keys such as `__proto__`: more than `arbitraryEvents` generates as
 * data, which codecs must be able to read.
 */
export const trickyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false),
    // Negative zero has no JSON form, and the store refuses it.
    number.map((value) => (value === 0 ? 0 : value)),
    trickyText,
    fc.array(tie('value'), { maxLength: 4 }),
    // `fromEntries` makes an own property of `__proto__` too.
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries): Json => Object.fromEntries(entries)),
  ),
})).value

/** Any object of such values. */
export const trickyRecord: fc.Arbitrary<{ readonly [key: string]: Json }> = fc
  .array(fc.tuple(key, trickyJson), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries))
