import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { mostCourses, places } from './courses.ts'
import { runWorkers, startWorkers } from './workers.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })

let store: PostgresStore
let schema = ''
let schemas = 0

beforeEach(async () => {
  schema = `boundary_processes_${process.pid}_${schemas++}`
  expect(await migrate({ sql, schema })()).toEqual(E.right(undefined))
  store = makePostgresStore({ sql, schema })
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await sql.unsafe(`drop schema "boundary_processes_${process.pid}_${i}" cascade`)
  await sql.end()
})

const workers = (count: number, prefix: string | ((child: number) => string)) =>
  ({ script: 'boundaryWorker.mjs', url, schema, count, inFlight: 8, prefix }) as const

/** The causes of all events, each once. Fails when the log breaks a rule of the domain anywhere. */
const replay = async (): Promise<ReadonlyArray<string>> => {
  const log = await store.readLog({ count: 10_000 })()
  if (E.isLeft(log)) throw new Error('the log cannot be read')
  const now = new Set<string>()
  const causes: Array<string> = []
  for (const { type, data, metadata } of log.right.events) {
    // The worker has written it.
    const { course, student } = data as { readonly course: string; readonly student: string }
    const both = `${course} ${student}`
    expect([both, now.has(both)]).toEqual([both, type === 'Left'])
    if (type === 'Subscribed') now.add(both)
    else now.delete(both)
    expect([...now].filter((one) => one.startsWith(`${course} `)).length).toBeLessThanOrEqual(places)
    expect([...now].filter((one) => one.endsWith(` ${student}`)).length).toBeLessThanOrEqual(mostCourses)
    causes.push(metadata.causationId ?? '')
  }
  expect(new Set(causes).size).toBe(causes.length)
  return causes
}

const stored = async (): Promise<number> => {
  const [row] = await sql.unsafe(`select count(*)::int as events from "${schema}".events`)
  return Number(row?.['events'])
}

describe('boundaries in several processes', () => {
  it('break no rule, and answer every command', async () => {
    const all = await runWorkers(
      3,
      workers(120, (child) => `of-${child}`),
    )
    expect(all.flatMap(({ failed }) => failed)).toEqual([])
    expect(all.map(({ firsts, duplicates, refused = 0 }) => [firsts + refused, duplicates])).toEqual(
      all.map(() => [120, 0]),
    )
    expect(await replay()).toHaveLength(all.reduce((sum, { firsts }) => sum + firsts, 0))
    // Places were left and taken again, and processes met that wanted the same one.
    expect(all.reduce((sum, { firsts }) => sum + firsts, 0)).toBeGreaterThan(2 * 4 * places)
    expect(all.every(({ refused = 0 }) => refused > 0)).toBe(true)
  })

  it('the same commands in two processes are done once each', async () => {
    const all = await runWorkers(2, workers(100, 'same'))
    expect(all.flatMap(({ failed }) => failed)).toEqual([])
    expect(await replay()).toHaveLength(all.reduce((sum, { firsts }) => sum + firsts, 0))
  })

  it('one that is killed in the middle stops nobody, and its commands are done by another process', async () => {
    const running = await startWorkers(
      3,
      workers(200, (child) => `of-${child}`),
    )
    const [killed, ...others] = running
    const lost = killed?.tally.catch(() => 'killed')
    while ((await stored()) < 30) await new Promise((resolve) => setTimeout(resolve, 2))
    killed?.child.kill('SIGKILL')
    expect(await lost).toBe('killed')
    const tallies = await Promise.all(others.map(({ tally }) => tally))
    expect(tallies.flatMap(({ failed }) => failed)).toEqual([])
    const before = (await replay()).filter((cause) => cause.startsWith('of-0-'))
    expect(before.length).toBeGreaterThan(0)
    const [successor] = await runWorkers(1, workers(200, 'of-0'))
    expect(successor?.failed).toEqual([])
    // What the killed process had stored is known: none of it is stored twice.
    expect(successor?.duplicates).toBe(before.length)
    const all = [...tallies, ...(successor === undefined ? [] : [successor])]
    expect(await replay()).toHaveLength(before.length + all.reduce((sum, { firsts }) => sum + firsts, 0))
  })
})
