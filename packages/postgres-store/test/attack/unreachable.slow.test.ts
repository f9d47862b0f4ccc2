import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { Logger } from '@foldlog/core'
import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { makePostgresStore } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, freshStore, newEvent, streamName, testUrl, until } from './freshStore.ts'

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })

/**
 * A proxy to the server that can fall silent: it accepts data, and no answer comes back, as on a half-open network.
 */
const makeProxy = async (url: string) => {
  const target = new URL(url)
  // Read now: the url goes on to name the proxy itself.
  const { port, hostname } = target
  const sockets = new Set<Socket>()
  let silent = false
  const server = createServer((from) => {
    const to = connectSocket(Number(port), hostname)
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        from.destroy()
        to.destroy()
      })
    }
    from.on('data', (data) => silent || to.write(data))
    to.on('data', (data) => silent || from.write(data))
  })
  await listening(server)
  target.port = `${portOf(server)}`
  return {
    url: target.toString(),
    silence: () => {
      silent = true
    },
    /** The network comes back; connections of before are gone. */
    restore: () => {
      silent = false
      for (const socket of sockets) socket.destroy()
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

const append = (i: number) =>
  ({ stream: streamName(`s-${i}`), expected: 'noStream', events: [newEvent({ i })] }) as const

describe('a server that cannot be reached', () => {
  it('is StoreUnavailable and can be retried when it refuses connections', async () => {
    const nobody = createServer()
    await listening(nobody)
    const port = portOf(nobody)
    await new Promise((resolve) => nobody.close(resolve))
    const sql = connect(`postgres://nobody@127.0.0.1:${port}/nothing`)
    const store = makePostgresStore({ sql, retryTimeout: 100 })
    const refused = {
      left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('ECONNREFUSED') },
    }
    expect(await store.append(append(1))()).toMatchObject(refused)
    expect(await store.readStream(streamName('s-1'))()).toMatchObject(refused)
    await store.stop()
    await sql.end()
  })

  it('says the first cause at once in the log, and in the error when the time for retries is over', async () => {
    const nobody = createServer()
    await listening(nobody)
    const port = portOf(nobody)
    await new Promise((resolve) => nobody.close(resolve))
    const warnings: Array<unknown> = []
    const logger = { ...Logger.silent, warn: (_: string, facts: unknown) => warnings.push(facts) }
    const sql = connect(`postgres://nobody@127.0.0.1:${port}/nothing`)
    // The driver soon waits longer before it connects again than a statement waits for an answer.
    const store = makePostgresStore({ sql, retryTimeout: 3_000, statementTimeout: 200, logger })
    const began = Date.now()
    const outcomes = Promise.all([store.append(append(1))(), store.readStream(streamName('s-1'))(), store.readLog()()])
    await until(() => warnings.length >= 2)
    expect(warnings).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'ECONNREFUSED' })]))
    expect(Date.now() - began).toBeLessThan(3_000)
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({
        left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('ECONNREFUSED') },
      })
    await store.stop()
    await sql.end({ timeout: 0 })
  })

  it('is StoreUnavailable and not to be retried when the password, database or schema is wrong', async () => {
    const wrong = new URL(testUrl)
    wrong.pathname = '/no_such_database'
    const sql = connect(wrong.toString())
    const store = makePostgresStore({ sql })
    expect(await store.append(append(1))()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('no_such_database') },
    })
    await store.stop()
    await sql.end()
    const here = connect(testUrl)
    const unmigrated = makePostgresStore({ sql: here, schema: 'never_migrated' })
    expect(await unmigrated.append(append(1))()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('run the migrations') },
    })
    await unmigrated.stop()
    await here.end()
  })

  it('is StoreUnavailable when an answer never comes, and later stores the same append once', async () => {
    const proxy = await makeProxy(testUrl)
    const fresh = await freshStore()
    const sql = connect(proxy.url, { connect_timeout: 1 })
    const store = makePostgresStore({ sql, schema: fresh.schema, statementTimeout: 500, retryTimeout: 600 })
    const [before, first] = [append(0), append(1)]
    // Connecting may take longer than the timeout of this store.
    await until(async () => E.isRight(await store.append(before)()))
    proxy.silence()
    expect(await store.append(first)()).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
    expect(await store.readStream(first.stream)()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: true },
    })
    proxy.restore()
    let again = await store.append(first)()
    await until(async () => {
      if (E.isLeft(again)) again = await store.append(first)()
      return E.isRight(again)
    })
    expect(again).toMatchObject({ right: { version: 1 } })
    expect(await fresh.store.readStream(first.stream)()).toMatchObject({ right: { version: 1, events: { length: 1 } } })
    await store.stop()
    await sql.end({ timeout: 1 })
    await proxy.close()
    await fresh.close()
  })

  it('makes appends wait or fail while it restarts, gently or at once, and nothing is lost or duplicated', async () => {
    const started = await EmbeddedPostgres.temporary({ durable: true })()
    if (E.isLeft(started)) throw new Error(JSON.stringify(started.left))
    const server: RunningPostgres = started.right
    const fresh = await freshStore(server.url, { retryTimeout: 60_000 })
    const stored: Array<number> = []
    let next = 0
    let over = false
    const workers = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!over) {
          const one = append(next++)
          let result = await fresh.store.append(one)()
          // A caller with this error appends the same again.
          while (E.isLeft(result) && result.left._tag === 'StoreUnavailable') result = await fresh.store.append(one)()
          if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
          stored.push(result.right.version)
        }
      }),
    )
    for (const how of ['fast', 'immediate'] as const) {
      const before = stored.length
      await until(() => stored.length > before + 50)
      const restarted = await server.restart(how)()
      expect(restarted).toMatchObject({ _tag: 'Right' })
      const after = stored.length
      await until(() => stored.length > after + 50)
    }
    over = true
    await workers
    expect(stored).toEqual(stored.map(() => 1))
    const rows = await connectAndCount(server.url, fresh.schema)
    expect(rows).toBe(stored.length)
    await fresh.close()
    await server.stop()()
  })
})

const connectAndCount = async (url: string, schema: string): Promise<number> => {
  const sql = connect(url)
  const [row] = await sql.unsafe(`select count(*)::int as n from "${schema}".events`)
  await sql.end()
  return Number(row?.['n'])
}
