import type { Json } from '../Json.ts'

/** The greatest ratio of the length of a number with every digit to that of its JSON text: 1e308 has 309 digits. */
export const maxGrowth = 62

const withExponent = /^(-?)\d(?:\.(\d+))?e([+-]\d+)$/

/** How many characters more than its JSON text a number has when every digit of it is written out. */
const digitsWrittenOut = (value: number): number => {
  const text = String(value)
  const [whole, sign = '', fraction = '', exponent = '0'] = withExponent.exec(text) ?? []
  if (whole === undefined) return 0
  const power = Number(exponent)
  // 1.5e+21 has 22 digits. 1.5e-7 is `0.`, six zeros, and two digits.
  const digits = power > 0 ? power + 1 : 2 - power + fraction.length
  return sign.length + digits - text.length
}

const growthOf = (value: Json): number => {
  if (typeof value === 'number') return digitsWrittenOut(value)
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part: Json) => sum + growthOf(part), 0)
}

/**
 * The length of a JSON text, in characters, when every digit of its numbers is written out, as a store may do: Postgres
 * keeps 1e300 as a one and 300 zeros. It is at most {@link maxGrowth} times the length of the text.
 */
// `JSON.stringify` has written the text.
export const storedSize = (text: string): number => text.length + growthOf(JSON.parse(text) as Json)

/** No number has more characters, with every digit: 5e-324 has 326, and a sign. */
const longestNumber = 350

/** Between these a number has no exponent: at most 17 digits, a sign, a point, and zeros. */
const numberBound = (value: number): number => {
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-6 && size < 1e21) ? 25 : longestNumber
}

/** A number at least as great as the stored size of a value. It is found without a text. */
export const sizeBound = (value: Json): number => {
  if (typeof value === 'string') return 6 * value.length + 2
  if (typeof value === 'number') return numberBound(value)
  if (typeof value !== 'object' || value === null) return 5
  if (Array.isArray(value)) return value.reduce<number>((sum, part: Json) => sum + sizeBound(part) + 1, 2)
  return Object.entries(value).reduce<number>(
    (sum, [name, part]: readonly [string, Json]) => sum + 6 * name.length + 4 + sizeBound(part),
    2,
  )
}
