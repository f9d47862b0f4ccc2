import { StreamName } from '@foldlog/core'
import type { RunningServer } from '@foldlog/hono-server'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Client, makeClient, textIn } from '../../../http/test/Client.ts'
import { giveCommonAnswers, missingAnswers, type Operation, type Target } from '../../../http/test/everyAnswer.ts'
import { makeFailingStore } from '../../../http/test/FailingStore.ts'
import { startShop } from '../../src/shop/startShop.ts'
import { right, until } from '../fixtures.ts'

const memory = makeMemoryStore()
const { store, failWith } = makeFailingStore(memory)
let shop: RunningServer
let client: Client

beforeAll(async () => {
  shop = right(await startShop({ store, limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 } })())
  client = await makeClient(() => shop.url)
})

afterAll(async () => {
  await shop?.stop()
  await memory.stop()
})

const make = async (path: string, idName: string, body?: object): Promise<string> =>
  textIn(await client.request('POST', path, body), idName)

const card = { name: 'Books', price: 25, count: 3 }
const openAccount = () => make('/accounts', 'account_id', { name: 'Ada' })
const createCard = () => make('/gift_cards', 'gift_card_id', card)
const createOrder = async () => make(`/accounts/${await openAccount()}/orders`, 'order_id')

/** Waits until the views show a resource. */
const shown = async (path: string): Promise<Target> => {
  await until(async () => (await client.request('GET', path)).status === 200)
  return { path }
}

const ofOrder = async (word: string, body?: object): Promise<Target> => {
  const id = await createOrder()
  return { path: `/orders/${id}/${word}`, stream: `order-${id}`, ...(body === undefined ? {} : { body }) }
}

const operations: ReadonlyArray<Operation> = [
  {
    route: 'POST /accounts',
    make: async () => ({ path: '/accounts', body: { name: 'Ada' } }),
  },
  { route: 'GET /accounts', make: async () => ({ path: '/accounts' }) },
  { route: 'GET /accounts/{account_id}', make: async () => shown(`/accounts/${await openAccount()}`) },
  {
    route: 'POST /accounts/{account_id}/deposits',
    make: async () => {
      const id = await openAccount()
      return { path: `/accounts/${id}/deposits`, body: { amount: 1 }, stream: `account-${id}` }
    },
  },
  {
    route: 'POST /accounts/{account_id}/orders',
    make: async () => {
      const id = await openAccount()
      return { path: `/accounts/${id}/orders`, stream: `account-${id}` }
    },
  },
  {
    route: 'GET /accounts/{account_id}/orders',
    make: async () => {
      const id = await openAccount()
      return { path: `/accounts/${id}/orders`, stream: `account-${id}` }
    },
  },
  { route: 'POST /gift_cards', make: async () => ({ path: '/gift_cards', body: card }) },
  { route: 'GET /gift_cards', make: async () => ({ path: '/gift_cards' }) },
  { route: 'GET /gift_cards/{gift_card_id}', make: async () => shown(`/gift_cards/${await createCard()}`) },
  { route: 'GET /orders/{order_id}', make: async () => shown(`/orders/${await createOrder()}`) },
  {
    route: 'POST /orders/{order_id}/items',
    make: async () => ofOrder('items', { gift_card_id: await createCard(), amount: 1 }),
  },
  {
    route: 'POST /orders/{order_id}/validate',
    make: async () => {
      const target = await ofOrder('validate')
      const item = { gift_card_id: await createCard(), amount: 1 }
      await client.request('POST', target.path.replace('validate', 'items'), item)
      return target
    },
  },
  { route: 'POST /orders/{order_id}/cancel', make: () => ofOrder('cancel') },
]

describe('every answer of the gift shop', () => {
  it.each(operations)('occurs: $route', (operation) =>
    giveCommonAnswers(
      {
        client,
        failWith,
        deleteStream: async (name) => {
          right(await memory.deleteStream(right(StreamName.parse(name)), 'any')())
        },
      },
      operation,
    ),
  )

  it('occurs: what does not exist, and what is over', async () => {
    const item = { gift_card_id: await createCard(), amount: 1 }
    const canceled = await createOrder()
    await client.request('POST', `/orders/${canceled}/cancel`)
    for (const [method, path, body, status] of [
      ['GET', '/accounts/none', undefined, 404],
      ['GET', '/accounts/none/orders', undefined, 404],
      ['GET', '/gift_cards/none', undefined, 404],
      ['GET', '/orders/none', undefined, 404],
      ['POST', '/accounts/none/deposits', { amount: 1 }, 404],
      ['POST', '/accounts/none/orders', undefined, 404],
      ['POST', '/orders/none/items', item, 404],
      ['POST', '/orders/none/validate', undefined, 404],
      ['POST', '/orders/none/cancel', undefined, 404],
      ['POST', `/orders/${canceled}/items`, item, 409],
      ['POST', `/orders/${canceled}/validate`, undefined, 409],
    ] as const)
      expect([path, (await client.request(method, path, body)).status]).toEqual([path, status])
    const validated = await createOrder()
    await client.request('POST', `/orders/${validated}/items`, item)
    await client.request('POST', `/orders/${validated}/validate`)
    // The account has no money, so the order ends by itself.
    await until(async () => (await client.request('POST', `/orders/${validated}/cancel`)).status === 409)
  })

  it.each([
    ['GET', '/accounts', undefined],
    ['POST', '/accounts', { name: 'Ada' }],
  ] as const)('comes in about the preferred wait when the store does not answer: %s %s', async (method, path, body) => {
    failWith('silence')
    const late = client.request(method, path, body, { Prefer: 'wait=0' })
    // Without a limit the answer comes when the store works again, and that is never.
    expect(await late.finally(() => failWith(undefined))).toMatchObject({
      status: 503,
      body: { code: 'NotAnsweredInTime' },
    })
  })

  it('is in the document, and the document has no other', async () => {
    // The client has refused every answer that is not in the document.
    expect(missingAnswers(await (await fetch(`${shop.url}/openapi.json`)).text(), client)).toEqual([])
  })
})
