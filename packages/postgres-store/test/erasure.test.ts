import { Aggregate, EventCodec } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore } from '@foldlog/postgres-store'
import { InlineProjection, makeHandlerRuntime, makeInlineProjections, Projection, Views } from '@foldlog/subscriptions'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E, option as O } from 'fp-ts'
import * as t from 'io-ts'
import type postgres from 'postgres'
import { connect, freshDatabase, migratedStore, until } from './connect.ts'
import { documentedSql } from './documentedSql.ts'
import { readWholeLog, right, streamNamed } from './fixtures.ts'

const events = EventCodec.make({
  Opened: t.strict({ customer: t.string, email: t.string, tariff: t.string }),
  Deposited: t.strict({ amount: t.number }),
})
const State = t.strict({ customer: t.string, sum: t.number })

interface Command {
  readonly type: 'Open' | 'Deposit'
  readonly data: { readonly id: string; readonly customer?: string }
}

const account = Aggregate.make({
  category: 'account',
  commands: ['Open', 'Deposit'],
  id: ({ data }: Command) => data.id,
  events,
  snapshot: { schemaVersion: 1, codec: State, every: 2 },
  decider: {
    initialState: { customer: '', sum: 0 },
    evolve: (state, event) =>
      event.type === 'Opened'
        ? { ...state, customer: event.data.customer }
        : { ...state, sum: state.sum + event.data.amount },
    decide: ({ type, data: { customer = '' } }: Command) =>
      E.right(
        type === 'Open'
          ? [{ type: 'Opened' as const, data: { customer, email: `${customer}@example.org`, tariff: 'basic' } }]
          : [{ type: 'Deposited' as const, data: { amount: 1 } }],
      ),
  },
})

const from = [{ category: 'account', events }] as const
const project = (
  view: t.TypeOf<typeof State> | undefined,
  event: { readonly type: 'Opened' | 'Deposited'; readonly data: object },
): t.TypeOf<typeof State> => {
  const { customer = '', sum = 0 } = view ?? {}
  return event.type === 'Opened' ? { customer: Reflect.get(event.data, 'customer'), sum } : { customer, sum: sum + 1 }
}
const customers = Projection.make({
  name: 'customers',
  from,
  view: State,
  key: ({ stream }) => stream,
  project: (view: t.TypeOf<typeof State> | undefined, { event }) => project(view, event),
})
const inlineCustomers = InlineProjection.make({
  name: 'inline-customers',
  from,
  view: State,
  key: ({ stream }) => stream,
  project: (view: t.TypeOf<typeof State> | undefined, { event }) => project(view, event),
})

/** One process: a dispatcher with caches and snapshots, a projection, and an inline projection. */
const startProcess = (sql: postgres.Sql) => {
  const store = makePostgresStore({ sql })
  const inline = makeInlineProjections({ store, projections: [inlineCustomers] })
  const dispatcher = makeDispatcher({ store: inline.store, aggregates: [account], snapshots: store })
  const runtime = makeHandlerRuntime({ store, handlers: [customers] })
  return { store, inline, dispatcher, runtime }
}

const admin = connect({ max: 1 })
let database: Awaited<ReturnType<typeof freshDatabase>>
let sql: postgres.Sql
beforeAll(async () => {
  database = await freshDatabase(admin)
  sql = connect({}, database.url)
  await migratedStore({ sql })
})
afterAll(async () => {
  await sql.end()
  await database.drop()
  await admin.end()
})

describe('the SQL of docs/postgres.md that erases personal data', () => {
  it('leaves a stream that commands, rebuilds and inline views read, without the data', async () => {
    const before = startProcess(sql)
    await right(before.runtime.start)
    await right(before.inline.open)
    for (const [id, customer] of [
      ['17', 'Ada'],
      ['18', 'Bob'],
    ] as const) {
      await right(before.dispatcher.dispatch({ type: 'Open', data: { id, customer } }))
      for (let i = 0; i < 3; i++) await right(before.dispatcher.dispatch({ type: 'Deposit', data: { id } }))
    }
    await until(async () => (await sql`select from foldlog.snapshots`).length === 2)
    await before.runtime.stop()

    const one = connect({ max: 1 }, database.url)
    await one.unsafe(documentedSql('Changing what cannot be changed')[0] ?? '')
    await one.end()

    const after = startProcess(sql)
    await right(after.runtime.start)
    await right(after.inline.open)
    await right(after.dispatcher.dispatch({ type: 'Deposit', data: { id: '17' } }))
    await right(after.runtime.rebuild(customers.name))
    await right(after.inline.rebuild(inlineCustomers.name))
    const viewOf = async (projection: typeof customers | typeof inlineCustomers, id: string) =>
      O.toUndefined(await right(Views.make(projection, after.store).get(`account-${id}`)))
    await until(async () => JSON.stringify((await viewOf(customers, '17')) ?? null).includes('erased'))
    for (const projection of [customers, inlineCustomers]) {
      expect(await viewOf(projection, '17')).toMatchObject({ customer: 'erased', sum: 4 })
      expect(await viewOf(projection, '18')).toMatchObject({ customer: 'Bob', sum: 3 })
    }
    const log = await readWholeLog(after.store)
    expect(JSON.stringify(log)).not.toContain('Ada')
    expect(log.filter(({ stream }) => stream === streamNamed('account-17')).map(({ data }) => data)).toEqual([
      { customer: 'erased', email: 'erased@example.org', tariff: 'basic' },
      ...Array.from({ length: 4 }, () => ({ amount: 1 })),
    ])
    expect(JSON.stringify(await sql`select state from foldlog.snapshots`)).not.toContain('Ada')
    await after.runtime.stop()
    await expect(sql`delete from foldlog.events`).rejects.toMatchObject({ code: 'FL002' })
  })
})
