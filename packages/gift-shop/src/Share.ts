import * as t from 'io-ts'
import { OrderId } from './ids.ts'

/**
 * What an account or a gift card has decided about its share in an order: it gave it, it did not, or it gave it and has it back. `amount` is money of an account,
 * pieces of a gift card.
 *
 * @category model
 * @since 0.1.0
 */
export interface Share<Amount extends number> {
  readonly orderId: OrderId
  readonly is: 'given' | 'declined' | 'returned'
  readonly amount: Amount
}

/**
 * The codec of a {@link Share}, by that of its amount.
 *
 * @category codecs
 * @since 0.1.0
 */
const codec = <Amount extends number>(amount: t.Type<Amount, number, unknown>): t.Type<Share<Amount>, unknown> =>
  t.strict({ orderId: OrderId, is: t.keyof({ given: null, declined: null, returned: null }), amount })

/**
 * What was decided about an order, if it was asked for.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = <A extends number>(shares: ReadonlyArray<Share<A>>, orderId: OrderId): Share<A> | undefined =>
  shares.find((share) => share.orderId === orderId)

/**
 * The shares after one more decision, which takes the place of an earlier one about the same order.
 *
 * @category combinators
 * @since 0.1.0
 */
const decided = <A extends number>(shares: ReadonlyArray<Share<A>>, share: Share<A>): ReadonlyArray<Share<A>> => [
  ...shares.filter(({ orderId }) => orderId !== share.orderId),
  share,
]

/**
 * The sum of what was given and has not come back.
 *
 * @category destructors
 * @since 0.1.0
 */
const given = (shares: ReadonlyArray<Share<number>>): number =>
  shares.reduce((sum, { is, amount }) => (is === 'given' ? sum + amount : sum), 0)

/**
 * Functions on {@link Share}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Shares = { codec, of, decided, given } as const
