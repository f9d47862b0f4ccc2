import { accounts, giftCards, orders } from '@foldlog/gift-shop'
import { makeMemoryStore } from '@foldlog/memory-store'
import { Views } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { makeClient } from '../../../http/test/Client.ts'
import type { ShopStore } from '../../src/shop/ShopStore.ts'
import { startShop } from '../../src/shop/startShop.ts'
import { right, until } from '../fixtures.ts'
import { audit } from './audit.ts'
import { type CustomerAction, customerActions, stock, visit } from './customers.ts'

/** Number of runs; FOLDLOG_SHOP_RUNS=200 takes minutes. */
const runs = Number(process.env['FOLDLOG_SHOP_RUNS'] ?? 4)
const customers = 8

/** Ends each kind of order by itself: one is paid, one is cancelled, and one costs more than the customer has. */
const everyEnd: ReadonlyArray<ReadonlyArray<CustomerAction>> = [
  [{ act: 'order' }, { act: 'add', whose: 0, what: 0, amount: 1 }, { act: 'validate', whose: 0 }],
  [{ act: 'order' }, { act: 'cancel', whose: 0 }],
  [{ act: 'order' }, { act: 'add', whose: 0, what: 2, amount: 4 }, { act: 'validate', whose: 0 }],
]

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const noProcess = async (store: ShopStore): Promise<boolean> =>
  right(await store.listDocuments({ name: 'order_process', kind: 'process', count: 1 })()).documents.length === 0

/** The views, by id: each must agree with the log. */
const shown = async (store: ShopStore) => {
  const views = async <V>(projection: Parameters<typeof Views.make<V>>[0]) =>
    new Map(
      right(await Views.make(projection, store).list()()).views.map(([key, view]) => [
        key.slice(key.indexOf('-') + 1),
        view,
      ]),
    )
  return { accounts: await views(accounts), cards: await views(giftCards), orders: await views(orders) }
}

describe('eight concurrent customers', () => {
  it(
    'never cause a balance or stock below zero, and neither lose nor create money or goods',
    async () => {
      const ends = new Set<string>()
      await fc.assert(
        fc.asyncProperty(
          fc.array(customerActions, { minLength: customers, maxLength: customers }),
          fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 }),
          fc.integer({ min: 10, max: 60 }),
          async (visits, counts, money) => {
            const store = makeMemoryStore()
            // Some orders hang for longer than that on a slow machine; then they are abandoned, which must be correct
            // as well.
            const shop = right(await startShop({ store, limits, deadline: 2_000 })())
            try {
              const client = await makeClient(() => shop.url)
              const cards = await stock(client, counts)
              await Promise.all(visits.map((what, i) => visit(client, cards, what, `customer-${i}`, money)))

              const events = right(await store.settledPosition())
              await until(async () => {
                const books = await audit(store)
                return ![...books.orders.values()].some(({ status }) => status === 'validated')
              })
              await until(() => noProcess(store))
              const books = await audit(store)
              expect(books.problems).toEqual([])
              for (const { status, ...one } of books.orders.values()) ends.add('reason' in one ? one.reason : status)

              const head = right(await store.settledPosition())
              expect(head).toBeGreaterThanOrEqual(events)
              await until(async () => {
                const at = right(await store.checkpoints(['accounts', 'gift_cards', 'orders'])())
                return Object.values(at.positions).every((position) => position >= head)
              })
              const views = await shown(store)
              for (const [id, one] of books.accounts)
                expect(views.accounts.get(id)?.balance).toBe(one.status === 'open' ? one.balance : undefined)
              for (const [id, one] of books.cards)
                expect(views.cards.get(id)?.count).toBe(one.status === 'known' ? one.stock : undefined)
              for (const [id, one] of books.orders) expect(views.orders.get(id)?.status).toBe(one.status)
            } finally {
              await shop.stop()
              await store.stop()
            }
          },
        ),
        { numRuns: runs + 1, endOnFailure: true, examples: [[[...everyEnd], [6, 6, 6], 20]] },
      )
      // Orders have ended in each way, or less was tested than intended.
      expect([...ends]).toEqual(expect.arrayContaining(['paid', 'by customer']))
      expect([...ends].some((end) => end === 'too little money' || end === 'sold out')).toBe(true)
    },
    60_000 + runs * 20_000,
  )
})
