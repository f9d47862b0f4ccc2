import { openPostgresStore } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { freshName, testUrl, urlWith } from './connect.ts'
import { right } from './fixtures.ts'

/** The clients that were made, and whether each has ended. */
const counting = () => {
  const ended: Array<boolean> = []
  const connect: typeof postgres = ((url: string, settings: object) => {
    const client = postgres(url, { ...settings, max: 2 })
    const at = ended.push(false) - 1
    const { end } = client
    return Object.assign(client, {
      end: async (options?: { timeout?: number }) => {
        await end(options)
        ended[at] = true
      },
    })
  }) as never
  return { connect, ended }
}

describe('a store that is opened by the URL of its database', () => {
  it('has its schema, the status of it, and an end', async () => {
    const { connect, ended } = counting()
    const schema = freshName('opened')
    const opened = await right(openPostgresStore({ connect, url: testUrl, schema, migrate: true }))
    expect(await opened.store.settledPosition()).toEqual({ _tag: 'Right', right: 0 })
    expect(await right(opened.migrations)).toMatchObject({ upToDate: true })
    const [one] = await opened.sql`select 1 as n`
    expect(one).toEqual({ n: 1 })
    await opened.sql`drop schema ${opened.sql(schema)} cascade`
    expect(ended).toEqual([false])
    await opened.release()
    expect(ended).toEqual([true])
    expect(await opened.store.settledPosition()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
  })

  it('sends no statement without `migrate`', async () => {
    const nowhere = 'postgres://127.0.0.1:1/none'
    const opened = await right(openPostgresStore({ connect: postgres, url: nowhere }))
    await opened.release()
  })

  it.each([
    ['that does not answer', { url: urlWith({ port: '1' }), migrate: true }, 'StoreUnavailable'],
    ['with an invalid schema', { url: testUrl, schema: '', migrate: true }, 'InvalidInput'],
    ['with an invalid number', { url: testUrl, retryTimeout: -1 }, 'InvalidInput'],
  ])('leaves no client open when it is one %s', async (_, options, tag) => {
    const { connect, ended } = counting()
    expect(await openPostgresStore({ connect, ...options })()).toMatchObject({ left: { _tag: tag } })
    expect(ended).toEqual([true])
  })

  it.each([
    '',
    'localhost',
    'postgres://',
    'mysql://me:secret@db/name',
    'postgres://me:secret@[none',
    7,
    undefined,
    null,
  ])('does not repeat the wrong address %j, which may have a password', async (url) => {
    const opened = await openPostgresStore({ connect: postgres, url: url as string })()
    expect(opened).toMatchObject({ left: { _tag: 'InvalidInput', what: 'url' } })
    expect(JSON.stringify(opened)).not.toContain('secret')
  })

  it.each([undefined, null, {}, { url: testUrl, connect: 'postgres' }])(
    'refuses %j for its options',
    async (options) => {
      expect(await openPostgresStore(options as never)()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    },
  )

  it.each([
    ['nothing', () => undefined],
    ['an empty object', () => ({})],
    ['a promise', async () => ({})],
    ['a promise that fails', () => Promise.reject(new Error('no client'))],
  ])('refuses a connect that returns %s', async (_, connect) => {
    const opened = await openPostgresStore({ connect: connect as never, url: testUrl })()
    expect(opened).toMatchObject({ left: { _tag: 'InvalidInput', what: 'connect' } })
  })

  it('says that an async connect is the mistake, and ends the client that it makes', async () => {
    let ended = false
    const client = { end: async () => (ended = true) }
    const opened = await openPostgresStore({ connect: (async () => client) as never, url: testUrl })()
    expect(opened).toMatchObject({ left: { what: 'connect', why: expect.stringContaining('no async function') } })
    await Promise.resolve()
    expect(ended).toBe(true)
  })
})
