import * as t from 'io-ts'

/**
 * The reason why an order was canceled, or why an account or a gift card declined its share. `canceled`: the order was
 * abandoned before they had decided.
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
