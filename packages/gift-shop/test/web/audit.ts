import { type EventStore, type RecordedEvent, StreamName } from '@foldlog/core'
import {
  type Account,
  account,
  type GiftCard,
  giftCard,
  type KnownOrder,
  type Order,
  order,
  totalOf,
} from '@foldlog/gift-shop'
import { right } from '../fixtures.ts'

/** The accounts of a shop according to its log, and their faults. */
export interface Audit {
  readonly accounts: ReadonlyMap<string, Account>
  readonly cards: ReadonlyMap<string, GiftCard>
  readonly orders: ReadonlyMap<string, KnownOrder>
  /** Sentences. None when money and stock were never below zero, and their sums are right. */
  readonly problems: ReadonlyArray<string>
}

const wholeLog = async (store: Pick<EventStore, 'readLog'>): Promise<ReadonlyArray<RecordedEvent>> => {
  const all: Array<RecordedEvent> = []
  for (let after = 0; ; ) {
    const page = right(await store.readLog({ after, count: 5_000 })())
    all.push(...page.events)
    after = page.position
    if (page.end) return all
  }
}

/** Reads the log from its beginning: there must be no debt after any event, and nothing may be missing at the end. */
export const audit = async (store: Pick<EventStore, 'readLog'>): Promise<Audit> => {
  const accounts = new Map<string, Account>()
  const cards = new Map<string, GiftCard>()
  const orders = new Map<string, Order>()
  const problems: Array<string> = []
  let deposits = 0
  const created = new Map<string, number>()

  for (const event of await wholeLog(store)) {
    const id = StreamName.id(event.stream)
    switch (StreamName.category(event.stream)) {
      case 'account':
        for (const one of right(account.events.decode(event))) {
          if (one.type === 'MoneyDeposited') deposits += one.data.amount
          const state = account.decider.evolve(accounts.get(id) ?? account.decider.initialState, one)
          if (state.status === 'open' && state.balance < 0)
            problems.push(`${event.stream} v${event.version} is in debt`)
          accounts.set(id, state)
        }
        break
      case 'order':
        for (const one of right(order.events.decode(event))) {
          orders.set(id, order.decider.evolve(orders.get(id) ?? order.decider.initialState, one))
        }
        break
      default:
        for (const one of right(giftCard.events.decode(event))) {
          if (one.type === 'GiftCardCreated') created.set(id, one.data.count)
          const state = giftCard.decider.evolve(cards.get(id) ?? giftCard.decider.initialState, one)
          if (state.status === 'known' && state.stock < 0) problems.push(`${event.stream} v${event.version} owes stock`)
          cards.set(id, state)
        }
    }
  }

  const known = new Map([...orders].flatMap(([id, one]) => (one.status === 'unknown' ? [] : [[id, one] as const])))
  const paid = [...known.values()].filter(({ status }) => status === 'paid')
  const spent = paid.reduce((sum, { items }) => sum + totalOf(items), 0)
  const balances = [...accounts.values()].reduce((sum, one) => sum + (one.status === 'open' ? one.balance : 0), 0)
  if (balances + spent !== deposits) problems.push(`${deposits} came in; ${balances} are there and ${spent} were spent`)
  for (const [id, count] of created) {
    const sold = paid
      .flatMap(({ items }) => items)
      .reduce((sum, one) => sum + (one.giftCardId === id ? one.amount : 0), 0)
    const card = cards.get(id)
    const stock = card?.status === 'known' ? card.stock : 0
    if (stock + sold !== count) problems.push(`${count} of ${id} were there; ${stock} are there and ${sold} were sold`)
  }
  return { accounts, cards, orders: known, problems }
}
