import * as fc from 'fast-check'
import { type Client, textIn } from '../../../http/test/Client.ts'

/** The next step of a customer. `what` is the index of a gift card, `whose` that of an order of this customer. */
export type CustomerAction =
  | { readonly act: 'order' }
  | { readonly act: 'add'; readonly whose: number; readonly what: number; readonly amount: number }
  | { readonly act: 'validate' | 'cancel'; readonly whose: number }
  | { readonly act: 'deposit'; readonly amount: number }

const whose = fc.nat({ max: 2 })

/** Steps of a customer, mostly such as have an effect. */
export const customerActions: fc.Arbitrary<ReadonlyArray<CustomerAction>> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ act: 'order' as const }) },
    {
      weight: 5,
      arbitrary: fc.record({
        act: fc.constant('add' as const),
        whose,
        what: fc.nat({ max: 2 }),
        amount: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ act: fc.constant('validate' as const), whose }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('cancel' as const), whose }) },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant('deposit' as const), amount: fc.integer({ min: 1, max: 50 }) }),
    },
  ),
  { minLength: 4, maxLength: 12 },
)

/** A shop with gift cards, a few pieces of each. */
export const stock = async (client: Client, counts: ReadonlyArray<number>): Promise<ReadonlyArray<string>> => {
  const cards: Array<string> = []
  for (const [i, count] of counts.entries()) {
    const made = await client.request('POST', '/gift_cards', { name: `Card ${i}`, price: 5 + i, count })
    cards.push(textIn(made, 'gift_card_id'))
  }
  return cards
}

/**
 * The requests of a customer, one after another. With `retry`, a request is repeated with its key until it is answered,
 * and carried out once. Returns the numbers of accepted and of rejected requests.
 */
export const visit = async (
  { request: ask }: Client,
  cards: ReadonlyArray<string>,
  what: ReadonlyArray<CustomerAction>,
  name: string,
  money: number,
): Promise<{ readonly done: number; readonly refused: number }> => {
  let [done, refused, keys] = [0, 0, 0]
  const retry = async (path: string, body?: object) => {
    const key = { 'Idempotency-Key': `${name}-${keys++}` }
    for (;;) {
      // A shop that is not reached for a moment, or that answers that it is not available.
      const answer = await ask('POST', path, body, key).catch((cause: unknown) => {
        if (cause instanceof Object && 'matcherResult' in cause) throw cause
        return undefined
      })
      if (answer !== undefined && answer.status !== 503) {
        if (answer.status < 300) done++
        else refused++
        return answer
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  const account = textIn(await retry('/accounts', { name }), 'account_id')
  await retry(`/accounts/${account}/deposits`, { amount: money })
  const orders: Array<string> = []
  for (const one of what) {
    const order = 'whose' in one ? orders[one.whose % Math.max(1, orders.length)] : undefined
    switch (one.act) {
      case 'order':
        orders.push(textIn(await retry(`/accounts/${account}/orders`), 'order_id'))
        break
      case 'deposit':
        await retry(`/accounts/${account}/deposits`, { amount: one.amount })
        break
      case 'add':
        if (order !== undefined) {
          await retry(`/orders/${order}/items`, { gift_card_id: cards[one.what % cards.length], amount: one.amount })
        }
        break
      default:
        if (order !== undefined) await retry(`/orders/${order}/${one.act}`)
    }
  }
  return { done, refused }
}
