import { EventId, type NewEvent, Tag } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime, ProcessManager, Projection } from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { added, right, startRuntime, streamOf, ThingEvent, things, until } from './fixtures.ts'

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 6, fetch_types: false, onnotice: () => {} })
const schema = `tag_filters_${process.pid}`

afterAll(async () => {
  await sql.unsafe(`drop schema if exists "${schema}" cascade`)
  await sql.end()
})

const onPostgres = async () => {
  right(await migrate({ sql, schema })())
  return makePostgresStore({ sql, schema })
}

const nextId = EventId.source({ now: Date.now, random: Math.random })
const [red, big] = [Tag.of('colour', 'red'), Tag.of('size', 'big')]
const eventOf = (n: number, tags: ReadonlyArray<Tag>): NewEvent => ({
  ...right(ThingEvent.encode(added(n))),
  id: nextId(),
  metadata: {},
  tags,
})

const nOf = ({ event }: { readonly event: ThingEvent }): number => (event.type === 'Added' ? event.data.n : 0)

describe.each([
  ['memory store', async () => makeMemoryStore()],
  ['Postgres store', onPostgres],
])('a filter with tags, on the %s', (_, makeStore) => {
  it('selects the events that have all of them, for every kind of handler', async () => {
    const store = await makeStore()
    const seen: Readonly<Record<'effect' | 'view' | 'process', Set<number>>> = {
      effect: new Set(),
      view: new Set(),
      process: new Set(),
    }
    const common = { from: [things], start: 'origin', filter: { tags: [red, big] } } as const
    const effect = EventHandler.make({
      ...common,
      name: 'effect',
      handle: (event) => TE.fromIO(() => void seen.effect.add(nOf(event))),
    })
    const view = Projection.make({
      ...common,
      name: 'view',
      view: t.number,
      key: ({ stream }) => stream,
      project: (before, event) => {
        seen.view.add(nOf(event))
        return (before ?? 0) + 1
      },
    })
    const process = ProcessManager.make({
      ...common,
      name: 'process',
      to: [],
      key: ({ stream }) => stream,
      state: t.number,
      initialState: 0,
      evolve: (n, input) => {
        if (input._tag === 'EventHappened') seen.process.add(nOf(input.event))
        return n + 1
      },
      react: () => [],
    })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [effect, view, process],
      dispatch: () => TE.right(undefined),
    })
    await startRuntime(runtime)
    const kinds = [[red], [big, red], [], [big], [red, big, Tag.of('size', 'small')], [Tag.of('colour', 'blue'), big]]
    for (const [n, tags] of [...kinds, [red, big]].entries()) {
      right(await store.append({ stream: streamOf(n), expected: 'any', events: [eventOf(n, tags)] })())
    }
    await until(() => Object.values(seen).every((own) => own.has(6)))
    await runtime.stop()
    for (const own of Object.values(seen)) expect([...own].sort()).toEqual([1, 4, 6])
  })
})
