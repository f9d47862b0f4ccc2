import { AccountId, GiftCardId, Money, Name, OrderId, Quantity } from '@foldlog/gift-shop'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'

/** The decoded value. A test with an invalid one fails here. */
export const valid = <A>(codec: t.Type<A, unknown>, value: unknown): A => {
  const decoded = codec.decode(value)
  if (E.isLeft(decoded)) throw new Error(`not a ${codec.name}: ${JSON.stringify(value)}`)
  return decoded.right
}

/** The value of a result that must be a success. */
export const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

export const accountId = valid(AccountId, 'ada')
export const orderId = valid(OrderId, 'o1')
export const [books, music] = [valid(GiftCardId, 'books'), valid(GiftCardId, 'music')]
export const money = (n: number): Money => valid(Money, n)
export const quantity = (n: number): Quantity => valid(Quantity, n)
export const name = (text: string): Name => valid(Name, text)

/** Waits until a condition holds. The time limit of the test ends a wait that never succeeds. */
export const until = async (condition: () => boolean | Promise<boolean>, pause = 2): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, pause))
}
