import { existsSync } from 'node:fs'
import { EventId, StreamName } from '@foldlog/core'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { type BankHarness, makeHarness, right } from './BankHarness.ts'
import { type Database, makeDatabase } from './Database.ts'
import { bank, makeDirectory, type Running, runBank, until } from './program.ts'

// One history in one database: each test continues where the previous one has ended.
let database: Database
let books: BankHarness

const run = (...parameters: ReadonlyArray<string>) => runBank([...parameters, '--database', database.url])
const start = (...parameters: ReadonlyArray<string>): Running => bank([...parameters, '--database', database.url])

const ended = async (running: Running, signal: NodeJS.Signals) => {
  running.kill(signal)
  return running.ended
}

const squeezed = (text: string): string => text.replaceAll(/ {2,}/g, '  ')

beforeAll(async () => {
  database = await makeDatabase()
  books = await makeHarness(database)
}, 60_000)

describe('accounts', () => {
  it('are opened, filled, emptied and closed', async () => {
    expect(await run('open', '1', 'Ada')).toMatchObject({
      code: 0,
      out: 'account 1: Ada, open, balance 0.00 CZK, overdraft limit 0.00\n',
    })
    expect(await run('open', '1', 'Eve')).toMatchObject({ code: 1, err: expect.stringContaining('already') })
    expect((await run('open', '2', 'Bob', '--overdraft', '500')).out).toContain('limit 5.00')
    expect((await run('open', '3', 'Cid')).code).toBe(0)
    expect((await run('deposit', '1', '1,000.50')).out).toContain('balance 1,000.50 CZK')
    expect((await run('withdraw', '1', '0.50')).out).toContain('balance 1,000.00 CZK')
    expect(await run('withdraw', '1', '2000')).toMatchObject({ code: 1, err: expect.stringContaining('too little') })
    expect((await run('close', '3')).out).toContain('account 3: Cid, closed')
    expect(await run('deposit', '3', '1')).toMatchObject({ code: 1, err: 'the account is closed\n' })
    expect(await run('deposit', '4', '1')).toMatchObject({ code: 1, err: 'the account does not exist\n' })
  }, 240_000)

  it.each([
    [['transfer', '1', '2', '0'], 'Expected an amount above zero'],
    [['transfer', '1', '2', '1.5'], 'Expected an amount above zero'],
    [['transfer', '1', '2', '1e3'], 'Expected an amount above zero'],
    [['transfer', '1', '2', '90071992547409.92'], 'Expected an amount above zero'],
    [['transfer', '', '2', '1'], 'Expected the number of an account'],
    [['open', '1', ' '], 'Expected a name'],
    [['rebuild', 'transfers'], 'Allowed choices are accounts'],
    [['rollback', 'transfers'], 'Allowed choices are accounts'],
    [['parked', 'discard', 'accounts'], "missing required argument 'position'"],
    [['parked', 'retry', 'accounts', '-1'], 'Expected a position'],
  ])('rejects %j', async (parameters, why) => {
    const { code, out, err } = await runBank(parameters, { directory: makeDirectory() })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(why)
  })
})

describe('transfer', () => {
  it('moves money, and reports why it cannot', async () => {
    expect(await run('transfer', '1', '2', '12.50', '--id', 'first')).toMatchObject({
      code: 0,
      out: 'transfer first: 12.50 CZK from 1 to 2\ncompleted\n',
      err: '',
    })
    // The same transfer again, by its number: it is completed already.
    expect(await run('transfer', '1', '2', '12.50', '--id', 'first')).toMatchObject({ code: 0 })
    expect(await run('transfer', '1', '2', '99.00', '--id', 'first')).toMatchObject({
      code: 1,
      err: expect.stringContaining('another transfer has this number'),
    })
    expect(await run('transfer', '1', '2', '5000')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\nrefused: overdrawn\n$/),
      err: 'no money was moved\n',
    })
    for (const target of ['3', 'nobody']) {
      expect(await run('transfer', '1', target, '1.00')).toMatchObject({
        code: 1,
        out: expect.stringMatching(`\nrefused by account ${target}: not open\n$`),
        err: 'the money was returned to the account that sent it\n',
      })
    }
    expect(await run('transfer', '1', '1', '1.00')).toMatchObject({ code: 1, out: '' })
    const { out } = await run('accounts')
    expect(squeezed(out)).toContain('1  Ada  open  0.00  7  1  987.50')
    expect(squeezed(out)).toContain('2  Bob  open  5.00  1  0  12.50')
    expect(out).toContain('3 accounts with 8 entries and 2 declined: 1,000.00 CZK in all')
    expect(out).not.toContain('as of position')
  }, 120_000)
})

describe('handlers', () => {
  it('run, are watched, queried and shared; a serving process releases its leases at its end', async () => {
    const [watcher, worker] = [start('watch'), start('serve')]
    await until(
      () => watcher.out().includes('Watching the books bank') && worker.out().includes('Serving the books bank'),
    )

    expect(await run('transfer', '2', '1', '2.50', '--id', 'watched')).toMatchObject({ code: 0 })
    await until(() => watcher.out().includes('transfer-watched v2  completed'))
    const lines = watcher
      .out()
      .split('\n')
      .filter((line) => line.includes('watched'))
    expect(lines.map((line) => line.replace(/.*Z?\d\d:\d\d:\d\d\.\d{3} {2}/, ''))).toEqual([
      'transfer-watched v1  requested: 2.50 from 2 to 1',
      expect.stringMatching(/^account-2 v\d+ {2}sent {2}-2\.50 {2}to 1, transfer watched$/),
      expect.stringMatching(/^account-1 v\d+ {2}received {2}2\.50 {2}from 2, transfer watched$/),
      'transfer-watched v2  completed',
    ])

    const second = start('serve')
    // Two workers, and each has a share of both handlers, of both books.
    await until(async () => {
      const out = squeezed((await run('status')).out)
      const holds = out.split('\n').filter((line) => / holds \d/.test(line))
      return (
        holds.length === 8 &&
        (out.match(/ {2}running {2}\d+ {2}0 {2}0\.0 {2}\d+ {2}2 {2}8 of 8 {2}0 {2}0 {2}0\n/g) ?? []).length === 4
      )
    })

    for (const [running, signal, code] of [
      [worker, 'SIGTERM', 143],
      [second, 'SIGINT', 130],
      [watcher, 'SIGINT', 130],
    ] as const) {
      expect(await ended(running, signal)).toMatchObject({ code, signal: null, err: '' })
    }
    expect(worker.out()).toContain('The books bank are no longer served from here.')
    for (const { partitions, members } of right(await books.store.handlerStatuses())) {
      expect(members).toEqual([])
      expect(partitions.every(({ holder }) => holder === null)).toBe(true)
    }
  }, 120_000)

  it('of a paused process are run by any process that shows the table', async () => {
    const worker = start('serve')
    await until(() => worker.out().includes('Serving the books bank'))
    worker.kill('SIGSTOP')
    await run('deposit', '1', '10.00')
    const { out } = await run('accounts')
    worker.kill('SIGCONT')
    expect(await ended(worker, 'SIGTERM')).toMatchObject({ code: 143 })
    expect(out).toContain('1,010.00 CZK in all')
    expect(out).not.toContain('as of position')
  }, 120_000)

  it('that lag are visible, because the table shows its position', async () => {
    const worker = start('serve')
    await until(async () => (await run('status')).out.includes('8 of 8'))
    const before = right(await books.store.settledPosition())
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    // The worker is alive, and cannot write.
    const locked = database.sql.begin(async (transaction) => {
      await transaction`select from bank.handler_partitions for update`
      await held
    })
    await run('deposit', '1', '10.00')
    const { out } = await run('accounts')
    release()
    await locked
    expect(out).toContain('1,010.00 CZK in all')
    expect(out).toContain(`\nas of position ${before}; the log is at ${before + 1}\n`)
    await until(async () => (await run('accounts')).out.includes('1,020.00 CZK in all'))
    expect(await ended(worker, 'SIGTERM')).toMatchObject({ code: 143 })
  }, 120_000)
})

describe('processes with a server of their own', () => {
  it('share it: one serves, one queries, and the server stops when both have ended', async () => {
    const directory = makeDirectory()
    const own = (...parameters: ReadonlyArray<string>) => runBank(parameters, { directory })
    for (const id of ['1', '2']) expect(await own('open', id, 'Ada')).toMatchObject({ code: 0 })
    await own('deposit', '1', '5')
    const worker = bank(['serve'], { directory })
    await until(() => worker.out().includes('Serving the books bank'))
    expect(await own('transfer', '1', '2', '5')).toMatchObject({ code: 0 })
    expect((await own('status')).out).toContain('8 of 8')
    expect(await ended(worker, 'SIGTERM')).toMatchObject({ code: 143 })
    expect(existsSync(`${directory}/.foldlog/postgres/data/postmaster.pid`)).toBe(false)
  }, 120_000)
})

describe('rebuild', () => {
  it('shows its progress, and the same table afterwards', async () => {
    const before = await run('accounts')
    const first = await run('rebuild', 'accounts')
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/^Rebuilding accounts[\s\S]*100%\nRebuilt/)
    expect((await run('accounts')).out).toBe(before.out)
    expect((await run('rebuild', 'accounts')).code).toBe(0)
    expect((await run('accounts')).out).toBe(before.out)
    // The previous table is kept, and can be shown again.
    const servingOf = async () =>
      right(await books.store.generations()).filter(({ name, serves }) => name === 'accounts' && serves)
    const [rebuilt] = await servingOf()
    expect(await run('rollback', 'accounts')).toMatchObject({ code: 0, out: expect.stringContaining('Rolled back') })
    expect(await servingOf()).toMatchObject([{ generation: (rebuilt?.generation ?? 0) - 1 }])
    expect((await run('status')).out).toContain('kept for a rollback')
    expect((await run('accounts')).out).toBe(before.out)
  }, 120_000)
})

describe('an event that cannot be handled', () => {
  it('is parked with the later events of its stream, retried, and discarded', async () => {
    expect(await run('parked')).toMatchObject({ code: 0, out: 'Nothing is parked.\n' })
    expect(await run('resume', 'accounts')).toMatchObject({ code: 0, out: 'accounts is not stopped.\n' })
    const stream = right(StreamName.make('account', '2'))
    const id = EventId.source({ now: Date.now, random: Math.random })()
    const poison = { id, type: 'MoneyDeposited', schemaVersion: 1, data: { amount: 'a lot' }, metadata: {} }
    const { positions } = right(await books.store.append({ stream, expected: 'any', events: [poison] })())
    const position = `${positions[0]}`
    const renamed = { type: 'AccountRenamed', schemaVersion: 1, data: { from: 'Bob', to: 'Bo' }, metadata: {} }
    const next = EventId.source({ now: Date.now, random: Math.random })()
    right(await books.store.append({ stream, expected: 'any', events: [{ ...renamed, id: next }] })())

    // Other accounts continue.
    await run('deposit', '1', '1.00')
    const shown = squeezed((await run('accounts')).out)
    expect(shown).toContain('1  Ada  open')
    expect(shown).toContain('1,021.00 CZK in all')
    expect(shown).toContain('2  Bob  open')

    const parked = await run('parked', 'accounts')
    expect(squeezed(parked.out)).toMatch(
      new RegExp(`accounts  ${position}  account-2  \\d+  MoneyDeposited  \\d+  .*cannot be decoded`),
    )
    expect(parked.out.trimEnd().split('\n')).toHaveLength(4)
    // Its account is unknown, so it is in each of the eight partitions; it counts once, and so do the events behind it.
    expect((await run('status')).out).toContain('parked 2')

    const retried = await run('parked', 'retry', 'accounts', position)
    expect(retried).toMatchObject({ code: 0, out: expect.stringMatching(/^0 of 1 handled\nstill parked: /) })
    expect(await run('parked', 'retry', 'accounts', '1')).toMatchObject({
      code: 1,
      err: 'accounts has no parked event at position 1\n',
    })
    expect(await run('parked', 'discard', 'accounts', position)).toMatchObject({ code: 0, out: '1 of 1 discarded\n' })
    await until(async () => {
      const { out } = await run('parked')
      return out === 'Nothing is parked.\n'
    })
    expect(squeezed((await run('accounts')).out)).toContain('2  Bo  open')
  }, 180_000)
})

describe('a transfer to an account that cannot be read', () => {
  it('does not block the command, which reports that the transfer is in progress, and how to find the cause', async () => {
    expect(await run('open', '7', 'Eve')).toMatchObject({ code: 0 })
    expect(await run('open', '8', 'Fay')).toMatchObject({ code: 0 })
    expect(await run('deposit', '7', '5')).toMatchObject({ code: 0 })
    const id = EventId.source({ now: Date.now, random: Math.random })()
    const unknown = { id, type: 'MoneyBlessed', schemaVersion: 1, data: {}, metadata: {} }
    const stream = right(StreamName.make('account', '8'))
    right(await books.store.append({ stream, expected: 'any', events: [unknown] })())
    expect(await run('transfer', '7', '8', '1.00', '--id', 'hindered')).toMatchObject({
      code: 1,
      out: 'transfer hindered: 1.00 CZK from 7 to 8\nnot ended yet\n',
      err: expect.stringMatching(/^transfer hindered is in progress, but an account did not answer: /),
    })
    expect(await run('account', '8')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no codec knows the type MoneyBlessed'),
    })
  }, 60_000)
})
