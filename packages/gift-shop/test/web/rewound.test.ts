import { makeMemoryStore } from '@foldlog/memory-store'
import { expect, it } from '@jest/globals'
import { type ClientResponse, makeClient } from '../../../http/test/Client.ts'
import { startShop } from '../../src/shop/startShop.ts'
import { right, until } from '../fixtures.ts'

const tagOf = ({ headers }: ClientResponse): string => headers.get('ETag') ?? ''

it('the tag of a view has the history, so that a lost version is not mistaken for the current one', async () => {
  const store = makeMemoryStore()
  const shop = right(await startShop({ store, limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 } })())
  try {
    const client = await makeClient(() => shop.url)
    const opened = await client.request('POST', '/accounts', { name: 'Ada' })
    const at = opened.headers.get('Location') ?? ''
    const order = (await client.request('POST', `${at}/orders`)).headers.get('Location') ?? ''
    const cancel = (headers: Readonly<Record<string, string>>) =>
      client.request('POST', `${order}/cancel`, undefined, headers)
    const shown = async (version: number): Promise<ClientResponse> => {
      let last = await client.request('GET', order)
      await until(async () => {
        last = await client.request('GET', order)
        return tagOf(last).startsWith(`"${version}-`)
      })
      return last
    }
    const shared = await shown(1)
    const restore = store.backup()
    restore()
    // Nothing was lost. The view is the same, and names the new history.
    const again = await shown(1)
    expect(tagOf(again)).not.toBe(tagOf(shared))
    expect((await client.request('GET', order, undefined, { 'If-None-Match': tagOf(again) })).status).toBe(304)
    expect((await client.request('GET', order, undefined, { 'If-None-Match': tagOf(shared) })).status).toBe(200)
    expect((await cancel({ 'If-Match': '"1-memory-0"' })).status).toBe(412)
    expect((await cancel({ 'If-Match': tagOf(shared) })).status).toBe(204)
  } finally {
    await shop.stop()
    await store.stop()
  }
})
