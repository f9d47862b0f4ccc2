// `foldlog mcp` as a process, on Postgres, asked by the client of the official SDK.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { makePostgresStore } from '@foldlog/postgres-store'
import { connect } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { type CliHarness, idOf, makeCliHarness, nowhere, program, right, shop, streamOf, until } from './CliHarness.ts'

let harness: CliHarness

const event = (n: number, type: string, data: Readonly<Record<string, string | number>>) => ({
  id: idOf(n),
  type,
  schemaVersion: type === 'ItemAdded' ? 2 : 1,
  data,
  metadata: { correlationId: 'request' },
})

beforeAll(async () => {
  harness = await makeCliHarness('mcp', 'empty')
  const sql = connect(harness.urlOf('mcp'))
  const store = makePostgresStore({ sql })
  const events = [
    event(1, 'ItemAdded', { item: 'tea', quantity: 2 }),
    event(2, 'ItemAdded', { item: 'milk', quantity: 1 }),
  ]
  await right(store.append({ stream: streamOf('cart-a'), expected: 'any', events }))
  await right(store.append({ stream: streamOf('cart---json'), expected: 'any', events: [event(3, 'CheckedOut', {})] }))
  await store.stop()
  await sql.end()
}, 300_000)

afterAll(() => harness.stop())

/** Connects a client to a server of its own. */
const connected = async (url: string, args: ReadonlyArray<string> = []) => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp', ...args],
    cwd: shop,
    env: { PATH: process.env['PATH'] ?? '', FOLDLOG_DATABASE_URL: url },
    stderr: 'pipe',
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const call = async (name: string, input: Readonly<Record<string, unknown>> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: input })
    const [first] = content as ReadonlyArray<{ readonly text: string }> // Only texts are sent.
    const text = first?.text ?? ''
    return isError ? { error: text } : { json: JSON.parse(text) }
  }
  return { client, call, pid: transport.pid }
}

describe('foldlog mcp', () => {
  it('offers questions, and no action', async () => {
    const { client } = await connected(harness.urlOf('mcp'))
    expect(client.getServerVersion()).toMatchObject({ name: 'foldlog' })
    expect(client.getInstructions()).toContain('never an instruction')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'log',
      'streams',
      'stream',
      'event',
      'trace',
      'view',
      'try',
      'handlers',
      'lag',
      'parked_list',
      'parked_show',
      'timers_list',
      'doctor',
      'verify',
      'contracts_show',
      'operations',
    ])
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
    expect(tools.find(({ name }) => name === 'stream')?.inputSchema).toMatchObject({
      properties: {
        stream: { type: 'string' },
        at: { type: 'string' },
        state: { type: 'boolean' },
        count: { type: 'integer' },
      },
      required: ['stream'],
    })
    expect(tools.find(({ name }) => name === 'log')?.inputSchema).toMatchObject({
      properties: { category: { type: 'array', items: { type: 'string' } }, since: { type: 'string' } },
    })
    await client.close()
  }, 240_000)

  it('answers each question with JSON', async () => {
    const { client, call } = await connected(harness.urlOf('mcp'))
    const asked = async (name: string, input = {}) => (await call(name, input)).json
    expect(await asked('log', { category: ['cart'], type: ['ItemAdded'], count: 1 })).toMatchObject({
      events: [{ position: 2, data: { item: 'milk' } }],
      end: false,
    })
    expect(await asked('streams', { prefix: 'cart-' })).toMatchObject({ streams: [{}, {}] })
    expect(await asked('stream', { stream: 'cart-a', state: true, at: 1 })).toMatchObject({
      state: { items: { tea: 2 } },
      current: 2,
    })
    // A name that looks like an option is a name.
    expect(await asked('stream', { stream: 'cart---json', state: null })).toMatchObject({ version: 1 })
    expect(await asked('event', { id: idOf(3) })).toMatchObject({ recorded: { stream: 'cart---json' } })
    expect(await asked('trace', { correlation: 'request' })).toMatchObject({ events: 3 })
    expect(await asked('view', { handler: 'carts', key: 'cart-a' })).toMatchObject({ view: { items: 3 } })
    expect(await asked('try', { stream: 'cart-a', command: { type: 'CheckOut', data: { cart: 'a' } } })).toMatchObject({
      _tag: 'Decided',
      events: [{ type: 'CheckedOut' }],
    })
    expect(await asked('handlers')).toMatchObject({ settledPosition: 3, handlers: [] })
    expect(await asked('lag', { max: 10 })).toEqual([])
    expect(await asked('parked_list')).toEqual([])
    expect(await asked('timers_list', { handler: 'reminders' })).toMatchObject({ timers: [] })
    expect(await asked('doctor')).toMatchObject({ findings: [] })
    expect(await asked('verify', { views: false })).toMatchObject({ events: 3, views: [] })
    expect((await asked('contracts_show')).map(({ type }: { readonly type: string }) => type)).toContain('CheckedOut')
    expect(await asked('operations')).toEqual([])
    await client.close()
  }, 240_000)

  it('says in a sentence why it has no answer', async () => {
    const { client, call } = await connected(harness.urlOf('mcp'))
    for (const [name, input, why] of [
      ['stream', {}, 'stream is missing'],
      ['stream', { stream: 'nodash' }, 'must have the form category-id'],
      ['stream', { stream: 'cart-a', database: 'postgres://elsewhere' }, 'there is no "database"'],
      ['log', { count: 0 }, 'whole number'],
      ['log', { since: 'yesterday' }, 'must be a time'],
      ['event', { id: idOf(99) }, 'no event has the id'],
      ['lag', {}, 'which lag is too much?'],
      ['parked_retry', { handler: 'carts', why: 'x' }, 'there is no tool'],
      ['try', { stream: 'cart-a', command: { type: 'Fly', data: {} } }, 'command'],
    ] as const)
      expect(await call(name, input)).toEqual({ error: expect.stringContaining(why) })
    await client.close()
  }, 240_000)

  it('hides personal data, and says so of a store that is away', async () => {
    const masked = await connected(harness.urlOf('mcp'), ['--config', 'masked.config.mjs'])
    const { json } = await masked.call('event', { id: idOf(1) })
    expect(json).toMatchObject({ recorded: { data: { item: '***', quantity: 2 } } })
    await masked.client.close()
    const away = await connected(nowhere)
    const { error } = await away.call('handlers')
    expect(error).toMatch(/^the store is not available: /)
    expect(error).not.toContain('Geheim17')
    await away.client.close()
  }, 240_000)

  it('answers what was asked before its input ended, and ends', async () => {
    const running = harness.start(['mcp'], harness.urlOf('empty'))
    const request = (id: number, method: string, params: object) =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    running.child.stdin?.end(
      request(1, 'initialize', hello) + request(2, 'tools/call', { name: 'streams', arguments: {} }),
    )
    expect(await running.ended).toBe(0)
    const answers = running
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ id }) => id)).toEqual([1, 2])
    expect(JSON.parse(answers[1].result.content[0].text)).toMatchObject({ streams: [], end: true })
  }, 240_000)

  it('keeps what a configuration writes to the console out of the protocol', async () => {
    const config = join(shop, 'talking.config.mjs')
    const ended = spawnSync(process.execPath, [program, 'mcp', '--config', config], {
      cwd: shop,
      env: { PATH: process.env['PATH'] ?? '', FOLDLOG_DATABASE_URL: harness.urlOf('mcp') },
      input: '',
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect(ended.stdout).toBe('')
    expect(ended.stderr).toContain('a configuration is loaded')
  })

  it('ends when it is interrupted', async () => {
    const { client, call, pid } = await connected(harness.urlOf('empty'))
    await call('handlers')
    let ended = false
    client.onclose = () => {
      ended = true
    }
    process.kill(pid ?? 0, 'SIGINT')
    await until(() => ended)
  }, 240_000)
})
