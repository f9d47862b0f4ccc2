import {
  type Account,
  AccountEvent,
  account,
  type GiftCard,
  GiftCardEvent,
  type GiftCardId,
  giftCard,
  Item,
  type Order,
  OrderEvent,
  OrderId,
  order,
  Reason,
} from '@foldlog/gift-shop'
import { arbitrary, arbitraryEvents, checkCodec, checkDecider, Scenario } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import * as fc from 'fast-check'
import { accountId, books, money, music, name, orderId, quantity, valid } from './fixtures.ts'

const item = (giftCardId: GiftCardId = books, amount = 2, price = 25) => ({
  giftCardId,
  amount: quantity(amount),
  price: money(price),
})

describe('an order', () => {
  const given = Scenario.decider(order)
  const created = { type: 'OrderCreated', data: { accountId } } as const
  const added = (giftCardId?: GiftCardId) => ({ type: 'GiftCardAdded', data: item(giftCardId) }) as const
  const validated = {
    type: 'OrderValidated',
    data: { accountId, items: [item()], totalPrice: money(50) },
  } as const
  const paid = { type: 'OrderPaid', data: {} } as const
  const canceled = { type: 'OrderCanceled', data: { reason: 'by customer' } } as const
  const add = (giftCardId?: GiftCardId) => ({ type: 'AddGiftCard', data: { orderId, ...item(giftCardId) } }) as const
  const ask = (type: 'ValidateOrder' | 'CancelOrder' | 'MarkPaid') => ({ type, data: { orderId } }) as const
  const giveUp = { type: 'GiveUpOrder', data: { orderId, reason: 'sold out' } } as const

  it('is created once', () => {
    const create = { type: 'CreateOrder', data: { orderId, accountId } } as const
    given().when(create).then(created)
    given(created).when(create).thenError({ _tag: 'OrderExists' })
  })

  it('takes gift cards while it is open, each once', () => {
    given(created).when(add()).then(added())
    given(created, added()).when(add(music)).then(added(music))
    given(created, added()).when(add()).thenError({ _tag: 'InOrderAlready', giftCardId: books })
    given(created, added(), validated).when(add(music)).thenError({ _tag: 'OrderNotOpen', status: 'validated' })
    given(created, canceled).when(add()).thenError({ _tag: 'OrderNotOpen', status: 'canceled' })
    given().when(add()).thenError({ _tag: 'NoSuchOrder' })
  })

  it('rejects an item with which its price could not be paid', () => {
    const dear = { orderId, ...item(books, 1_000_000, Number.MAX_SAFE_INTEGER) }
    given(created).when({ type: 'AddGiftCard', data: dear }).thenError({ _tag: 'OrderTooLarge' })
  })

  it('is validated with its price when it has items', () => {
    given(created, added()).when(ask('ValidateOrder')).then(validated)
    given(created).when(ask('ValidateOrder')).thenError({ _tag: 'OrderEmpty' })
    given(created, added(), validated)
      .when(ask('ValidateOrder'))
      .thenError({ _tag: 'OrderNotOpen', status: 'validated' })
  })

  it('is canceled by its customer until it is paid', () => {
    given(created).when(ask('CancelOrder')).then(canceled)
    given(created, added(), validated).when(ask('CancelOrder')).then(canceled)
    given(created, added(), validated, paid)
      .when(ask('CancelOrder'))
      .thenError({ _tag: 'OrderSettled', status: 'paid' })
    given(created, canceled).when(ask('CancelOrder')).thenError({ _tag: 'OrderSettled', status: 'canceled' })
  })

  it('ends once, as paid or as abandoned, whichever comes first', () => {
    given(created, added(), validated).when(ask('MarkPaid')).then(paid)
    given(created, added(), validated)
      .when(giveUp)
      .then({ type: 'OrderCanceled', data: { reason: 'sold out' } })
    given(created, added(), validated, canceled).when(ask('MarkPaid')).thenNothing()
    given(created, added(), validated, paid).when(giveUp).thenNothing()
  })
})

describe('an account', () => {
  const given = Scenario.decider(account)
  const opened = { type: 'AccountOpened', data: { name: name('Ada') } } as const
  const deposited = (n: number) => ({ type: 'MoneyDeposited', data: { amount: money(n) } }) as const
  const share = (n: number) => ({ orderId, amount: money(n) })
  const charge = (n: number) => ({ type: 'Charge', data: { accountId, ...share(n) } }) as const
  const release = (n: number) => ({ type: 'ReleaseCharge', data: { accountId, ...share(n) } }) as const
  const charged = (n: number) => ({ type: 'OrderCharged', data: share(n) }) as const
  const declined = (n: number, reason: Reason) => ({ type: 'ChargeDeclined', data: { ...share(n), reason } }) as const
  const refunded = (n: number) => ({ type: 'OrderRefunded', data: share(n) }) as const

  it('pays up to its balance, and not more', () => {
    given(opened, deposited(50)).when(charge(50)).then(charged(50))
    given(opened, deposited(50)).when(charge(51)).then(declined(51, 'too little money'))
    given().when(charge(1)).then(declined(1, 'no such account'))
  })

  it('decides once about an order; a charge that was released first is never made', () => {
    given(opened, deposited(50), charged(50)).when(charge(50)).thenNothing()
    given(opened, deposited(50), charged(50)).when(release(50)).then(refunded(50))
    given(opened, deposited(50), charged(50), refunded(50)).when(release(50)).thenNothing()
    given(opened, deposited(50)).when(release(50)).then(declined(50, 'canceled'))
    given(opened, deposited(50), declined(50, 'canceled')).when(charge(50)).thenNothing()
  })

  it('is opened once, and takes money when it is open', () => {
    const open = { type: 'OpenAccount', data: { accountId, name: name('Ada') } } as const
    given().when(open).then(opened)
    given(opened).when(open).thenError({ _tag: 'AccountExists' })
    const deposit = (n: number) => ({ type: 'Deposit', data: { accountId, amount: money(n) } }) as const
    given(opened).when(deposit(5)).then(deposited(5))
    given().when(deposit(5)).thenError({ _tag: 'NoSuchAccount' })
    given(opened, deposited(Number.MAX_SAFE_INTEGER)).when(deposit(1)).thenError({ _tag: 'TooMuchMoney' })
  })
})

describe('a gift card', () => {
  const given = Scenario.decider(giftCard)
  const facts = { name: name('Books'), price: money(25), count: quantity(3) }
  const created = { type: 'GiftCardCreated', data: facts } as const
  const share = (n: number) => ({ orderId, amount: quantity(n) })
  const take = (n: number) => ({ type: 'TakeStock', data: { giftCardId: books, ...share(n) } }) as const
  const release = { type: 'ReleaseStock', data: { giftCardId: books, ...share(3) } } as const

  it('is created once', () => {
    const create = { type: 'CreateGiftCard', data: { giftCardId: books, ...facts } } as const
    given().when(create).then(created)
    given(created).when(create).thenError({ _tag: 'GiftCardExists' })
  })

  it('gives out its stock, and not more, and decides once about an order', () => {
    const taken = { type: 'StockTaken', data: share(3) } as const
    given(created).when(take(3)).then(taken)
    given(created)
      .when(take(4))
      .then({ type: 'StockNotTaken', data: { ...share(4), reason: 'sold out' } })
    given()
      .when(take(1))
      .then({ type: 'StockNotTaken', data: { ...share(1), reason: 'no such gift card' } })
    given(created, taken).when(take(3)).thenNothing()
    given(created, taken)
      .when(release)
      .then({ type: 'StockReturned', data: share(3) })
    given(created)
      .when(release)
      .then({ type: 'StockNotTaken', data: { ...share(3), reason: 'canceled' } })
  })
})

// ---- after any commands

const few = <A>(codec: Parameters<typeof valid<A>>[0], ...all: ReadonlyArray<string>) =>
  fc.constantFrom(...all.map((text) => valid(codec, text)))
const orderIds = few(OrderId, 'o1', 'o2', 'o3')
const amounts = fc.integer({ min: 1, max: 60 })

describe('after any commands', () => {
  it('the balance of an account is the received money without the spent money, and never below zero', () => {
    const payment = fc.record({ orderId: orderIds, amount: amounts.map(money) }).map((one) => ({ accountId, ...one }))
    const commands = fc.oneof(
      fc.constant({ type: 'OpenAccount' as const, data: { accountId, name: name('Ada') } }),
      amounts.map((n) => ({ type: 'Deposit' as const, data: { accountId, amount: money(n) } })),
      payment.map((data) => ({ type: 'Charge' as const, data })),
      payment.map((data) => ({ type: 'ReleaseCharge' as const, data })),
    )
    const deposits = (events: ReadonlyArray<AccountEvent>) =>
      events.reduce((sum, event) => (event.type === 'MoneyDeposited' ? sum + event.data.amount : sum), 0)
    const given = ({ reservations }: Account) =>
      reservations.reduce((sum, { status: is, amount }) => (is === 'given' ? sum + amount : sum), 0)
    checkDecider(account, {
      commands,
      events: arbitraryEvents(AccountEvent),
      invariants: {
        'not below zero': (state) => state.status === 'unopened' || state.balance >= 0,
        'nothing is lost': (state, { events }) =>
          state.status === 'unopened' || state.balance + given(state) === deposits(events),
        'an order has one share': ({ reservations }) =>
          new Set(reservations.map((share) => share.orderId)).size === reservations.length,
      },
    })
  })

  it('the stock of a gift card is the added stock without the given stock, and never below zero', () => {
    const taking = fc
      .record({ orderId: orderIds, amount: amounts.map(quantity) })
      .map((one) => ({ giftCardId: books, ...one }))
    const facts = { giftCardId: books, name: name('Books'), price: money(25), count: quantity(100) }
    const commands = fc.oneof(
      fc.constant({ type: 'CreateGiftCard' as const, data: facts }),
      taking.map((data) => ({ type: 'TakeStock' as const, data })),
      taking.map((data) => ({ type: 'ReleaseStock' as const, data })),
    )
    const given = ({ reservations }: GiftCard) =>
      reservations.reduce((sum, { status: is, amount }) => (is === 'given' ? sum + amount : sum), 0)
    checkDecider(giftCard, {
      commands,
      events: arbitraryEvents(GiftCardEvent),
      invariants: {
        'not below zero': (state) => state.status === 'unknown' || state.stock >= 0,
        'nothing is lost': (state) => state.status === 'unknown' || state.stock + given(state) === 100,
      },
    })
  })

  it('an order ends once, and its validation has its items', () => {
    const ids = few<GiftCardId>(Item.type.props.giftCardId, 'books', 'music')
    const commands = fc.oneof(
      fc.constant({ type: 'CreateOrder' as const, data: { orderId, accountId } }),
      ids.map((giftCardId) => ({ type: 'AddGiftCard' as const, data: { orderId, ...item(giftCardId) } })),
      fc
        .constantFrom('ValidateOrder' as const, 'CancelOrder' as const, 'MarkPaid' as const)
        .map((type) => ({ type, data: { orderId } })),
      arbitrary(Reason).map((reason) => ({ type: 'GiveUpOrder' as const, data: { orderId, reason } })),
    )
    const count = (events: ReadonlyArray<OrderEvent>, ...types: ReadonlyArray<string>) =>
      events.filter(({ type }) => types.includes(type)).length
    checkDecider(order, {
      commands,
      events: arbitraryEvents(OrderEvent),
      invariants: {
        'ends once': (_: Order, { events }) => count(events, 'OrderPaid', 'OrderCanceled') <= 1,
        'is validated once': (_: Order, { events }) => count(events, 'OrderValidated') <= 1,
        'only a validated order is paid': (_: Order, { events }) =>
          count(events, 'OrderPaid') <= count(events, 'OrderValidated'),
        'a validation has the items of the order': (state: Order, { events }) => {
          const validated = events.find(({ type }) => type === 'OrderValidated')
          return validated?.type !== 'OrderValidated' || state.status === 'unknown'
            ? true
            : JSON.stringify(validated.data.items) === JSON.stringify(state.items)
        },
      },
    })
  })

  it('events are read back as they were stored', () => {
    checkCodec(AccountEvent)
    checkCodec(GiftCardEvent)
    checkCodec(OrderEvent)
  })
})
