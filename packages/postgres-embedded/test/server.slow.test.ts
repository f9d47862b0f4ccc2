import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { EmbeddedPostgres, type RunningPostgres } from '../src/index.ts'
import { startOf } from '../src/internal/processes.ts'
import { directory, left, right } from './Program.ts'

const ask = async (url: string, statement: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 })
  try {
    return [...(await sql.unsafe(statement))]
  } finally {
    await sql.end()
  }
}

const show = async (server: RunningPostgres, setting: string): Promise<unknown> =>
  (await ask(server.url, `select current_setting('${setting}') as value`))[0]?.['value']

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })

describe('a server', () => {
  const at = directory()
  const servers: Array<RunningPostgres> = []
  const start = async (options = {}): Promise<RunningPostgres> => {
    const server = await right(EmbeddedPostgres.start({ directory: at, ...options }))
    servers.push(server)
    return server
  }
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()()
  })

  it('uses UTF8, sorts as C, is durable, and runs as an ordinary user', async () => {
    const server = await start()
    const [row] = await ask(
      server.url,
      `select encoding, datcollate, datctype, pg_encoding_to_char(encoding) as name from pg_database where datname = 'postgres'`,
    )
    expect(row).toMatchObject({ name: 'UTF8', datcollate: 'C', datctype: 'C' })
    expect(await show(server, 'fsync')).toBe('on')
    expect(await show(server, 'synchronous_commit')).toBe('on')
    expect(await show(server, 'full_page_writes')).toBe('on')
    expect(server.directory).toBe(at)
    await right(server.stop())
  })

  it('keeps its data, and its port if it is free', async () => {
    const first = await start()
    const url = await right(first.createDatabase('kept'))
    await ask(url, 'create table t as select 7 as n')
    await right(first.stop())
    const second = await start()
    expect(await ask(url, 'select n from t')).toEqual([{ n: 7 }])
    expect(second.port).toBe(first.port)
    expect(second.pid).not.toBe(first.pid)
    expect(await right(second.createDatabase('kept'))).toBe(url)
    expect(await ask(url, 'select n from t')).toEqual([{ n: 7 }])
    await right(second.stop())
  })

  it('creates databases of any name, also concurrently', async () => {
    const server = await start()
    const name = 'so "named" %41 €/?'
    const urls = await Promise.all([right(server.createDatabase(name)), right(server.createDatabase(name))])
    expect(urls.map((url) => decodeURIComponent(new URL(url).pathname))).toEqual([`/${name}`, `/${name}`])
    const [row] = await ask(server.url, 'select datname from pg_database order by oid desc limit 1')
    expect(row).toEqual({ datname: name })
    await right(server.stop())
  })

  it('listens on 127.0.0.1 alone, has no socket, and requires a password', async () => {
    const server = await start({ postgresFlags: ['-c', 'listen_addresses=*', '-c', 'unix_socket_directories=/tmp'] })
    expect(await answers('127.0.0.1', server.port)).toBe(true)
    const others = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map((a) => a.address))
    for (const host of others.filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80'))) {
      expect([host, await answers(host, server.port)]).toEqual([host, false])
    }
    expect(await show(server, 'unix_socket_directories')).toBe('')
    expect(existsSync(`/tmp/.s.PGSQL.${server.port}`)).toBe(false)
    await expect(ask(server.url.replace(/:[^:@]*@/, ':wrong@'), 'select 1')).rejects.toMatchObject({ code: '28P01' })
    await right(server.stop())
  })

  it('stops for good when stop is called', async () => {
    const server = await start()
    await right(server.stop())
    expect(startOf(server.pid)).toBeUndefined()
    expect(existsSync(join(at, 'data', 'postmaster.pid'))).toBe(false)
    await right(server.stop())
    expect(await left(server.createDatabase('late'))).toMatchObject({ _tag: 'QueryFailed' })
    expect(await left(server.restart())).toMatchObject({ _tag: 'ServerFailed' })
  })

  it.each(['fast', 'immediate'] as const)('restarts on its port (%s)', async (mode) => {
    const server = await start({ durable: false })
    await ask(server.url, 'create table if not exists r (n int)')
    const again = await right(server.restart(mode))
    expect([again.port, again.url]).toEqual([server.port, server.url])
    expect(again.pid).not.toBe(server.pid)
    expect(await show(again, 'fsync')).toBe('off')
    await right(again.stop())
    expect(startOf(again.pid)).toBeUndefined()
  })

  it('recovers after its postmaster was killed, with all acknowledged commits', async () => {
    const server = await start()
    await ask(server.url, 'create table if not exists k (n int); insert into k values (1)')
    process.kill(server.pid, 'SIGKILL')
    const again = await right(server.restart())
    expect(await ask(again.url, 'select count(*)::int as n from k')).toEqual([{ n: 1 }])
    await right(server.stop())
    expect(startOf(again.pid)).toBeUndefined()
  })

  it('ignores PGDATA and similar variables of the environment', async () => {
    Object.assign(process.env, { PGDATA: '/nowhere', PGPORT: '1', PGOPTIONS: '-c fsync=off', PGUSER: 'x' })
    try {
      const server = await start()
      expect(await show(server, 'fsync')).toBe('on')
      expect(await right(server.createDatabase('env'))).toContain('/env')
      await right(server.stop())
    } finally {
      for (const name of ['PGDATA', 'PGPORT', 'PGOPTIONS', 'PGUSER']) delete process.env[name]
    }
  })

  it('never shows its password', async () => {
    const server = await start()
    const secret = decodeURIComponent(new URL(server.url).password)
    expect(secret.length).toBeGreaterThan(20)
    expect(readFileSync(join(at, 'password'), 'utf8')).toBe(secret)
    expect(statSync(join(at, 'password')).mode & 0o077).toBe(0)
    await right(server.stop())
  })
})

describe('the password of a superuser', () => {
  it('is another one in each directory, and none opens another server', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => right(EmbeddedPostgres.temporary({ durable: false }))))
    const passwords = servers.map(({ url }) => new URL(url).password)
    expect(new Set(passwords).size).toBe(3)
    for (const [i, { url }] of servers.entries()) {
      expect(await ask(url, 'select 1 as n')).toEqual([{ n: 1 }])
      const foreign = url.replace(/:[^:@]*@/, `:${passwords[(i + 1) % 3]}@`)
      await expect(ask(foreign, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    }
    await Promise.all(servers.map((server) => right(server.stop())))
  })

  it.each(['gone', 'empty'])('is replaced when its file is %s, and the data stays', async (how) => {
    const options = { directory: directory(), durable: false }
    const before = await right(EmbeddedPostgres.start(options))
    await ask(before.url, 'create table t as select 7 as n')
    await right(before.stop())
    const file = join(options.directory, 'password')
    if (how === 'gone') rmSync(file)
    else writeFileSync(file, '')
    const warned: Array<string> = []
    const warn = (message: string): void => {
      warned.push(message)
      throw new Error('no room for another line')
    }
    const logger = { info: () => {}, warn }
    const after = await right(EmbeddedPostgres.start({ ...options, logger }))
    expect(await ask(after.url, 'select n from t')).toEqual([{ n: 7 }])
    await expect(ask(before.url, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(warned).toEqual([expect.stringContaining('password')])
    expect(statSync(file).mode & 0o077).toBe(0)
    await right(after.stop())
  })
})

describe('temporary servers', () => {
  it('run side by side and leave nothing', async () => {
    const [one, two] = await Promise.all([
      right(EmbeddedPostgres.temporary({ durable: false })),
      right(EmbeddedPostgres.temporary({ durable: false, postgresFlags: ['-c', 'max_connections=17'] })),
    ])
    expect(one.port).not.toBe(two.port)
    expect(await show(one, 'max_connections')).toBe('100')
    expect(await show(two, 'max_connections')).toBe('17')
    await ask(one.url, 'create table only_here ()')
    expect(await ask(two.url, `select to_regclass('only_here') as found`)).toEqual([{ found: null }])
    await Promise.all([right(one.stop()), right(two.stop())])
    expect([existsSync(one.directory), existsSync(two.directory)]).toEqual([false, false])
  })

  it('are copies of a template, which makes them start quickly', async () => {
    const identify = async (): Promise<unknown> => {
      const server = await right(EmbeddedPostgres.temporary({ durable: false }))
      const sql = postgres(server.url, { max: 1, onnotice: () => {} })
      const [row] = await sql`select system_identifier::text as id from pg_control_system()`
      await sql.end()
      await right(server.stop())
      return row?.['id']
    }
    // A cluster that initdb has made has an identifier of its own.
    const first = await identify()
    expect(first).toMatch(/^\d+$/)
    expect(await identify()).toBe(first)
  })
})
