import * as fc from 'fast-check'
import { type Client, textIn } from '../../../http/test/Client.ts'

/** The next step of a customer. `what` counts among the gift cards, `whose` among the orders of this customer. */
export type CustomerAction =
  | { readonly act: 'order' }
  | { readonly act: 'add'; readonly whose: number; readonly what: number; readonly amount: number }
  | { readonly act: 'validate' | 'cancel'; readonly whose: number }
  | { readonly act: 'deposit'; readonly amount: number }

const whose = fc.nat({ max: 2 })

/** Acts of a customer; mostly such as lead to something. */
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

/** A shop with gift cards, of each a few. */
export const stock = async (client: Client, counts: ReadonlyArray<number>): Promise<ReadonlyArray<string>> => {
  const cards: Array<string> = []
  for (const [i, count] of counts.entries()) {
    const made = await client.request('POST', '/gift_cards', { name: `Card ${i}`, price: 5 + i, count })
    cards.push(textIn(made, 'gift_card_id'))
  }
  return cards
}

/**
 * The requests of a customer, one after another. `insist` repeats a request until it is answered; with a key of its own
 * it is carried out once. Returns the numbers of accepted and of refused requests.
 */
export const visit = async (
  { request: ask }: Client,
  cards: ReadonlyArray<string>,
  what: ReadonlyArray<CustomerAction>,
  name: string,
  money: number,
): Promise<{ readonly done: number; readonly refused: number }> => {
  let [done, refused, keys] = [0, 0, 0]
  const insist = async (path: string, body?: object) => {
    const key = { 'Idempotency-Key': `${name}-${keys++}` }
    for (;;) {
      // A shop that is gone for a moment, and one that says so.
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

  const account = textIn(await insist('/accounts', { name }), 'account_id')
  await insist(`/accounts/${account}/deposits`, { amount: money })
  const orders: Array<string> = []
  for (const one of what) {
    const order = 'whose' in one ? orders[one.whose % Math.max(1, orders.length)] : undefined
    switch (one.act) {
      case 'order':
        orders.push(textIn(await insist(`/accounts/${account}/orders`), 'order_id'))
        break
      case 'deposit':
        await insist(`/accounts/${account}/deposits`, { amount: one.amount })
        break
      case 'add':
        if (order !== undefined) {
          await insist(`/orders/${order}/items`, { gift_card_id: cards[one.what % cards.length], amount: one.amount })
        }
        break
      default:
        if (order !== undefined) await insist(`/orders/${order}/${one.act}`)
    }
  }
  return { done, refused }
}
