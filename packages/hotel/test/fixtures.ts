import { Day, Email, Money } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { GuestId, ReservationId, RoomId } from '../src/ids.ts'

/** The decoded value. A test with an invalid one fails here. */
export const valid = <A>(codec: t.Type<A, unknown>, value: unknown): A => {
  const decoded = codec.decode(value)
  if (E.isLeft(decoded)) throw new Error(`not a ${codec.name}: ${JSON.stringify(value)}`)
  return decoded.right
}

export const roomId = valid(RoomId, '101')
export const guestId = valid(GuestId, 'ada')
export const reservationId = valid(ReservationId, 'r1')
export const email = valid(Email, 'ada@example.com')
export const [may1, may3, may5, may9] = ['2027-05-01', '2027-05-03', '2027-05-05', '2027-05-09'].map((day) =>
  valid(Day, day),
) as [Day, Day, Day, Day]
export const euros = (amount: number): Money => valid(Money, { currency: 'EUR', minorUnits: amount * 100 })

/** Waits until a condition holds. The time limit of the test ends a wait that never succeeds. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}
