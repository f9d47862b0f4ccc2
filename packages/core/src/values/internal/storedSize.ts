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
