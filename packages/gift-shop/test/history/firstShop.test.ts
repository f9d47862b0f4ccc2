import { StreamName } from '@foldlog/core'
import {
  AccountEvent,
  account,
  accounts,
  GiftCardEvent,
  giftCard,
  giftCards,
  OrderEvent,
  order,
} from '@foldlog/gift-shop'
import { makeHandlerRuntime, type RuntimeOptions, RuntimeStatus, Views } from '@foldlog/subscriptions'
import { checkCodec } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import { makeClient, textIn } from '../../../http/test/Client.ts'
import type { ShopStore } from '../../src/shop/ShopStore.ts'
import { shopApplication } from '../../src/shop/shopApplication.ts'
import { startShop } from '../../src/shop/startShop.ts'
import { accountId, money, right, until } from '../fixtures.ts'
import { audit } from '../web/audit.ts'
import { first, firstAccounts, firstCards, rows, storeHistory } from './firstShop.ts'
import { stores } from './stores.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const share = (orderId: string, is: string, amount: number) => ({ orderId, status: is, amount })

/** The meaning of the rows: the state of each thing after all its events. */
const states = {
  ada: { status: 'open', name: 'Ada', balance: 70, reservations: [share('1', 'given', 30)] },
  grace: { status: 'open', name: 'Grace', balance: 250, reservations: [share('2', 'returned', 10)] },
  books: { status: 'known', name: 'Books', price: 10, stock: 18, reservations: [share('1', 'given', 2)] },
  music: {
    status: 'known',
    name: 'Music',
    price: 10,
    stock: 0,
    reservations: [share('1', 'given', 1), share('2', 'declined', 1)],
  },
} as const

describe('each row that the first shop stored', () => {
  const of = (category: string) =>
    rows.flatMap(({ stream, ...entry }) => (stream.startsWith(`${category}-`) ? [entry] : []))

  it('is decoded with its recorded meaning', () => {
    checkCodec(AccountEvent, { corpus: { 'firstShop.json': of('account') } })
    checkCodec(GiftCardEvent, { corpus: { 'firstShop.json': of('card') } })
    checkCodec(OrderEvent, { corpus: { 'firstShop.json': of('order') } })
  })

  it('is decoded by the code of that time', () => {
    checkCodec(first.account.events, { corpus: { old: of('account').map(({ decodesTo: _, ...row }) => row) } })
    checkCodec(first.card.events, { corpus: { old: of('card').map(({ decodesTo: _, ...row }) => row) } })
    checkCodec(first.order.events, { corpus: { old: of('order').map(({ decodesTo: _, ...row }) => row) } })
  })
})

const handled = async (store: ShopStore, handlers: RuntimeOptions['handlers'], position: number) => {
  const runtime = makeHandlerRuntime({ store, handlers, limits })
  right(await runtime.start())
  right(
    await runtime.waitFor(
      handlers.map((one) => one.name),
      position,
      60_000,
    )(),
  )
  await runtime.stop()
}

const shown = async <V>(store: ShopStore, projection: Parameters<typeof Views.make<V>>[0]) =>
  right(await Views.make(projection, store).list()()).views

describe.each(stores)('the events of the first shop, in the %s store', (_, make) => {
  it('fold to the same states: renamed, with an added field, split in two, dropped, and under another category', async () => {
    const store = await make()
    await storeHistory(store)
    const { load } = shopApplication({ store })
    expect(right(await load(account, 'ada')())).toMatchObject({ state: states.ada, version: 3 })
    expect(right(await load(account, 'grace')())).toMatchObject({ state: states.grace, version: 3 })
    expect(right(await load(giftCard, 'books')())).toMatchObject({
      stream: 'card-books',
      state: states.books,
      version: 3,
    })
    expect(right(await load(giftCard, 'music')())).toMatchObject({
      stream: 'card-music',
      state: states.music,
      version: 4,
    })
    expect(right(await load(order, '1')())).toMatchObject({ state: { status: 'paid', items: { length: 2 } } })
    expect(right(await load(order, '2')())).toMatchObject({ state: { status: 'canceled', reason: 'sold out' } })
    expect(right(await load(order, '3')())).toMatchObject({
      state: { status: 'open', items: [{ giftCardId: 'books', amount: 3, price: 10 }] },
    })
    expect((await audit(store)).problems).toEqual([])
  })

  it('have the same views in the present shop, which builds them beside those of that time', async () => {
    const store = await make()
    const last = await storeHistory(store)
    await handled(store, [firstAccounts, firstCards], last)
    const before = [await shown(store, firstAccounts), await shown(store, firstCards)]
    expect(before).toEqual([
      [
        ['account-ada', { name: 'Ada', balance: 70, version: 3 }],
        ['account-grace', { name: 'Grace', balance: 250, version: 3 }],
      ],
      [
        ['card-books', { name: 'Books', price: 10, count: 18, version: 2 }],
        ['card-music', { name: 'Music', price: 10, count: 0, version: 3 }],
      ],
    ])
    const built = Math.max(...right(await RuntimeStatus.read(store)()).handlers.map(({ generation }) => generation))
    const runtime = makeHandlerRuntime({ store, handlers: [accounts, giftCards], limits })
    right(await runtime.start())
    /** The serving generation. Those of version 2 begin above all numbers of version 1. */
    const serving = async (name: string): Promise<number> =>
      right(await RuntimeStatus.read(store)()).handlers.find((one) => one.serves && one.name === name)?.generation ?? 0
    await until(async () => (await serving('accounts')) > built && (await serving('gift_cards')) > built)
    expect([await shown(store, accounts), await shown(store, giftCards)]).toEqual(before)
    // A second run changes nothing.
    const again = await serving('accounts')
    right(await runtime.rebuild('accounts')())
    await until(async () => (await serving('accounts')) > again)
    expect(await shown(store, accounts)).toEqual(before[0])
    await runtime.stop()
  })

  it('leave a snapshot of another schema, which is skipped; a new one takes its place', async () => {
    const store = await make()
    await storeHistory(store)
    const stream = right(StreamName.parse('account-ada'))
    // The first shop stored only a balance. A snapshot that was used by mistake would show this large one.
    right(await store.saveSnapshot({ stream, version: 3, schemaVersion: 1, state: { balance: 1_000_000 } })())
    const { dispatch, load, stop } = shopApplication({ store })
    expect(right(await load(account, 'ada')())).toMatchObject({ state: states.ada, version: 3 })
    const deposit = { type: 'Deposit', data: { accountId, amount: money(1) } } as const
    for (let i = 0; i < 60; i++) right(await dispatch(deposit)())
    await stop()
    // For the present code it replaces the old snapshot, which code of that time would still find.
    const { snapshot } = right(await store.readFromSnapshot(stream, 2)())
    expect(O.toUndefined(snapshot)).toMatchObject({ schemaVersion: 2, state: { name: 'Ada' } })
    expect(right(await shopApplication({ store }).load(account, 'ada')())).toMatchObject({ state: { balance: 130 } })
  })
})

describe('the present shop, opened on the store of the first one', () => {
  it('sells the stock of that time, and continues its streams', async () => {
    const store = await (stores[0]?.[1] ?? (() => Promise.reject()))()
    await storeHistory(store)
    const shop = right(await startShop({ store, limits })())
    const client = await makeClient(() => shop.url)
    const made = await client.request('POST', '/accounts/grace/orders')
    const id = textIn(made, 'order_id')
    await client.request('POST', `/orders/${id}/items`, { gift_card_id: 'books', amount: 4 })
    await client.request('POST', `/orders/${id}/validate`)
    await until(
      async () =>
        (await client.request('GET', `/orders/${id}`)).status === 200 &&
        textIn(await client.request('GET', `/orders/${id}`), 'status') === 'paid',
    )
    // An order that the first shop left open is carried out as well.
    await client.request('POST', '/orders/3/validate')
    await until(async () => textIn(await client.request('GET', '/orders/3'), 'status') === 'paid')
    const { problems, cards, accounts: all } = await audit(store)
    expect(problems).toEqual([])
    expect([cards.get('books'), all.get('grace')]).toMatchObject([{ stock: 11 }, { balance: 180 }])
    expect(right(await store.streamInfo(right(StreamName.parse('giftCard-books')))()).status).toBe('missing')
    await shop.stop()
  })
})
