import { either as E } from 'fp-ts'
import { Amount } from '../account/Cents.ts'

const form = /^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d\d))?$/

/**
 * Parses an amount above zero as users write it, `12`, `12.50` or `1,234.50`, in 1/100: exact, because no fraction is
 * computed. Returns `undefined` for an invalid one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseMoney = (text: string): Amount | undefined => {
  const match = form.exec(text)
  if (match === null) return undefined
  const [, cents = '00'] = match
  const units = text.replace(/\.\d\d$/, '').replaceAll(',', '')
  const amount = Amount.decode(Number(units + cents))
  return E.isRight(amount) ? amount.right : undefined
}
