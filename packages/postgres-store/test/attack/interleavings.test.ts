import { Tag } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect, type FreshStore, freshStore, until } from './freshStore.ts'
import { appendInTransaction, appendOne, type OpenAppend, openAppend, readPositions } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** A lock of two numbers lies in no key space of a log. */
const gate = () => `1, '"${fresh.schema}"'::regnamespace::oid::int`

/** Makes every later call of the function wait before the statement with this beginning, while the gate is closed. */
const gateBefore = async (name: string, statement: string): Promise<void> => {
  const { watcher, schema } = fresh
  const [row] = await watcher`
    select pg_get_functiondef(p.oid) as definition from pg_proc p
    where proname = ${name} and pronamespace = (select oid from pg_namespace where nspname = ${schema})`
  const parts = String(row?.['definition']).split(`\n  ${statement}`)
  expect(parts).toHaveLength(2)
  await watcher.unsafe(parts.join(`\n  perform pg_advisory_xact_lock(${gate()});\n  ${statement}`))
}

/** Runs `meanwhile` while the started work waits at the gate; returns the result of that work. */
const atGate = async <A>(start: () => Promise<A>, meanwhile: () => Promise<void>): Promise<A> => {
  const keeper = connect(fresh.url, { max: 1 })
  await keeper.unsafe(`select pg_advisory_lock(${gate()})`)
  const started = start()
  await until(async () => {
    const rows = await fresh.watcher`
      select from pg_stat_activity where application_name = ${fresh.application} and wait_event = 'advisory'`
    return rows.length > 0
  })
  await meanwhile()
  await keeper.end({ timeout: 5 })
  return started
}

/** A reader that has seen this, and reads on, meets the rest: nothing twice, nothing missed, nothing out of order. */
const expectRest = async (seen: Awaited<ReturnType<typeof readPositions>>, all: ReadonlyArray<number>) => {
  expect([...seen.events, ...(await readPositions(fresh, seen.settled)).events]).toEqual(all)
}

// The races last microseconds; here each is held open.
describe('any action between two steps', () => {
  const places = [
    ['read_log', 'settled := "'],
    ['settled_position', 'select tableoid'],
    ['settled_position', 'select array_agg'],
    ['settled_position', 'high := '],
    ['settled_position', 'select last_value'],
    ['settled_position', 'return least'],
    ['read_log', 'seen := '],
  ] as const

  // With an open writer that the reader finds, and without one: its floor would hide faults of the others.
  it.each([true, false].flatMap((found) => places.map(([name, statement]) => ({ name, statement, found }))))(
    'makes a reader miss nothing, in $name before "$statement" (a writer open before it: $found)',
    async ({ name, statement, found }) => {
      await appendOne(fresh, 'a-1')
      const before = await openAppend(fresh, 'b-1')
      if (!found) await before.end('commit')
      await gateBefore(name, statement)
      const other = await freshClient()
      const opened: Array<OpenAppend> = []
      const seen = await atGate(
        () => readPositions(fresh),
        async () => {
          if (found) await before.end('commit')
          opened.push(await openAppend(other, 'c-1'))
          await appendOne(other, 'd-1')
        },
      )
      for (const open of opened) await open.end('commit')
      await expectRest(seen, [1, 2, 3, 4])
      await other.close()
    },
  )

  const steps = [
    // The general path, and the part that all paths share.
    ['append', 'select tableoid', 'any'],
    ['lock_floor', 'if current_setting', 'any'],
    ['append', 'select array_agg(e.id)', 'any'],
    ['append', 'now_ms := ', 'any'],
    ['append', 'if cardinality(accepted)', 'any'],
    ['append', 'return jsonb_build', 'any'],
    ['append_event', 'floor := ', 'noStream'],
    ['append_event', "if current_setting('foldlog_floor", 'noStream'],
    ['append_event', '  locked := ', 'noStream'],
    ['append_event', 'now_ms := ', 'noStream'],
    ['append_event', 'drawn := ', 'noStream'],
    ['append_event', 'if drawn', 'noStream'],
    ['append_event', 'return concat', 'noStream'],
    ['append_single', 'floor := ', 'noStream'],
    ['append_single', 'now_ms := ', 'noStream'],
    ['append_single', 'positions := ', 'noStream'],
    ['append_single', 'return concat', 'noStream'],
    ['append_batch', 'floor := ', 'noStream'],
    ['append_batch', 'now_ms := ', 'noStream'],
    ['append_batch', 'if positions', 'noStream'],
    ['append_batch', 'return concat', 'noStream'],
    ['append_tagged_event', '  floor := ', 'any'],
    ['append_tagged_event', '  now_ms := ', 'any'],
    ['append_tagged_event', '  drawn := ', 'any'],
    ['append_tagged_event', '  return concat', 'any'],
    ['append_tagged', '  floor := ', 'any'],
    ['append_tagged', '  now_ms := ', 'any'],
    ['append_tagged', '  positions := ', 'any'],
    ['append_tagged', '  return concat', 'any'],
  ] as const

  /** These functions store several events. */
  const sizeOf = (name: string): number => (name === 'append_single' || name === 'append_tagged' ? 2 : 1)

  it.each(steps)(
    'hides no event of a writer from readers, in %s before "%s", expecting %s',
    async (name, statement, expected) => {
      await appendOne(fresh, 'a-1')
      await gateBefore(name, statement)
      const [first, second] = [
        { events: [0], settled: 0 },
        { events: [0], settled: 0 },
      ]
      const reader = await freshClient()
      const position = await atGate(
        () =>
          name === 'append_batch'
            ? appendInTransaction(fresh, 'b-1', expected)
            : appendOne(fresh, 'b-1', expected, sizeOf(name), name.startsWith('append_tagged') ? [Tag.of('a', 1)] : []),
        async () => {
          Object.assign(first, await readPositions(reader))
          await reader.watcher.unsafe(`select nextval('"${fresh.schema}".positions')`)
          Object.assign(second, await readPositions(reader, first.settled))
        },
      )
      expect([first.events, second.events]).toEqual([[1], []])
      expect(position).toBeGreaterThan(second.settled)
      const added = (await readPositions(fresh, second.settled)).events
      expect(added).toEqual(sizeOf(name) === 2 ? [position, position + 1] : [position])
      await reader.close()
    },
  )
})

/** The same log, through a client that does not check the gate. */
const freshClient = async (): Promise<FreshStore> => {
  const other = await freshStore()
  return { ...other, store: makePostgresStore({ sql: other.sql, schema: fresh.schema }) }
}
