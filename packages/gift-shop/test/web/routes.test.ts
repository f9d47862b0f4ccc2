import type { RunningServer } from '@foldlog/hono-server'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as t from 'io-ts'
import { type Client, makeClient, textIn } from '../../../http/test/Client.ts'
import { startShop } from '../../src/shop/startShop.ts'
import { right, until, valid } from '../fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }
const store = makeMemoryStore()
let shop: RunningServer
let client: Client

beforeAll(async () => {
  shop = right(await startShop({ store, limits })())
  client = await makeClient(() => shop.url)
})

afterAll(async () => {
  await shop?.stop()
  await store.stop()
})

/** The parts of the document that the test reads. */
interface Paths {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters: ReadonlyArray<{ readonly in: string; readonly name: string }>
            readonly responses: Readonly<Record<string, unknown>>
          }
        >
      >
    >
  >
}

/** Reads the result of the previous request. */
const seeing = ({ headers }: { readonly headers: Headers }) => ({
  Prefer: 'wait=30',
  'Foldlog-Position': headers.get('Foldlog-Position') ?? '',
})

const opened = async (deposit?: number) => {
  const id = textIn(await client.request('POST', '/accounts', { name: 'Ada' }), 'account_id')
  if (deposit !== undefined) await client.request('POST', `/accounts/${id}/deposits`, { amount: deposit })
  return id
}

const carded = async (count = 3, price = 25) =>
  textIn(await client.request('POST', '/gift_cards', { name: 'Books', price, count }), 'gift_card_id')

const ordered = async (account: string) =>
  textIn(await client.request('POST', `/accounts/${account}/orders`), 'order_id')

describe('the gift shop', () => {
  it('sells: it charges the account, takes the stock, and marks the order as paid', async () => {
    const [account, card] = [await opened(100), await carded()]
    const order = await ordered(account)
    expect(await client.request('POST', `/orders/${order}/items`, { gift_card_id: card, amount: 2 })).toMatchObject({
      status: 204,
    })
    const accepted = await client.request('POST', `/orders/${order}/validate`)
    expect(accepted.status).toBe(202)
    await until(
      async () =>
        textIn(await client.request('GET', `/orders/${order}`, undefined, seeing(accepted)), 'status') !== 'validated',
    )
    const paid = await client.request('GET', `/orders/${order}`)
    expect(paid.body).toEqual({
      order_id: order,
      account_id: account,
      status: 'paid',
      items: [{ gift_card_id: card, amount: 2, price: 25 }],
      total_price: 50,
      reason: null,
      version: 4,
    })
    await until(async () => textIn(await client.request('GET', `/gift_cards/${card}`), 'name') === 'Books')
    await until(async () =>
      JSON.stringify((await client.request('GET', `/accounts/${account}`)).body).includes('"balance":50'),
    )
    await until(async () =>
      JSON.stringify((await client.request('GET', `/gift_cards/${card}`)).body).includes('"count":1'),
    )
    expect(await client.request('POST', `/orders/${order}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'OrderSettled' },
    })
    const list = await client.request('GET', `/accounts/${account}/orders`)
    expect(list.body).toMatchObject({ items: [{ order_id: order }], next: null })
  })

  it('cancels an open order, and lists its accounts', async () => {
    const account = await opened()
    const order = await ordered(account)
    const done = await client.request('POST', `/orders/${order}/cancel`)
    expect(done.status).toBe(204)
    expect((await client.request('GET', `/orders/${order}`, undefined, seeing(done))).body).toMatchObject({
      status: 'canceled',
      reason: 'by customer',
    })
    const { body } = await client.request('GET', '/accounts', undefined, seeing(done))
    expect(JSON.stringify(body)).toContain(account)
  })

  it('releases its reservations when an item is sold out, and gives the reason', async () => {
    const [account, card, rare] = [await opened(1_000), await carded(5), await carded(1)]
    const order = await ordered(account)
    await client.request('POST', `/orders/${order}/items`, { gift_card_id: card, amount: 2 })
    await client.request('POST', `/orders/${order}/items`, { gift_card_id: rare, amount: 2 })
    await client.request('POST', `/orders/${order}/validate`)
    await until(async () => textIn(await client.request('GET', `/orders/${order}`), 'status') === 'canceled')
    expect((await client.request('GET', `/orders/${order}`)).body).toMatchObject({ reason: 'sold out' })
    await until(async () =>
      JSON.stringify((await client.request('GET', `/accounts/${account}`)).body).includes('"balance":1000'),
    )
    await until(async () =>
      JSON.stringify((await client.request('GET', `/gift_cards/${card}`)).body).includes('"count":5'),
    )
  })

  it('shows a customer the latest change on a request that prefers to wait', async () => {
    const made = await client.request('POST', '/accounts', { name: 'Grace' }, { Prefer: 'wait=30' })
    expect(made.headers.get('Preference-Applied')).toBe('wait')
    const at = made.headers.get('Location') ?? ''
    expect(await client.request('GET', at)).toMatchObject({
      status: 200,
      body: { name: 'Grace', balance: 0, version: 1 },
    })
    const paid = await client.request('POST', `${at}/deposits`, { amount: 7 })
    const seen = await client.request('GET', at, undefined, seeing(paid))
    const tag = seen.headers.get('ETag') ?? ''
    expect([seen.body, tag]).toEqual([expect.objectContaining({ balance: 7 }), paid.headers.get('ETag')])
    expect((await client.request('GET', at, undefined, { 'If-None-Match': tag })).status).toBe(304)
  })

  it('rejects a change of a resource that has changed since the customer saw it', async () => {
    const [account, card] = [await opened(100), await carded()]
    const order = await ordered(account)
    const add = (version: number) =>
      client.request(
        'POST',
        `/orders/${order}/items`,
        { gift_card_id: card, amount: 1 },
        { 'If-Match': `"${version}"` },
      )
    expect((await add(2)).status).toBe(412)
    expect((await add(1)).status).toBe(204)
    expect(
      (await client.request('POST', `/orders/${order}/validate`, undefined, { 'If-Match': '"1"' })).body,
    ).toMatchObject({
      code: 'VersionConflict',
      version: 2,
    })
  })

  it('answers a precondition on a missing resource with 404', async () => {
    const seen = { 'If-Match': '"3"' }
    const item = { gift_card_id: await carded(), amount: 1 }
    for (const [path, body] of [
      ['/accounts/nobody/deposits', { amount: 1 }],
      ['/orders/none/items', item],
      ['/orders/none/validate', undefined],
      ['/orders/none/cancel', undefined],
    ] as const)
      expect(await client.request('POST', path, body, seen)).toMatchObject({ status: 404 })
  })

  it('lists the preconditions in its document', async () => {
    const { paths }: Paths = JSON.parse(await (await fetch(`${shop.url}/openapi.json`)).text())
    const headersOf = (path: string, method: string) =>
      paths[path]?.[method]?.parameters.filter((one) => one.in === 'header').map(({ name }) => name)
    expect(headersOf('/accounts', 'post')).toEqual(['Idempotency-Key', 'If-Match', 'If-None-Match', 'Prefer'])
    expect(headersOf('/accounts/{account_id}', 'get')).toEqual(['If-None-Match', 'Prefer', 'Foldlog-Position'])
    expect(Object.keys(paths['/accounts']?.['post']?.responses ?? {})).toContain('412')
  })

  it('carries out a request with a repeated key once', async () => {
    const key = { 'Idempotency-Key': 'once' }
    const [first, again] = [
      await client.request('POST', '/accounts', { name: 'Ada' }, key),
      await client.request('POST', '/accounts', { name: 'Ada' }, key),
    ]
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await client.request('POST', '/accounts', { name: 'Eve' }, key)).status).toBe(422)
    const deposit = () =>
      client.request('POST', `${first.headers.get('Location')}/deposits`, { amount: 5 }, { 'Idempotency-Key': 'five' })
    await deposit()
    const last = await deposit()
    expect(
      (await client.request('GET', first.headers.get('Location') ?? '', undefined, seeing(last))).body,
    ).toMatchObject({
      balance: 5,
    })
  })

  it.each([
    ['POST', '/accounts', {}, 400, 'InvalidBody'],
    ['POST', '/accounts', { name: ' ' }, 400, 'InvalidBody'],
    ['POST', '/gift_cards', { name: 'Books', price: 0, count: 1 }, 400, 'InvalidBody'],
    ['POST', '/gift_cards', { name: 'Books', price: 1, count: 40_000_000_000 }, 400, 'InvalidBody'],
    ['POST', '/accounts/nobody/deposits', { amount: 1 }, 404, 'NoSuchAccount'],
    ['POST', '/accounts/nobody/orders', undefined, 404, 'NoSuchAccount'],
    ['POST', '/orders/none/items', { gift_card_id: 'none', amount: 1 }, 422, 'NoSuchGiftCard'],
    ['POST', '/orders/none/validate', undefined, 404, 'NoSuchOrder'],
    ['POST', '/orders/none/cancel', undefined, 404, 'NoSuchOrder'],
    ['POST', `/accounts/${'a'.repeat(500)}/deposits`, { amount: 1 }, 400, 'InvalidPath'],
    ['GET', '/accounts/nobody', undefined, 404, 'NotFound'],
    ['GET', '/accounts/nobody/orders', undefined, 404, 'NoSuchAccount'],
    ['GET', '/gift_cards/none', undefined, 404, 'NotFound'],
    ['GET', '/orders/none', undefined, 404, 'NotFound'],
  ] as const)('answers %s %s %j with %d, %s', async (method, path, body, status, code) => {
    expect(await client.request(method, path, body)).toMatchObject({ status, body: { code } })
  })

  it('shows pages of a hundred', async () => {
    const card = await carded()
    const before = await client.request('GET', '/gift_cards')
    expect(JSON.stringify(before.body)).toContain(card)
    expect(before.body).toMatchObject({ next: null })
    const all = await Promise.all(
      Array.from({ length: 100 }, () => client.request('POST', '/gift_cards', { name: 'A', price: 1, count: 1 })),
    )
    const page = await client.request('GET', '/gift_cards', undefined, seeing(all.at(-1) ?? before))
    const next = textIn(page, 'next')
    const rest = await client.request('GET', `/gift_cards?after=${encodeURIComponent(next)}`)
    const items = [page, rest].map(({ body }) => valid(t.type({ items: t.array(t.unknown) }), body).items.length)
    expect(items[0]).toBe(100)
    expect(items[1]).toBeGreaterThan(0)
    expect(rest.body).toMatchObject({ next: null })
  })

  it('has answered with every status that its document names', async () => {
    const { paths } = JSON.parse(await (await fetch(`${shop.url}/openapi.json`)).text())
    const described = Object.entries<Record<string, { readonly responses: object }>>(paths).flatMap(
      ([path, operations]) =>
        Object.entries(operations).flatMap(([method, { responses }]) =>
          Object.keys(responses)
            .filter((status) => Number(status) < 300)
            .map((status) => `${method.toUpperCase()} ${path} ${status}`),
        ),
    )
    expect(described.length).toBeGreaterThan(10)
    expect(described.filter((one) => !client.seen.has(one))).toEqual([])
  })
})
