import { makePostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import postgres from 'postgres'
import { makeClient } from '../../../http/test/Client.ts'
import { right, until } from '../fixtures.ts'
import { audit } from './audit.ts'
import { customerActions, stock, visit } from './customers.ts'
import { build, startWorker, type Worker } from './Worker.ts'

const options = { max: 2, fetch_types: false, onnotice: () => {} } as const
const server = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { ...options, max: 1 })
const name = `shop_${process.pid}_${Date.now()}`
const database = new URL(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '')
database.pathname = `/${name}`

beforeAll(async () => {
  await build()
  await server`create database ${server(name)}`
}, 300_000)

afterAll(async () => {
  await server`drop database if exists ${server(name)} with (force)`
  await server.end({ timeout: 1 })
})

/** Number of kills; FOLDLOG_SHOP_KILLS=20 takes a minute. */
const kills = Number(process.env['FOLDLOG_SHOP_KILLS'] ?? 3)
const customers = 8

describe('shops that share a database, and are killed', () => {
  it(
    'neither lose nor create money or goods; customers that repeat their requests are served once',
    async () => {
      const shops: Array<Worker> = [await startWorker(database.href), await startWorker(database.href)]
      let turn = 0
      const client = await makeClient(() => shops[turn++ % shops.length]?.url ?? '')
      const cards = await stock(client, [30, 30, 5])
      let shopping = true
      const busy = Promise.all(
        Array.from({ length: customers }, async (_, i) => {
          let [done, refused, visits] = [0, 0, 0]
          // Until the last kill, so that each one meets work in progress.
          while (shopping || visits === 0) {
            const [what = []] = fc.sample(customerActions, { numRuns: 1, seed: i * 1_000 + visits })
            const visited = await visit(client, cards, what, `customer-${i}-${visits++}`, 60)
            done += visited.done
            refused += visited.refused
          }
          return { done, refused, visits }
        }),
      ).finally(() => {
        shopping = false
      })

      // Awaited below; a rejection must not end the process before that.
      busy.catch(() => {})

      const sql = postgres(database.href, options)
      const store = makePostgresStore({ sql, schema: 'gift_shop' })
      for (let kill = 0; kill < kills && shopping; kill++) {
        const before = right(await store.settledPosition())
        await until(async () => !shopping || right(await store.settledPosition()) > before + 40)
        const at = kill % shops.length
        expect((await shops[at]?.kill('SIGKILL'))?.signal).toBe('SIGKILL')
        shops[at] = await startWorker(database.href)
      }
      shopping = false
      const totals = await busy

      const processes = () => store.listDocuments({ name: 'order_process', kind: 'process', count: 1 })()
      await until(async () => {
        const { orders } = await audit(store)
        return ![...orders.values()].some(({ status }) => status === 'validated')
      }, 50)
      await until(async () => right(await processes()).documents.length === 0, 50)
      const books = await audit(store)
      expect(books.problems).toEqual([])
      // Each visit opens one account, however often it sent the request.
      expect(books.accounts.size).toBe(totals.reduce((sum, { visits }) => sum + visits, 0))
      expect(totals.reduce((sum, { done }) => sum + done, 0)).toBeGreaterThan(customers * 3)
      expect([...books.orders.values()].map(({ status }) => status)).toEqual(expect.arrayContaining(['paid']))
      await store.stop()
      await sql.end({ timeout: 1 })
      for (const shop of shops) expect(await shop.kill('SIGTERM')).toEqual({ code: 143, signal: null })
    },
    120_000 + kills * 30_000,
  )
})
