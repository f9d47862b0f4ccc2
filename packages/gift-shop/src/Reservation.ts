import * as t from 'io-ts'
import { OrderId } from './ids.ts'

/**
 * The decision of an account or a gift card about its share in an order: given, declined, or given and returned.
 * `amount` is money of an account, pieces of a gift card.
 *
 * @category model
 * @since 0.1.0
 */
export interface Reservation<Amount extends number> {
  readonly orderId: OrderId
  readonly status: 'given' | 'declined' | 'returned'
  readonly amount: Amount
}

/**
 * The codec of a {@link Reservation}, by that of its amount.
 *
 * @category codecs
 * @since 0.1.0
 */
const codec = <Amount extends number>(amount: t.Type<Amount, number, unknown>): t.Type<Reservation<Amount>, unknown> =>
  t.strict({ orderId: OrderId, status: t.keyof({ given: null, declined: null, returned: null }), amount })

/**
 * The decision about an order, if there is one.
 *
 * @category destructors
 * @since 0.1.0
 */
const find = <A extends number>(
  reservations: ReadonlyArray<Reservation<A>>,
  orderId: OrderId,
): Reservation<A> | undefined => reservations.find((reservation) => reservation.orderId === orderId)

/**
 * The shares after the next decision, which replaces an earlier one about the same order.
 *
 * @category combinators
 * @since 0.1.0
 */
const record = <A extends number>(
  reservations: ReadonlyArray<Reservation<A>>,
  reservation: Reservation<A>,
): ReadonlyArray<Reservation<A>> => [
  ...reservations.filter(({ orderId }) => orderId !== reservation.orderId),
  reservation,
]

/**
 * The sum of the given shares that have not come back.
 *
 * @category destructors
 * @since 0.1.0
 */
const total = (reservations: ReadonlyArray<Reservation<number>>): number =>
  reservations.reduce((sum, { status: is, amount }) => (is === 'given' ? sum + amount : sum), 0)

/**
 * Functions on {@link Reservation}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Reservations = { codec, find, record, total } as const
