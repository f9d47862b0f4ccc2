import type { RunningServer } from '@foldlog/hono-server'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type Client, makeClient, textIn } from '../../../http/test/Client.ts'
import { startBank } from '../../src/web/startBank.ts'

const store = makeMemoryStore()
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
  await store.stop()
})

const open = async (id: string, deposit?: number) => {
  await client.request('POST', '/accounts', { account_id: id, name: 'Ada' })
  if (deposit !== undefined) await client.request('POST', `/accounts/${id}/deposits`, { amount: deposit })
}

const show = (id: string) => client.request('GET', `/accounts/${id}`)

const ended = async (location: string): Promise<string> => {
  for (;;) {
    const status = textIn(await client.request('GET', location), 'status')
    if (status !== 'under way') return status
  }
}

describe('the bank over HTTP', () => {
  it('opens, shows, renames and closes an account, and keeps its name', async () => {
    const opened = await client.request('POST', '/accounts', { account_id: '17', name: 'Ada', overdraft: 500 })
    expect([opened.status, opened.body, opened.headers.get('Location')]).toEqual([
      201,
      { account_id: '17' },
      '/accounts/17',
    ])
    const shown = await show('17')
    expect(shown.body).toEqual({ account_id: '17', status: 'open', name: 'Ada', balance: 0, overdraft: 500 })
    // The number in the path has precedence.
    const seen = { 'If-Match': shown.headers.get('ETag') ?? '' }
    expect(seen['If-Match']).toBe(opened.headers.get('ETag'))
    const renamed = await client.request('PUT', '/accounts/17', { account_id: '18', name: 'Grace' }, seen)
    expect([renamed.status, renamed.headers.get('ETag')]).toEqual([204, expect.stringMatching(/^"2-/)])
    expect((await client.request('PUT', '/accounts/17', { name: 'Eve' }, seen)).status).toBe(412)
    expect((await client.request('DELETE', '/accounts/17')).status).toBe(204)
    expect((await show('17')).body).toMatchObject({ status: 'closed', name: 'Grace' })
  })

  it('deposits and withdraws money, to the limit and no further', async () => {
    await open('20', 100)
    expect((await client.request('POST', '/accounts/20/withdrawals', { amount: 40 })).status).toBe(204)
    expect(await client.request('POST', '/accounts/20/withdrawals', { amount: 61 })).toMatchObject({
      status: 409,
      body: { code: 'Overdrawn', balance: 60, amount: 61 },
    })
    expect((await show('20')).body).toMatchObject({ balance: 60 })
  })

  it('transfers money: a transfer completes, is refused with a reason, and is the same when it is requested twice', async () => {
    await open('30', 100)
    await open('31')
    const terms = { from: '30', to: '31', amount: 70 }
    const asked = await client.request('POST', '/transfers', { ...terms, transfer_id: 't1' })
    expect([asked.status, asked.headers.get('Location')]).toEqual([202, '/transfers/t1'])
    expect(await ended('/transfers/t1')).toBe('completed')
    expect((await client.request('POST', '/transfers', { ...terms, transfer_id: 't1' })).status).toBe(202)
    expect((await client.request('POST', '/transfers', { ...terms, amount: 1, transfer_id: 't1' })).body).toMatchObject(
      {
        code: 'OtherTerms',
      },
    )
    const refused = await client.request('POST', '/transfers', terms)
    expect(await ended(refused.headers.get('Location') ?? '')).toBe('refused')
    expect((await client.request('GET', refused.headers.get('Location') ?? '')).body).toMatchObject({
      reason: 'overdrawn',
    })
    expect([(await show('30')).body, (await show('31')).body]).toMatchObject([{ balance: 30 }, { balance: 70 }])
  })

  it('lists accounts, and shows a new one at once to a client that prefers to wait', async () => {
    await open('40')
    const last = await client.request('POST', '/accounts/40/deposits', { amount: 7 })
    const headers = { Prefer: 'wait=30', 'Foldlog-Position': last.headers.get('Foldlog-Position') ?? '' }
    const list = await client.request('GET', '/accounts', undefined, headers)
    expect(list.headers.get('Preference-Applied')).toBe('wait')
    expect(list.body).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ account_id: '40', balance: 7 })]),
      next: null,
    })
  })

  it('carries out a request with a repeated key once', async () => {
    await open('50')
    const deposit = (amount: number) =>
      client.request('POST', '/accounts/50/deposits', { amount }, { 'Idempotency-Key': 'a' })
    await deposit(5)
    expect((await deposit(5)).headers.get('Idempotency-Replayed')).toBe('true')
    expect(await deposit(6)).toMatchObject({ status: 422, body: { code: 'IdempotencyKeyReused' } })
    expect((await show('50')).body).toMatchObject({ balance: 5 })
  })

  it.each([
    ['POST', '/accounts', { account_id: 'x' }, 400, 'InvalidBody'],
    ['POST', '/accounts', { account_id: '60', name: 'Ada', overdraft: -1 }, 400, 'InvalidBody'],
    ['POST', '/accounts', { account_id: '..', name: 'Ada' }, 400, 'InvalidBody'],
    ['POST', '/accounts', { account_id: '61', name: 'a'.repeat(201) }, 400, 'InvalidBody'],
    ['PUT', '/accounts/nobody', { name: 'a'.repeat(201) }, 400, 'InvalidBody'],
    ['POST', '/transfers', { from: '1', to: '2', amount: 1, transfer_id: '.' }, 400, 'InvalidBody'],
    ['GET', '/accounts/nobody', undefined, 404, 'NotFound'],
    ['PUT', '/accounts/nobody', { name: 'Ada' }, 404, 'NotOpen'],
    ['DELETE', '/accounts/nobody', undefined, 404, 'NotOpen'],
    ['POST', '/accounts/nobody/deposits', { amount: 1 }, 404, 'NotOpen'],
    ['POST', '/accounts/nobody/deposits', { amount: 1.5 }, 400, 'InvalidBody'],
    ['POST', '/transfers', { from: '1', to: '1', amount: 1 }, 422, 'SameAccount'],
    ['GET', '/transfers/none', undefined, 404, 'NotFound'],
  ] as const)('answers %s %s %j with %d, %s', async (method, path, body, status, code) => {
    expect(await client.request(method, path, body)).toMatchObject({ status, body: { code } })
  })

  it('accepts a name of 200 characters, whatever their number of code units', async () => {
    const name = '\u{1F980}'.repeat(200)
    expect(await client.request('POST', '/accounts', { account_id: '62', name })).toMatchObject({ status: 201 })
    expect((await show('62')).body).toMatchObject({ name })
  })

  it.each([
    ['PUT', '/accounts/nobody', { name: 'Ada' }],
    ['DELETE', '/accounts/nobody', undefined],
    ['POST', '/accounts/nobody/deposits', { amount: 1 }],
  ] as const)('answers %s %s with 404, whatever version it expects', async (method, path, body) => {
    for (const seen of ['"3"', '*'])
      expect(await client.request(method, path, body, { 'If-Match': seen })).toMatchObject({
        status: 404,
        body: { code: 'NotFound' },
      })
    expect((await client.request('GET', '/accounts/nobody')).status).toBe(404)
  })

  it('creates a missing account, and only a missing one, for If-None-Match: *', async () => {
    const make = () => client.request('POST', '/accounts', { account_id: '63', name: 'Ada' }, { 'If-None-Match': '*' })
    expect((await make()).status).toBe(201)
    expect((await make()).status).toBe(412)
    // A creation that expects a version does not address a missing resource.
    const minded = { account_id: '64', name: 'Ada' }
    expect((await client.request('POST', '/accounts', minded, { 'If-Match': '"1"' })).status).toBe(412)
  })

  it('reports the invalid place in the body', async () => {
    const { body } = await client.request('POST', '/transfers', { from: '1', to: '2', amount: 0, transfer_id: '' })
    expect(body).toMatchObject({
      errors: [
        { path: 'body.amount', why: 'expected Amount, got 0' },
        { path: 'body.transfer_id', why: 'expected TransferId, got ""' },
      ],
    })
  })

  it('opens no account twice, and closes none twice', async () => {
    await open('70')
    expect(await client.request('POST', '/accounts', { account_id: '70', name: 'Eve' })).toMatchObject({ status: 409 })
    await client.request('DELETE', '/accounts/70')
    expect(await client.request('DELETE', '/accounts/70')).toMatchObject({ status: 409, body: { code: 'NotOpen' } })
  })
})
