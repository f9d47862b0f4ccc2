import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { connect } from '../connect.ts'
import { type DocumentedRoles, documentedRoles } from '../DocumentedRoles.ts'
import { freshStream, newEvents, right } from '../fixtures.ts'

/** Every role can take advisory locks on any key. Here the reader's role takes those of the floors of appends. */
let roles: DocumentedRoles
let writer: PostgresStore
let reader: PostgresStore
let intruder: postgres.Sql

beforeAll(async () => {
  roles = await documentedRoles()
  // An append that waited for a lock would end after 5 seconds, and be sent again.
  writer = makePostgresStore({ sql: roles.as('writer'), retryTimeout: 1 })
  reader = makePostgresStore({ sql: roles.as('reader') })
  intruder = connect({ max: 1 }, roles.url('reader'))
  await right(append())
})
afterAll(async () => {
  await intruder.end()
  await roles.drop()
})

const append = (expected: 'noStream' | 'any' = 'noStream') =>
  writer.append({ stream: freshStream(), expected, events: newEvents(1) })

const drawn = async (): Promise<number> => {
  const [row] = await roles.as('owner')`select last_value::float8 as last from foldlog.positions`
  return Number(row?.['last'])
}

const settled = () => right(reader.settledPosition)

/** Locks the keys of the floors from the last position on, as foldlog.floor_key makes them. */
const lockFloors = async (lock: string, count: number): Promise<void> => {
  const [row] = await roles.as('owner')`select tableoid::text as log from foldlog.positions`
  await intruder.unsafe(
    `select ${lock}(((${row?.['log']}::bigint & 16777215) << 40) | (floor & 1099511627775)) from generate_series(${await drawn()}, ${(await drawn()) + count}) floor`,
  )
}

const unlock = () => intruder.unsafe('select pg_advisory_unlock_all()')

describe('the locks of floors, in the hands of the reader’s role', () => {
  it('block no append, of any form, when they are exclusive', async () => {
    await lockFloors('pg_advisory_lock', 100)
    const before = await drawn()
    await right(append())
    await right(append('any'))
    await right(
      writer.appendAll(
        [freshStream(), freshStream()].map((stream) => ({ stream, expected: 'noStream', events: newEvents(1) })),
      ),
    )
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => append()()))
    expect(outcomes.filter(E.isLeft)).toEqual([])
    expect(await drawn()).toBe(before + 34)
    // No append is under way, so readers see all of it.
    expect(await settled()).toBe(before + 34)
    await unlock()
  })

  it('hide no append from readers that wait for it, and show it as soon as it is committed', async () => {
    await lockFloors('pg_advisory_lock', 100)
    const sql = connect({ max: 1 }, roles.url('writer'))
    const before = await drawn()
    await sql.unsafe('begin')
    const within = makePostgresStore({ sql }).inTransaction(sql)
    const events = newEvents(1)
    for (let i = 0; i < 3; i++) {
      const outcome = await right(
        within.append({ stream: freshStream(), expected: 'noStream', events: i === 0 ? events : newEvents(1) }),
      )
      expect(outcome.positions).toHaveLength(1)
      await right(append())
      // An earlier position than before the append, and never below 0.
      expect(await settled()).toBeLessThanOrEqual(before)
      expect(await settled()).toBeGreaterThanOrEqual(0)
    }
    await sql.unsafe('commit')
    expect(await settled()).toBe(await drawn())
    const page = await right(reader.readLog({ after: before }))
    expect(page.events.map(({ id }) => id)).toContain(events[0]?.id)
    await sql.end()
    await unlock()
  })

  it('hold readers back when they are shared, until they are released, and block no append', async () => {
    await lockFloors('pg_advisory_lock_shared', 0)
    const before = await drawn()
    await right(append())
    expect(await settled()).toBe(before)
    await unlock()
    expect(await settled()).toBe(before + 1)
  })
})
