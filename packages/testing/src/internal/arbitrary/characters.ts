import * as fc from 'fast-check'

/** So many code units are halves of surrogate pairs, and no characters. They follow `firstHalf` characters. */
const halves = 0x800
const firstHalf = 0xd800

const characterAt = (n: number): string => String.fromCodePoint(n < firstHalf ? n : n + halves)

const placeOf = (character: unknown): number => {
  const point = typeof character === 'string' ? character.codePointAt(0) : undefined
  const isWhole = point !== undefined && String.fromCodePoint(point) === character
  // fast-check asks for values that are none of its own, and takes an exception for the answer.
  if (!isWhole || (point >= firstHalf && point < firstHalf + halves)) throw new Error('not a character')
  return point < firstHalf ? point : point - halves
}

/**
 * Any Unicode character but halves of surrogate pairs, as the unit `binary` of fast-check. The first text of that unit
 * makes a table of all characters, which takes a second and 100 MB, in each suite of tests; `fc.webUrl` is made of such
 * texts, too.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat(0x10_ffff - halves).map(characterAt, placeOf)

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** A part of the path of a URL: the characters that RFC 3986 allows there, and escaped ones. */
const segment = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom(...`${letters}-._~!$&'()*+,;=:@`) },
      { weight: 1, arbitrary: anyCharacter.map((character) => encodeURIComponent(character)) },
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''))

/** A URL of the web. */
export const webUrl: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('http', 'https'), fc.domain(), fc.array(segment, { maxLength: 5 }))
  .map(([scheme, host, path]) => `${scheme}://${host}${path.map((part) => `/${part}`).join('')}`)
