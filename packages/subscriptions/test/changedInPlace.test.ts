import { Aggregate, EventCodec } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import {
  BatchHandler,
  EventHandler,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ProcessManager,
  Projection,
  Reaction,
  subscribe,
} from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { right, startRuntime } from './fixtures.ts'

// Code of the application that changes what it gets. What is stored, and what other code gets, stays as it is.

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 8, fetch_types: false, onnotice() {} })
const schemas: Array<string> = []

afterAll(async () => {
  for (const schema of schemas) await sql`drop schema if exists ${sql(schema)} cascade`
  await sql.end()
})

const onPostgres = async () => {
  const schema = `in_place_${process.pid}_${schemas.length}`
  schemas.push(schema)
  right(await migrate({ sql, schema })())
  return makePostgresStore({ sql, schema })
}

const stores = [
  { title: 'in memory', makeStore: async () => makeMemoryStore() },
  { title: 'on Postgres', makeStore: onPostgres },
]

/** Changes a value at every depth, as far as it can be changed, and in silence where it cannot. */
const spoil = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Date) {
    value.setTime(0)
    return
  }
  for (const key of Reflect.ownKeys(value)) {
    const part: unknown = Reflect.get(value, key)
    spoil(part)
    if (key !== 'length' && typeof part !== 'object') Reflect.set(value, key, 'spoilt')
  }
  Reflect.set(value, 'spoilt', true)
}

// Codecs that return what they are given: at all, and in the parts of what they copy.
const NotedEvent = EventCodec.make({ Noted: t.unknown, Listed: t.strict({ value: t.unknown }) })
type NotedEvent = { readonly type: 'Noted'; readonly data: unknown } | typeof listed
const listed = { type: 'Listed', data: { value: undefined as unknown } } as const

/** Nested JSON, an array of records among it, always the same. */
const values = [{ text: 'a', parts: [{ n: 1 }, { n: 2 }] }, ...fc.sample(fc.jsonValue(), { numRuns: 12, seed: 68 })]

const notes = Aggregate.make({
  category: 'note',
  commands: ['Note'],
  id: () => '1',
  events: NotedEvent,
  decider: {
    initialState: null,
    evolve: (state: null, event: NotedEvent) => {
      spoil(event)
      return state
    },
    decide: ({ data: { value } }: { readonly type: 'Note'; readonly data: { readonly value: unknown } }) =>
      E.right([
        { type: 'Noted' as const, data: structuredClone(value) },
        { type: 'Listed' as const, data: { value: structuredClone(value) } },
      ] as ReadonlyArray<NotedEvent>),
  },
})

/** What every function must get, and what must be stored. */
const wanted = values.flatMap((value) => [value, { value }])

interface Seen {
  readonly event: { readonly data: unknown }
  readonly recordedAt?: Date
  readonly metadata: unknown
}

/** Keeps what a function gets, then spoils it. */
const makeWitness = () => {
  const seen = new Map<string, Array<unknown>>()
  const keep = (name: string, one: Seen): void => {
    const list = seen.get(name) ?? []
    seen.set(name, list)
    list.push(structuredClone([one.event.data, one.recordedAt?.getTime(), one.metadata]))
    spoil(one)
  }
  return { seen, keep }
}

const handlersOf = (keep: (name: string, one: Seen) => void, extra: string) => {
  const common = { from: [notes], start: 'origin' as const }
  const done = TE.right<never, void>(undefined)
  return [
    EventHandler.make({
      ...common,
      name: `events ${extra}`,
      handle: (one) => {
        keep(`events ${extra}`, one)
        return done
      },
    }),
    BatchHandler.make({
      ...common,
      name: `batches ${extra}`,
      handle: (all) => {
        for (const one of all) keep(`batches ${extra}`, one)
        return done
      },
    }),
    Projection.make({
      ...common,
      name: `views ${extra}`,
      key: () => 'all',
      view: t.unknown,
      project: (_, one) => {
        keep(`views ${extra}`, one)
        return null
      },
    }),
    // Its key is asked for at once, before others get the page.
    Projection.make({
      ...common,
      name: `keys ${extra}`,
      key: (one) => {
        keep(`keys ${extra}`, one)
        return 'all'
      },
      view: t.unknown,
      project: () => null,
    }),
    ProcessManager.make({
      ...common,
      name: `processes ${extra}`,
      key: () => 'all',
      state: t.null,
      initialState: null,
      evolve: (state, input) => {
        if (input._tag === 'EventHappened') keep(`processes ${extra}`, input.event)
        return state
      },
      react: (_, input): ReadonlyArray<Reaction<never>> => {
        spoil(input)
        return [Reaction.cancel('none')]
      },
    }),
  ]
}

describe.each(stores)('code that changes what it gets, $title', ({ makeStore }) => {
  it('changes nothing that is stored, or that other code gets', async () => {
    const store = await makeStore()
    const { seen, keep } = makeWitness()
    const inline = ['x', 'y'].map((name) =>
      InlineProjection.make({
        name: `inline ${name}`,
        from: [notes],
        key: () => 'all',
        view: t.unknown,
        project: (_, one) => {
          keep(`inline ${name}`, one)
          return null
        },
      }),
    )
    const projections = makeInlineProjections({ store, projections: inline })
    right(await projections.open())
    const { dispatch } = makeDispatcher({ store: projections.store, aggregates: [notes] })
    const handlers = ['1', '2'].flatMap((extra) => handlersOf(keep, extra))
    const runtime = makeHandlerRuntime({
      store,
      handlers,
      limits: { pollInterval: 20, idleCommitInterval: 5 },
      dispatch: () => TE.right(undefined),
    })
    await startRuntime(runtime)
    const end = new AbortController()
    const subscribers = ['1', '2'].map(async (extra) => {
      for await (const one of subscribe({ store, start: 'origin', signal: end.signal, pollInterval: 20 })) {
        const event = right(one)
        keep(`subscriber ${extra}`, { event, recordedAt: event.recordedAt, metadata: event.metadata })
        if (seen.get(`subscriber ${extra}`)?.length === wanted.length) return
      }
    })
    const user = { name: 'u', roles: ['r'] }
    for (const value of values) right(await dispatch({ type: 'Note', data: { value } }, { user })())
    const position = right(await store.settledPosition())
    const names = handlers.map(({ name }) => name)
    right(await runtime.waitFor(names, position)())
    await Promise.all(subscribers)
    end.abort()
    await runtime.stop()
    const stored = right(await store.readLog({ filter: { categories: ['note'] } })()).events
    expect(stored.map(({ data }) => data)).toEqual(wanted)
    expect(stored.every(({ metadata }) => JSON.stringify(metadata.user) === JSON.stringify(user))).toBe(true)
    const all = stored.map(({ data, recordedAt, metadata }) => [data, recordedAt.getTime(), metadata])
    expect(seen.size).toBe(14)
    for (const [name, got] of seen) {
      const withoutTime = name.startsWith('inline') ? all.map(([data, , metadata]) => [data, undefined, metadata]) : all
      expect([name, got]).toEqual([name, withoutTime])
    }
  })
})
