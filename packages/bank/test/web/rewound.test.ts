import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type Client, makeClient } from '../../../http/test/Client.ts'
import { startBank } from '../../src/web/startBank.ts'

/** A bank on a store in memory, whose log can go back. */
const withBank = async (
  test: (client: Client, backup: ReturnType<typeof makeMemoryStore>['backup']) => Promise<void>,
): Promise<void> => {
  const store = makeMemoryStore()
  const started = await startBank({ store, limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 } })()
  if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
  try {
    await test(await makeClient(() => started.right.url), store.backup)
  } finally {
    await started.right.stop()
    await store.stop()
  }
}

const rename = (client: Client, name: string, headers: Readonly<Record<string, string>> = {}) =>
  client.request('PUT', '/accounts/17', { name }, headers)

const show = (client: Client, headers: Readonly<Record<string, string>> = {}) =>
  client.request('GET', '/accounts/17', undefined, headers)

const tagOf = ({ headers }: { readonly headers: Headers }): string => headers.get('ETag') ?? ''

describe('the bank after its log went back', () => {
  it('rejects a change by a client that has seen a lost version, and shows the current state', () =>
    withBank(async (client, backup) => {
      await client.request('POST', '/accounts', { account_id: '17', name: 'Ada' })
      const restore = backup()
      await rename(client, 'Grace')
      const seen = tagOf(await show(client))
      restore()
      // Another event has the version that the client has seen.
      await rename(client, 'Eve')

      expect(await rename(client, 'Mallory', { 'If-Match': seen })).toMatchObject({
        status: 412,
        body: { code: 'VersionConflict', version: 2, detail: expect.stringContaining('reset to an earlier state') },
      })
      // By the number alone the response would be "not modified", and the client would continue with Grace.
      const now = await show(client, { 'If-None-Match': seen })
      expect([now.status, now.body]).toEqual([200, expect.objectContaining({ name: 'Eve' })])
      expect((await rename(client, 'Mallory', { 'If-Match': tagOf(now) })).status).toBe(204)
    }))

  it('accepts a change by a client whose version is shared', () =>
    withBank(async (client, backup) => {
      const seen = tagOf(await client.request('POST', '/accounts', { account_id: '17', name: 'Ada' }))
      const restore = backup()
      await rename(client, 'Grace')
      restore()
      expect((await rename(client, 'Eve', { 'If-Match': seen })).status).toBe(204)
    }))
})
