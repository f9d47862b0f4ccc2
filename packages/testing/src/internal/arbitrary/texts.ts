import * as fc from 'fast-check'
import type { Accepts } from './accepts.ts'
import { webUrl } from './characters.ts'

/** Any text that a store holds: no control characters (NUL among them) and no half of a surrogate pair. */
export const anyText: ReadonlyArray<fc.Arbitrary<string>> = [
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({ unit: 'grapheme' }),
]

const instant = fc
  .date({ min: new Date(0), max: new Date(Date.UTC(2_100, 0, 1)), noInvalidDate: true })
  .map((date) => date.toISOString())

/** Texts of the forms that are met in domains. */
const forms: ReadonlyArray<fc.Arbitrary<string>> = [
  fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1 }),
  instant.map((text) => text.slice(0, 10)),
  instant,
  instant.map((text) => text.slice(0, 7)),
  instant.map((text) => text.slice(11, 16)),
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
  fc.ulid(),
  fc.ulid().map((text) => text.toLowerCase()),
  fc.emailAddress(),
  fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,8}\.(com|org|example)$/),
  webUrl,
  fc.stringMatching(/^https:\/\/[a-z]{2,8}\.(com|org|example)(\/[a-z]{1,8})?$/),
  fc.domain(),
  fc.ipV4(),
  fc.integer({ min: 0, max: 1_000 }).map(String),
  fc.integer({ min: -1_000, max: 1_000 }).map((cents) => (cents / 100).toFixed(2)),
  fc.stringMatching(/^[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,2}$/),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
  fc.stringMatching(/^[a-z]{2}-[A-Z]{2}$/),
  fc.stringMatching(/^\+[1-9][0-9]{6,13}$/),
  fc.stringMatching(/^#[0-9a-f]{6}$/),
  fc.stringMatching(/^[1-9]?[0-9]\.[1-9]?[0-9]\.[1-9]?[0-9]$/),
  fc.stringMatching(/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,20}$/),
]

const alphabets = ['a', 'A', '1'] as const

const lettersOf = {
  a: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
  A: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
  1: fc.constantFrom(...'0123456789'),
}

const lengths = [...Array.from({ length: 65 }, (_, i) => i), 100, 128, 200, 255, 256, 500, 1_000]

/** Texts of one alphabet, of the lengths that are accepted: "three capitals", "eight digits", "20 to 50 characters". */
const measured = (accepts: Accepts): ReadonlyArray<fc.Arbitrary<string>> =>
  alphabets.flatMap((letter) => {
    const first = lengths.findIndex((n) => accepts(letter.repeat(n)))
    if (first < 0) return []
    const past = lengths.findIndex((n, i) => i > first && !accepts(letter.repeat(n)))
    const min = lengths[first] ?? 0
    const max = Math.min(lengths[past < 0 ? lengths.length - 1 : past - 1] ?? min, min + 20)
    return [
      ...(letter === 'a' ? [fc.string({ unit: 'grapheme-ascii', minLength: min, maxLength: max })] : []),
      fc.string({ unit: lettersOf[letter], minLength: min, maxLength: max }),
    ]
  })

/** Candidates for the texts that something accepts, the most general first. */
export const textsFor = (accepts: Accepts): ReadonlyArray<ReadonlyArray<fc.Arbitrary<string>>> => [
  anyText,
  [...forms, ...measured(accepts)],
]
