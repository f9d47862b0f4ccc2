import * as t from 'io-ts'

/**
 * Why an order was canceled, or why an account or a gift card had no part in it. `canceled`: the order was given up before they had decided.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Reason: t.KeyofC<{
  'by customer': null
  'too little money': null
  'no such account': null
  'sold out': null
  'no such gift card': null
  'no answer in time': null
  canceled: null
}> = t.keyof({
  'by customer': null,
  'too little money': null,
  'no such account': null,
  'sold out': null,
  'no such gift card': null,
  'no answer in time': null,
  canceled: null,
})

/**
 * A reason; see the codec of the same name.
 *
 * @category model
 * @since 0.1.0
 */
export type Reason = t.TypeOf<typeof Reason>
