import { readFileSync } from 'node:fs'
import { EventCodec, EventId, type EventStore, type Json, StreamName } from '@foldlog/core'
import { AccountId, GiftCardId, Item, Money, Name, OrderId, Quantity, Reason } from '@foldlog/gift-shop'
import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { AccountView, GiftCardView } from '../../src/index.ts'
import { right, valid } from '../fixtures.ts'

/** The events as the code of the first shop decoded them. This is all that is left of that code. */
const FirstAccountEvent = EventCodec.make({
  AccountOpened: t.strict({ name: Name, balance: t.number }),
  MoneyDeposited: t.strict({ amount: Money }),
  OrderCharged: t.strict({ orderId: OrderId, amount: Money }),
  ChargeDeclined: t.strict({ orderId: OrderId, amount: Money, reason: Reason }),
  OrderRefunded: t.strict({ orderId: OrderId, amount: Money }),
})

const FirstCardEvent = EventCodec.make({
  CardCreated: t.strict({ name: Name, price: Money, count: Quantity }),
  GiftCardUsed: t.strict({ by: t.string, where: t.string }),
  StockTaken: t.strict({ orderId: OrderId, amount: Quantity }),
  StockNotTaken: t.strict({ orderId: OrderId, amount: Quantity, reason: Reason }),
  StockReturned: t.strict({ orderId: OrderId, amount: Quantity }),
})

const FirstOrderEvent = EventCodec.make({
  OrderCreated: t.strict({ accountId: AccountId }),
  GiftCardAdded: t.strict({ giftCardId: GiftCardId, amount: Quantity }),
  OrderValidated: t.strict({ accountId: AccountId, items: t.readonlyArray(Item), totalPrice: Money }),
  OrderPaid: t.strict({}),
  OrderCanceled: t.strict({ reason: Reason }),
})

export const first = {
  account: { category: 'account', events: FirstAccountEvent },
  card: { category: 'card', events: FirstCardEvent },
  order: { category: 'order', events: FirstOrderEvent },
} as const

/** The views of the first shop, as it built them. */
export const firstAccounts = Projection.make({
  name: 'accounts',
  from: [first.account],
  view: AccountView,
  partitions: 4,
  key: ({ stream }) => stream,
  project: (view, { event, version }) => {
    const { balance = 0, name = '' } = view ?? {}
    switch (event.type) {
      case 'AccountOpened':
        return { ...event.data, version }
      case 'MoneyDeposited':
      case 'OrderRefunded':
        return { name, balance: balance + event.data.amount, version }
      case 'OrderCharged':
        return { name, balance: balance - event.data.amount, version }
      default:
        return { name, balance, version }
    }
  },
})

export const firstCards = Projection.make({
  name: 'gift_cards',
  from: [first.card],
  view: GiftCardView,
  partitions: 4,
  key: ({ stream }) => stream,
  project: (view, { event, version }) => {
    if (event.type === 'CardCreated') return { ...event.data, version }
    if (view === undefined) return undefined
    switch (event.type) {
      case 'StockTaken':
        return { ...view, count: view.count - event.data.amount, version }
      case 'StockReturned':
        return { ...view, count: view.count + event.data.amount, version }
      case 'StockNotTaken':
        return { ...view, version }
      default:
        return view
    }
  },
})

const Row = t.strict({
  stream: t.string,
  type: t.string,
  schemaVersion: t.number,
  data: t.unknown,
  decodesTo: t.array(t.unknown),
})

/** Rows as the first shop stored them, in the order of its log, each with its present meaning. */
export const rows = valid(
  t.array(Row),
  JSON.parse(readFileSync(new URL('corpus/firstShop.json', import.meta.url), 'utf8')),
)

const nextId = EventId.source({ now: Date.now, random: Math.random })

/** Stores one row in its raw form. Returns the position in the log. */
export const storeRow = async (
  store: Pick<EventStore, 'append'>,
  { stream, type, schemaVersion, data }: Pick<t.TypeOf<typeof Row>, 'stream' | 'type' | 'schemaVersion' | 'data'>,
): Promise<number> => {
  // The rows come from a file of JSON.
  const event = { type, schemaVersion, data: data as Json, id: nextId(), metadata: {} }
  const appended = await store.append({ stream: right(StreamName.parse(stream)), expected: 'any', events: [event] })()
  return right(appended).positions.at(-1) ?? 0
}

/** A store as the first shop left it. */
export const storeHistory = async (store: Pick<EventStore, 'append'>): Promise<number> => {
  let last = 0
  for (const row of rows) last = await storeRow(store, row)
  return last
}
