// Stored data must not steer the terminal on which it is shown. And what an interruption does to a command.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeApplication } from '@foldlog/application'
import { makePostgresStore } from '@foldlog/postgres-store'
import { ParkedEvent } from '@foldlog/subscriptions'
import { connect } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CliHarness, idOf, makeCliHarness, right, shop, streamOf, until } from './CliHarness.ts'

let harness: CliHarness
let hostile = ''
/** The same for names, which cannot have control characters. */
const hostileName = 'red\u202Eevil\u2066x\u2028y\u061C'
const stream = 'note-\u202Eeton'
const bulk = 4_000

const fill = async (): Promise<void> => {
  const domain = await import(join(shop, 'hostile.config.mjs'))
  hostile = domain.hostile
  const sql = connect(harness.urlOf('hostile'))
  const store = makePostgresStore({ sql })
  const metadata = { correlationId: hostileName, user: { name: hostile, [hostile]: 1 } }
  const event = (n: number, type: string) => ({
    id: idOf(n),
    type,
    schemaVersion: 1,
    data: { text: hostile, [hostile]: [hostile] },
    metadata,
  })
  const events = [event(1, 'Written'), event(2, 'Refused'), event(3, 'Strange\u202E')]
  await right(store.append({ stream: streamOf(stream), expected: 'any', events }))
  const application = makeApplication({
    store,
    aggregates: [domain.note],
    handlers: [domain.notes, domain.wakings],
  } as never) // JavaScript has no types.
  await right(application.start)
  await until(async () => {
    const parked = await right(ParkedEvent.list(store, domain.notes.name))
    const { documents } = await right(store.listTimers({ name: 'wakings' }))
    return parked.length === 2 && documents.length === 1
  })
  await application.stop()
  await store.stop()
  await sql.end()
}

const fillBulk = async (): Promise<void> => {
  const sql = connect(harness.urlOf('bulk'))
  const store = makePostgresStore({ sql })
  for (let n = 0; n < bulk; n += 500)
    await right(
      store.append({
        stream: streamOf('bulk-1'),
        expected: 'any',
        events: Array.from({ length: 500 }, (_, i) => ({
          id: idOf(10_000 + n + i), // Not those of the others: an import refuses an id with other data.
          type: 'Filled',
          schemaVersion: 1,
          data: { text: 'x'.repeat(400) },
          metadata: {},
        })),
      }),
    )
  await store.stop()
  await sql.end()
}

beforeAll(async () => {
  harness = await makeCliHarness('hostile', 'bulk', 'target')
  await fill()
  await fillBulk()
}, 300_000)

afterAll(() => harness.stop())

/** Everything but printable characters and line feeds. */
const steering = /[^\P{Cc}\n]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u

describe('what is stored cannot steer the terminal', () => {
  const commands = (): ReadonlyArray<ReadonlyArray<string>> => [
    ['log'],
    ['tail', '--after', '0', '--count', '3'],
    ['streams'],
    ['stream', stream],
    ['stream', stream, '--steps', '-n', '2'],
    ['stream', stream, '--state', '--at', '2'],
    ['stream', stream, '--state'],
    ['event', idOf(1)],
    ['event', idOf(3)],
    ['trace', hostileName],
    ['handlers'],
    ['lag', '--max', '0'],
    ['parked'],
    ['parked', 'show', 'notes\u202E', '2'],
    ['parked', 'retry', 'notes\u202E', '--why', hostile],
    ['timers', 'list', 'wakings'],
    ['timers', 'fire', 'wakings', hostile, hostile, '--why', hostile],
    ['view', 'notes\u202E', hostile],
    ['try', stream, '{"type":"Write","data":{"note":"a"}}', '--at', '1'],
    ['try', stream, '{"type":"Write","data":{"note":"a"}}', '--at', '1', '--scenario', 'note'],
    ['verify'],
    ['doctor'],
    ['contracts'],
    ['operations'],
    ['export'],
    ['export', '--format', 'cloudevents'],
  ]
  const errors = (): ReadonlyArray<ReadonlyArray<string>> => [
    ['event', hostile],
    ['stream', hostile],
    ['stream', `note\u202E-1`, '--state'],
    ['resume', hostile, '--why', hostile],
    ['rename', 'notes\u202E', hostile, '--why', 'x'],
    ['rebuild', hostile, '--why', 'x'],
    ['view', hostile, hostile],
    ['log', '--since', hostile],
    [hostile],
    ['log', `--${hostile}`],
    ['handlers', '--config', hostile],
    ['handlers', '--schema', hostile],
    ['handlers', '--database', hostile],
    ['import', hostile],
  ]

  it('in no table, no JSON and no error', async () => {
    const config = ['--config', join(shop, 'hostile.config.mjs')]
    const runs = [...commands().flatMap((args) => [args, [...args, '--json']]), ...errors()]
    const ended = await Promise.all(
      runs.map(async (args) => ({
        args,
        ...(await harness.foldlog(args.includes('--config') ? args : [...args, ...config], harness.urlOf('hostile'))),
      })),
    )
    const steered = ended.filter(({ out, err }) => steering.test(out) || steering.test(err))
    expect(steered).toEqual([])
    const answers = ended.slice(0, -errors().length)
    // Nor does a text of several lines look like lines of the command.
    expect(answers.filter(({ out, err }) => /^problem: forged/m.test(out + err)).map(({ args }) => args)).toEqual([])
    // Each of them was understood.
    expect(answers.filter(({ code }) => code === 2 || code === 3)).toEqual([])
  }, 300_000)

  it('and JSON keeps its meaning', async () => {
    const { out } = await harness.foldlog(['log', '--json', '--category', 'note'], harness.urlOf('hostile'))
    const { events } = JSON.parse(out)
    expect(events[2]).toMatchObject({ stream, data: { text: hostile, [hostile]: [hostile] } })
    const file = join(harness.directory, 'hostile.jsonl')
    await harness.foldlog(['export', '--category', 'note', '--out', file], harness.urlOf('hostile'))
    expect(readFileSync(file, 'utf8')).not.toMatch(steering)
    expect(await harness.foldlog(['import', file], harness.urlOf('target'))).toMatchObject({ code: 0 })
    const copied = await harness.foldlog(['log', '--json', '--category', 'note'], harness.urlOf('target'))
    expect(JSON.parse(copied.out).events[2]).toMatchObject({
      stream,
      data: events[2].data,
      metadata: events[2].metadata,
    })
  }, 240_000)
})

describe('an interruption', () => {
  const number = (sql: ReturnType<typeof connect>, text: string) =>
    sql.unsafe(text).then(([row]) => Number(row?.['count']))
  const inDatabase = 'select count(*) from pg_stat_activity where datname = current_database() and'
  const waiting = `${inDatabase} wait_event_type = 'Lock'`
  const stored = `select count(*) from foldlog.events where category = 'bulk'`

  it('ends a question that waits for the server', async () => {
    const sql = connect(harness.urlOf('bulk'), { max: 2 })
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      await sql.begin(async (lock) => {
        await lock`lock table foldlog.events in access exclusive mode`
        const running = harness.start(['log'], harness.urlOf('bulk'))
        await until(async () => (await number(sql, waiting)) > 0)
        running.child.kill(name)
        expect(await running.ended).toBe(1)
        expect(running.err()).toBe('foldlog: interrupted\n')
      })
    await sql.end()
  }, 240_000)

  it('ends a tail, also one that nobody reads', async () => {
    const read = harness.start(['tail'], harness.urlOf('bulk'))
    const sql = connect(harness.urlOf('bulk'))
    await until(async () => (await number(sql, `${inDatabase} query ilike 'listen%'`)) > 0)
    read.child.kill('SIGINT')
    expect(await read.ended).toBe(0)
    const unread = harness.start(['tail', '--after', '0'], harness.urlOf('bulk'), { reads: false })
    await until(() => unread.child.stdout?.readableLength !== 0)
    unread.child.kill('SIGINT')
    expect(await unread.ended).toBe(0)
    await sql.end()
  }, 240_000)

  it('of an export says where the next export goes on', async () => {
    const running = harness.start(['export'], harness.urlOf('bulk'), { reads: false })
    const { child, ended } = running
    // The pipe takes less than the export: it waits for its reader.
    await until(() => child.stdout?.readableLength !== 0)
    child.kill('SIGINT')
    expect(await ended).toBe(1)
    const [, count, after] =
      /^foldlog: interrupted after (\d+) events; --after (\d+) goes on\n$/.exec(running.err()) ?? []
    expect(Number(count)).toBeLessThan(bulk)
    const rest = await harness.foldlog(['export', '--after', `${after}`], harness.urlOf('bulk'))
    expect(rest.out.trim().split('\n')).toHaveLength(bulk - Number(count))
  }, 240_000)

  it('of an import keeps what is stored, and the import can be repeated', async () => {
    const file = join(harness.directory, 'bulk.jsonl')
    const exported = await harness.foldlog(['export', '--out', file], harness.urlOf('bulk'))
    expect(exported).toMatchObject({ code: 0, out: `${bulk} events are in ${file}.\n` })
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, 750)
    const running = harness.start(['import', '-'], harness.urlOf('target'))
    running.child.stdin?.write(`${lines.join('\n')}\n`)
    const sql = connect(harness.urlOf('target'))
    // Its input stays open: it waits for more.
    await until(async () => (await number(sql, stored)) > 0)
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(1)
    const [, count] =
      /^foldlog: interrupted after (\d+) events; the import can be repeated\n$/.exec(running.err()) ?? []
    expect(await number(sql, stored)).toBe(Number(count))
    expect(await harness.foldlog(['import', file], harness.urlOf('target'))).toMatchObject({
      code: 0,
      out: `${bulk - Number(count)} events are stored, ${count} were there already.\n`,
    })
    await sql.end()
  }, 240_000)

  it('lets an action finish, and a second interruption does not', async () => {
    const sql = connect(harness.urlOf('hostile'), { max: 2 })
    const started = async (lock: ReturnType<typeof connect>) => {
      await lock.unsafe('lock table foldlog.events in access exclusive mode')
      const running = harness.start(['resume', 'wakings', '--why', 'a test'], harness.urlOf('hostile'))
      await until(async () => (await number(sql, waiting)) > 0)
      running.child.kill('SIGINT')
      return running
    }
    const finished = await sql.begin((lock) => started(lock as never)) // It has the function of both.
    expect(await finished.ended).toBe(1)
    expect([finished.out(), finished.err()]).toEqual(['wakings is not stopped.\n', ''])
    await sql.begin(async (lock) => {
      const { child, ended } = await started(lock as never)
      child.kill('SIGTERM')
      expect(await ended).toBe(130)
    })
    await sql.end()
  }, 240_000)
})
