// The command line as a process, on Postgres. The outputs are in `golden`: FOLDLOG_GOLDEN=write writes them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeApplication } from '@foldlog/application'
import type { NewEvent } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { ParkedEvent } from '@foldlog/subscriptions'
import { connect } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Ended } from '../../../scripts/test/processes.ts'
import { type CliHarness, idOf, makeCliHarness, nowhere, right, shop, streamOf, until } from './CliHarness.ts'

let harness: CliHarness
const foldlog = (args: ReadonlyArray<string>, url: string, from?: string) => harness.foldlog(args, url, from)
const urlOf = (name: string) => harness.urlOf(name)
const [full, empty, bare] = ['full', 'empty', 'bare']

const event = (n: number, type: string, data: NewEvent['data'], schemaVersion = 1): NewEvent => ({
  id: idOf(n),
  type,
  schemaVersion,
  data,
  metadata: { correlationId: `request ${n % 2}`, ...(n === 3 ? { causationId: idOf(1) } : {}) },
})

const fill = async (url: string): Promise<void> => {
  const sql = connect(url)
  const store = makePostgresStore({ sql })
  const append = (stream: string, ...events: ReadonlyArray<NewEvent>) =>
    right(store.append({ stream: streamOf(stream), expected: 'any', events }))
  await append(
    'cart-a',
    event(1, 'ItemAdded', { item: 'tea' }),
    event(2, 'ItemAdded', { item: 'milk', quantity: 2 }, 2),
  )
  await append('cart-b', event(3, 'CheckedOut', {}))
  await append('cart-c', event(4, 'Strange', { text: 'a\u202Eb\u0007' }), event(5, 'CheckedOut', {}))
  // JavaScript has no types: the configuration is what a user wrote.
  const { cart, carts, reminders } = await import(join(shop, 'foldlog.config.mjs'))
  const application = makeApplication({ store, aggregates: [cart], handlers: [carts, reminders] } as never)
  await right(application.start)
  await until(async () => {
    const parked = await right(ParkedEvent.list(store, 'carts'))
    const others = await right(ParkedEvent.list(store, 'reminders'))
    const { documents } = await right(store.listTimers({ name: 'reminders' }))
    return parked.length === 2 && others.length === 2 && documents.length === 1
  })
  await application.stop()
  await store.stop()
  await sql.end()
}

beforeAll(async () => {
  harness = await makeCliHarness(full, empty, bare)
  await fill(urlOf(full))
}, 300_000)

afterAll(() => harness.stop())

const expectGolden = (name: string, ended: Ended) => harness.expectGolden(name, ended)

/** Every command that needs a store. Those in the second list change something. */
const questions: Readonly<Record<string, ReadonlyArray<string>>> = {
  tail: ['tail', '--after', '0', '--count', '3'],
  log: ['log'],
  'log-filtered': ['log', '--type', 'ItemAdded', '--since', '2000-01-01', '--correlation', 'request 1', '--json'],
  streams: ['streams', 'cart-', '-n', '2'],
  stream: ['stream', 'cart-a'],
  event: ['event', idOf(3)],
  trace: ['trace', 'request 1'],
  handlers: ['handlers'],
  lag: ['lag', '--max', '0'],
  parked: ['parked', 'list'],
  timers: ['timers', 'list', 'reminders'],
  verify: ['verify'],
  export: ['export', '--format', 'cloudevents'],
  operations: ['operations'],
}
const actions: Readonly<Record<string, ReadonlyArray<string>>> = {
  retry: ['parked', 'retry', 'carts', '--why', 'corrected'],
  discard: ['parked', 'discard', 'carts', '--position', '4', '--why', 'wrong'],
  resume: ['resume', 'carts', '--why', 'corrected'],
  'fire-timer': ['timers', 'fire', 'reminders', 'cart-b', 'remind', '--why', 'a customer called'],
  'move-timer': [
    'timers',
    'move',
    'reminders',
    'cart-b',
    'remind',
    '2100-06-01T00:00:00Z',
    '--why',
    'a customer called',
  ],
  rename: ['rename', 'carts', 'baskets', '--why', 'a better name'],
  remove: ['remove', 'baskets', '--why', 'nobody reads it'],
}

describe('on a database alone', () => {
  it.each(Object.entries(questions))('%s answers', async (name, args) => {
    expectGolden(name, await foldlog(args, urlOf(full)))
  })

  it('doctor names what is wrong', async () => {
    const { code, out } = await foldlog(['doctor', '--json'], urlOf(full))
    const { findings, tables } = JSON.parse(out)
    expect(code).toBe(1)
    expect(findings.map(({ what }: { readonly what: string }) => what)).toEqual([
      expect.stringContaining('no process works on carts'),
      expect.stringContaining('2 events of carts are parked'),
      expect.stringContaining('no process works on reminders'),
      expect.stringContaining('2 events of reminders are parked'),
    ])
    expect(tables.map(({ name }: { readonly name: string }) => name)).toContain('events')
  })
})

describe('with a configuration', () => {
  it.each(
    Object.entries({
      'config-verify': ['verify'],
      'config-event': ['event', idOf(1)],
      'config-state': ['stream', 'cart-a', '--state', '--at', '1'],
      'config-steps': ['stream', 'cart-a', '--steps'],
      'config-parked-show': ['parked', 'show', 'carts', '5'],
      'config-contracts': ['contracts'],
      'config-view': ['view', 'carts', 'cart-a'],
      'config-view-then': ['view', 'carts', 'cart-a', '--at', '1', '--json'],
      'config-no-view': ['view', 'carts', 'cart-x'],
      'config-try': ['try', 'cart-a', '{"type":"CheckOut","data":{"cart":"a"}}'],
      'config-try-rejected': ['try', 'cart-b', '{"type":"CheckOut","data":{"cart":"b"}}'],
      'config-try-scenario': ['try', 'cart-a', '{"type":"CheckOut","data":{"cart":"a"}}', '--scenario', 'cart'],
      'config-masked': ['log', '--stream', 'cart-a', '--config', 'masked.config.mjs'],
      'config-masked-event': ['event', idOf(2), '--config', 'masked.config.mjs'],
      'config-masked-state': ['stream', 'cart-a', '--state', '--config', 'masked.config.mjs'],
      'config-masked-steps': ['stream', 'cart-a', '--steps', '--json', '--config', 'masked.config.mjs'],
      'config-masked-view': ['view', 'carts', 'cart-a', '--config', 'masked.config.mjs'],
      'config-masked-parked': ['parked', 'show', 'carts', '5', '--config', 'masked.config.mjs'],
      'config-masked-scenario': [
        'try',
        'cart-a',
        '{"type":"CheckOut","data":{"cart":"a"}}',
        '--scenario',
        'cart',
        '--config',
        'masked.config.mjs',
      ],
      'config-unmasked': ['log', '--stream', 'cart-a', '--config', 'masked.config.mjs', '--unmasked'],
    }),
  )('%s knows what is stored', async (name, args) => {
    expectGolden(name, await foldlog(args, urlOf(full), shop))
  })

  it('contracts are written and checked', async () => {
    const into = join(harness.directory, 'contracts')
    expect(await foldlog(['contracts', 'write', into], '', shop)).toMatchObject({ code: 0 })
    const file = join(into, 'contracts.json')
    expect(await foldlog(['contracts', 'check', file], '', shop)).toMatchObject({ code: 0 })
    expect(JSON.parse(readFileSync(join(into, 'asyncapi.json'), 'utf8'))).toMatchObject({ asyncapi: '3.1.0' })
    writeFileSync(file, readFileSync(file, 'utf8').replace('"quantity"', '"amount"'))
    expect(await foldlog(['contracts', 'check', file], '', shop)).toMatchObject({
      code: 1,
      out: expect.stringContaining('changed: cart.ItemAdded.v2, read by carts, reminders'),
    })
  })
})

describe('a store without events', () => {
  it.each([...Object.entries(questions).filter(([name]) => name !== 'tail'), ...Object.entries(actions)])(
    '%s says so',
    async (name, args) => {
      expectGolden(`empty-${name}`, await foldlog(args, urlOf(empty)))
    },
  )
})

describe('a store that cannot be reached', () => {
  it.each([...Object.entries(questions), ...Object.entries(actions), ['doctor', ['doctor']] as const])(
    '%s says so, without the password',
    async (_, args) => {
      const { code, out, err } = await foldlog(args, nowhere)
      expect({ code, out }).toEqual({ code: 3, out: '' })
      expect(err).toMatch(/^foldlog: the store is not available: .*ECONNREFUSED.*\n$/)
      expect(err).not.toContain('Geheim17')
    },
  )

  it('has no schema', async () => {
    expect(await foldlog(['handlers'], urlOf(bare))).toMatchObject({
      code: 3,
      err: expect.stringContaining('foldlog-postgres migrate'),
    })
  })
})

describe('a wrong argument', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['lagg']],
    ['an unknown option', ['log', '--nothing']],
    ['no stream', ['stream']],
    ['no stream name', ['stream', 'nodash']],
    ['no id', ['event', 'x']],
    ['no number', ['log', '-n', '0']],
    ['no time', ['log', '--since', 'yesterday']],
    ['no version', ['stream', 'cart-a', '--at', '1.5']],
    ['no limit', ['lag']],
    ['no reason', ['resume', 'carts']],
    ['an empty reason', ['resume', 'carts', '--why', ' ']],
    ['no selection', ['parked', 'discard', 'carts', '--why', 'x']],
    ['no position', ['parked', 'show', 'carts', 'x']],
    ['no time of a timer', ['timers', 'move', 'a', 'b', 'c', 'soon', '--why', 'x']],
    ['no such format', ['export', '--format', 'xml']],
    ['no file', ['import']],
    ['no configuration', ['contracts', '--config', 'nowhere.mjs']],
    ['no aggregates', ['contracts']],
    ['no filter that matches', ['tail', '--category', 'a-b']],
    ['no projection', ['rebuild', 'carts', '--why', 'x']],
    ['no command of a decider', ['try', 'cart-a', '{']],
    ['no such projection', ['view', 'carts', 'cart-a']],
    ['no such schema name', ['handlers', '--schema', '']],
    ['no URL', ['handlers', '--database', 'mysql://x']],
  ])('%s is not understood', async (_, args) => {
    const { code, out, err } = await foldlog(args, urlOf(empty))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
  })
})

describe('what changes a store', () => {
  it('is exported and imported into another one, once', async () => {
    const file = join(harness.directory, 'events.jsonl')
    expect(await foldlog(['export', '--out', file, '--category', 'cart'], urlOf(full))).toMatchObject({ code: 0 })
    for (const text of ['5 events are stored, 0 were there already.\n', '0 events are stored, 5 were there already.\n'])
      expect(await foldlog(['import', file], urlOf(empty))).toEqual({ code: 0, out: text, err: '' })
    writeFileSync(file, 'no JSON\n')
    expect(await foldlog(['import', file], urlOf(empty))).toMatchObject({
      code: 2,
      err: expect.stringContaining('line 1'),
    })
    expect(await foldlog(['import', join(harness.directory, 'none')], urlOf(empty))).toMatchObject({ code: 1 })
  })

  it('rebuilds a projection when nothing of it is parked', async () => {
    const { code, out } = await foldlog(['rebuild', 'carts', '--why', 'a test'], urlOf(full), shop)
    // Two of its events cannot be handled: the new generation does not serve.
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('is requested and written down', async () => {
    for (const [name, args] of Object.entries(actions)) expectGolden(name, await foldlog(args, urlOf(full)))
    const { out } = await foldlog(['operations', '--json'], urlOf(full))
    const requested = JSON.parse(out).filter(({ type }: { readonly type: string }) => type === 'OperationRequested')
    expect(
      requested.map(({ data }: { readonly data: { readonly action: string; readonly by: string } }) => [
        data.action,
        data.by,
      ]),
    ).toEqual(
      ['remove', 'rename', 'move timer', 'fire timer', 'resume', 'discard', 'retry', 'rebuild'].map((action) => [
        action,
        'Ada',
      ]),
    )
  })
})
