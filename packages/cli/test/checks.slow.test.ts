// `doctor`, `rebuild` and `contracts` as processes, and every other command with a configuration, on stores that have
// nothing, and on one that is away.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeApplication } from '@foldlog/application'
import { makePostgresStore } from '@foldlog/postgres-store'
import { connect } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CliHarness, idOf, makeCliHarness, nowhere, right, shop, streamOf } from './CliHarness.ts'

let harness: CliHarness

beforeAll(async () => {
  harness = await makeCliHarness('well', 'empty', 'ill', 'bare')
  const sql = connect(harness.urlOf('well'))
  const store = makePostgresStore({ sql })
  const added = (n: number) => ({
    id: idOf(n),
    type: 'ItemAdded',
    schemaVersion: 2,
    data: { item: 'tea', quantity: n },
    metadata: {},
  })
  await right(store.append({ stream: streamOf('cart-a'), expected: 'any', events: [added(1), added(2)] }))
  // JavaScript has no types: the configuration is what a user wrote.
  const { cart, carts } = await import(join(shop, 'foldlog.config.mjs'))
  const application = makeApplication({ store, aggregates: [cart], handlers: [carts] } as never)
  await right(application.start)
  await right(application.waitFor([carts.name] as never, 2))
  await application.stop()
  await store.stop()
  await sql.end()
}, 300_000)

afterAll(() => harness.stop())

interface Finding {
  readonly severity: string
  readonly what: string
  readonly remedy: string
}

const doctor = async (name: string) => {
  const { code, out, err } = await harness.foldlog(['doctor', '--json'], harness.urlOf(name))
  const answer = out === '' ? undefined : JSON.parse(out)
  return { code, err, findings: (answer?.findings ?? []) as ReadonlyArray<Finding>, tables: answer?.tables ?? [] }
}

describe('doctor', () => {
  it('finds nothing in a store without events, and has the size of each table', async () => {
    const { code, findings, tables } = await doctor('empty')
    expect({ code, findings }).toEqual({ code: 0, findings: [] })
    expect(tables.map(({ name }: { readonly name: string }) => name)).toEqual(
      expect.arrayContaining(['events', 'streams', 'snapshots']),
    )
    const { out } = await harness.foldlog(['doctor'], harness.urlOf('empty'))
    expect(out).toMatch(/^table +size +of indexes +about rows +dead rows +updates in place\n/)
    expect(out).toMatch(/\n\nNothing is wrong\.\n$/)
  }, 120_000)

  it('says that a schema is absent, or how it differs from that of this version', async () => {
    expect(await doctor('bare')).toMatchObject({ code: 3, err: expect.stringContaining('foldlog-postgres migrate') })
    const sql = connect(harness.urlOf('ill'))
    await sql.unsafe('drop index foldlog.events_category_position')
    expect(await doctor('ill')).toMatchObject({
      code: 1,
      findings: [{ severity: 'problem', what: 'dropped: index events_category_position' }],
    })
    await sql.end()
  }, 120_000)

  it('names the session that waits for a lock, and the one that holds it', async () => {
    const sql = connect(harness.urlOf('well'), { max: 2 })
    let waits: Finding | undefined
    await sql.begin(async (holder) => {
      const [row] = await holder`select pg_backend_pid() as pid`
      await holder`lock table foldlog.snapshots in exclusive mode`
      const waiting = sql.unsafe('delete from foldlog.snapshots where false').catch(() => undefined)
      // Waits of five seconds and more are reported.
      while (waits === undefined)
        waits = (await doctor('well')).findings.find(({ what }) => what.includes('for a lock of'))
      expect(waits).toMatchObject({
        severity: 'warning',
        what: expect.stringContaining(`for a lock of ${row?.['pid']}`),
      })
      void waiting
    })
    await sql.end()
  }, 120_000)
})

describe('rebuild', () => {
  it('lets a new generation serve, and keeps the one before it', async () => {
    const url = harness.urlOf('well')
    harness.expectGolden('rebuild', await harness.foldlog(['rebuild', 'carts', '--why', 'a test'], url, shop))
    const { out } = await harness.foldlog(['verify', '--json'], url, shop)
    expect(JSON.parse(out).views).toMatchObject([{ checked: [{ key: 'cart-a', differences: [] }] }])
  }, 120_000)
})

describe('contracts', () => {
  const values = (value: unknown, name: string): ReadonlyArray<unknown> =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => (key === name ? [one] : values(one, name)))
      : []

  it('are an AsyncAPI document whose references lead to what is there, and a schema for each form', async () => {
    const into = join(harness.directory, 'contracts')
    harness.expectGolden('contracts-write', await harness.foldlog(['contracts', 'write', into], '', shop))
    const document = JSON.parse(readFileSync(join(into, 'asyncapi.json'), 'utf8'))
    const references = values(document, '$ref') as ReadonlyArray<string> // Each is a text.
    expect(references.length).toBeGreaterThan(10)
    for (const reference of references)
      expect([
        reference,
        reference
          .split('/')
          .slice(1)
          .reduce((part, name) => part?.[name], document),
      ]).toEqual([reference, expect.anything()])
    expect(readdirSync(join(into, 'schemas')).sort()).toEqual([
      'cart.CheckedOut.v1.json',
      'cart.ItemAdded.v1.json',
      'cart.ItemAdded.v2.json',
    ])
    expect(JSON.parse(readFileSync(join(into, 'schemas/cart.ItemAdded.v2.json'), 'utf8'))).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['item', 'quantity'],
    })
  }, 120_000)

  it('are broken by a form that is gone, not by a new one, and say which forms have no schema', async () => {
    const into = join(harness.directory, 'checked')
    await harness.foldlog(['contracts', 'write', into], '', shop)
    const file = join(into, 'contracts.json')
    const contracts: ReadonlyArray<{ readonly type: string }> = JSON.parse(readFileSync(file, 'utf8'))
    const check = async (name: string, written: unknown) => {
      writeFileSync(file, JSON.stringify(written))
      harness.expectGolden(name, await harness.foldlog(['contracts', 'check', file], '', shop))
    }
    await check('contracts-same', contracts)
    await check('contracts-added', contracts.slice(1))
    await check('contracts-removed', [...contracts, { ...contracts[0], type: 'Abandoned' }])
    await check(
      'contracts-changed',
      contracts.map((one) => ({ ...one, schema: { type: 'string' } })),
    )
    await check('contracts-no-list', {})
    const args = ['contracts', 'check', file, '--config', 'noSchema.config.mjs']
    writeFileSync(file, JSON.stringify(contracts))
    harness.expectGolden('contracts-no-schema', await harness.foldlog(args, '', shop))
  }, 240_000)
})

/** What needs a configuration, or has no golden output elsewhere. */
const others: ReadonlyArray<ReadonlyArray<string>> = [
  ['doctor'],
  ['view', 'carts', 'cart-a'],
  ['try', 'cart-a', '{"type":"CheckOut","data":{"cart":"a"}}'],
  ['stream', 'cart-a', '--state'],
  ['stream', 'cart-a', '--steps'],
  ['parked', 'show', 'carts', '5'],
  ['rebuild', 'carts', '--why', 'a test'],
  ['import', '-'],
]

describe('with a configuration', () => {
  it('a store without events has nothing to show', async () => {
    for (const args of others.slice(1))
      harness.expectGolden(
        `nothing-${args.slice(0, args[0] === 'stream' ? 3 : 2).join('-')}`.replaceAll('---', '-'),
        await harness.foldlog(args, harness.urlOf('empty'), shop),
      )
  }, 240_000)

  it('a store that cannot be reached is said to be away', async () => {
    const ended = await Promise.all(others.map((args) => harness.foldlog(args, nowhere, shop)))
    for (const [index, { code, out, err }] of ended.entries()) {
      expect({ args: others[index], code, out }).toEqual({ args: others[index], code: 3, out: '' })
      expect(err).toMatch(/^foldlog: the store is not available: .*ECONNREFUSED/)
      expect(err).not.toContain('Geheim17')
    }
  }, 240_000)

  it('a wrong argument is not understood', async () => {
    const wrong: ReadonlyArray<ReadonlyArray<string>> = [
      ['tail', '--count', '0'],
      ['streams', '-n', 'x'],
      ['trace'],
      ['handlers', 'carts'],
      ['doctor', 'now'],
      ['verify', '--sample', '0'],
      ['view', 'carts'],
      ['try', 'cart-a'],
      ['timers', 'fire', 'reminders', '--why', 'x'],
      ['rename', 'carts', '--why', 'x'],
      ['remove', '--why', 'x'],
      ['rebuild', 'nobody', '--why', 'x'],
      ['operations', '-n', '0'],
      ['contracts', 'write'],
      ['contracts', 'check'],
      ['mcp', 'now'],
    ]
    const ended = await Promise.all(wrong.map((args) => harness.foldlog(args, harness.urlOf('empty'), shop)))
    expect(
      ended.flatMap(({ code, out, err }, i) => (code === 2 && out === '' && err !== '' ? [] : [wrong[i]])),
    ).toEqual([])
  }, 240_000)
})
