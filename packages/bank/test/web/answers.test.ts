import { StreamName } from '@foldlog/core'
import type { RunningServer } from '@foldlog/hono-server'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type Client, makeClient } from '../../../http/test/Client.ts'
import { giveCommonAnswers, missingAnswers, type Operation, type Target } from '../../../http/test/everyAnswer.ts'
import { makeFailingStore } from '../../../http/test/FailingStore.ts'
import { startBank } from '../../src/web/startBank.ts'

const memory = makeMemoryStore()
const { store, failWith } = makeFailingStore(memory)
let served: RunningServer
let client: Client

beforeAll(async () => {
  const started = await startBank({ store, limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 } })()
  if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
  served = started.right
  client = await makeClient(() => served.url)
})

afterAll(async () => {
  await served?.stop()
  await memory.stop()
})

const deleteStream = async (name: string): Promise<void> => {
  const stream = StreamName.parse(name)
  const deleted = E.isLeft(stream) ? stream : await memory.deleteStream(stream.right, 'any')()
  if (E.isLeft(deleted)) throw new Error(JSON.stringify(deleted.left))
}

let last = 0

const opened = async (): Promise<string> => {
  const id = `${++last}`
  await client.request('POST', '/accounts', { account_id: id, name: 'Ada' })
  await client.request('POST', `/accounts/${id}/deposits`, { amount: 100 })
  return id
}

const ofAccount = async (rest: string, body?: object): Promise<Target> => {
  const id = await opened()
  return { path: `/accounts/${id}${rest}`, stream: `account-${id}`, ...(body === undefined ? {} : { body }) }
}

const terms = { from: '1', to: '2', amount: 1 }

const operations: ReadonlyArray<Operation> = [
  { route: 'GET /accounts', make: async () => ({ path: '/accounts' }) },
  { route: 'GET /accounts/{account_id}', make: () => ofAccount('') },
  {
    route: 'POST /accounts',
    make: async () => ({ path: '/accounts', body: { name: 'Ada' } }),
  },
  { route: 'PUT /accounts/{account_id}', make: () => ofAccount('', { name: 'Grace' }) },
  { route: 'DELETE /accounts/{account_id}', make: () => ofAccount('') },
  { route: 'POST /accounts/{account_id}/deposits', make: () => ofAccount('/deposits', { amount: 1 }) },
  { route: 'POST /accounts/{account_id}/withdrawals', make: () => ofAccount('/withdrawals', { amount: 1 }) },
  { route: 'POST /transfers', make: async () => ({ path: '/transfers', body: terms }) },
  {
    route: 'GET /transfers/{transfer_id}',
    make: async () => {
      const id = `t${++last}`
      await client.request('POST', '/transfers', { ...terms, transfer_id: id })
      return { path: `/transfers/${id}`, stream: `transfer-${id}` }
    },
  },
]

describe('every answer of the bank', () => {
  it.each(operations)('occurs: $route', (operation) =>
    giveCommonAnswers(
      {
        client,
        failWith,
        deleteStream,
      },
      operation,
    ),
  )

  it('occurs: what does not exist, and what is over', async () => {
    const closed = await opened()
    await client.request('POST', `/accounts/${closed}/withdrawals`, { amount: 100 })
    await client.request('DELETE', `/accounts/${closed}`)
    await client.request('POST', '/transfers', { ...terms, transfer_id: 'known' })
    await client.request('POST', '/accounts', { account_id: 'deleted', name: 'Ada' })
    await client.request('POST', '/transfers', { ...terms, transfer_id: 'deleted' })
    for (const stream of ['account-deleted', 'transfer-deleted']) await deleteStream(stream)
    for (const [method, path, body, status] of [
      ['POST', '/accounts', { account_id: 'deleted', name: 'Eve' }, 410],
      ['POST', '/transfers', { ...terms, transfer_id: 'deleted' }, 410],
      ['GET', '/accounts/none', undefined, 404],
      ['GET', '/transfers/none', undefined, 404],
      ['PUT', '/accounts/none', { name: 'Eve' }, 404],
      ['DELETE', '/accounts/none', undefined, 404],
      ['POST', '/accounts/none/deposits', { amount: 1 }, 404],
      ['POST', '/accounts/none/withdrawals', { amount: 1 }, 404],
      ['POST', '/accounts', { account_id: closed, name: 'Eve' }, 409],
      ['PUT', `/accounts/${closed}`, { name: 'Eve' }, 409],
      ['DELETE', `/accounts/${closed}`, undefined, 409],
      ['POST', `/accounts/${closed}/deposits`, { amount: 1 }, 409],
      ['POST', `/accounts/${closed}/withdrawals`, { amount: 1 }, 409],
      ['POST', '/transfers', { ...terms, amount: 2, transfer_id: 'known' }, 409],
    ] as const)
      expect([path, (await client.request(method, path, body)).status]).toEqual([path, status])
  })

  it('is in the document, and the document has no other', async () => {
    // The client has refused every answer that is not in the document.
    expect(missingAnswers(await (await fetch(`${served.url}/openapi.json`)).text(), client)).toEqual([])
  })
})
