const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, ',')

/**
 * Formats a sum in 1/100: `-1,234.50`. Exact, because it does not divide.
 *
 * @category destructors
 * @since 0.1.0
 */
export const money = (cents: number | bigint): string => {
  const [, sign = '', units = '', rest = ''] = /^(-?)(\d+)(\d\d)$/.exec(padded(cents)) ?? []
  return `${sign}${grouped(units)}.${rest}`
}

const padded = (cents: number | bigint): string => {
  const text = BigInt(cents).toString()
  return text.startsWith('-') ? `-${text.slice(1).padStart(3, '0')}` : text.padStart(3, '0')
}

/**
 * Formats a number of things: `49,102`.
 *
 * @category destructors
 * @since 0.1.0
 */
export const count = (things: number): string => grouped(`${things}`)
