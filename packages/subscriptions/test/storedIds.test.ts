import { readFileSync } from 'node:fs'
import {
  Aggregate,
  type BoundaryStore,
  EventCodec,
  EventId,
  type EventOf,
  type Json,
  type JsonRecord,
  StreamName,
} from '@foldlog/core'
import { type DispatchContext, makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { makeHandlerRuntime, ProcessManager, Reaction, type SendCommand } from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { right, startRuntime, until } from './fixtures.ts'

// The ids of events and of the commands of processes are derived, so no list of handled commands is stored: another
// derivation would do every stored command once more. The corpus was made by the code of commit 212f64b.

interface StoredEvent {
  readonly stream: string
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
  readonly metadata: JsonRecord
}

interface Add {
  readonly type: 'Add'
  readonly data: { readonly id: string; readonly by: number; readonly times?: number }
}

/** A command, who sent it, and its first result. */
interface StoredCommand {
  readonly by: 'caller' | 'event' | 'refusal' | 'timer'
  readonly command: Add
  readonly context: DispatchContext & { readonly commandId: string }
  readonly version?: number
  readonly ids?: ReadonlyArray<string>
  readonly error?: string
}

interface Corpus {
  readonly log: ReadonlyArray<StoredEvent>
  readonly commands: ReadonlyArray<StoredCommand>
  readonly documents: ReadonlyArray<{ readonly kind: 'command'; readonly key: string; readonly data: Json }>
}

// Written by the code of that commit.
const corpus = JSON.parse(readFileSync(new URL('./corpus/storedCommands.json', import.meta.url), 'utf8')) as Corpus

const events = EventCodec.make({ Added: t.strict({ by: t.number }) })

const counter = Aggregate.make({
  category: 'counter',
  events,
  commands: ['Add'],
  id: (command: Add) => command.data.id,
  decider: {
    initialState: 0,
    evolve: (n: number, { data }: EventOf<typeof events>) => n + data.by,
    decide: ({ data: { by, times = 1 } }: Add, n: number) =>
      n + by < 0
        ? E.left({ _tag: 'BelowZero' } as const)
        : E.right(Array.from({ length: times }, () => ({ type: 'Added', data: { by } }) as const)),
  },
})

const send = (id: string, by: number, times?: number): Reaction<Add> =>
  Reaction.send({ type: 'Add', data: { id, by, ...(times === undefined ? undefined : { times }) } })

/** The process manager whose commands are stored. */
const mirror = ProcessManager.make({
  name: 'mirror',
  from: [{ category: 'counter', events }],
  start: 'origin',
  key: ({ stream }) => (/^counter-[ab]$/.test(stream) ? stream : undefined),
  state: t.number,
  initialState: 0,
  evolve: (n) => n + 1,
  react: (_, input): ReadonlyArray<Reaction<Add>> => {
    if (input._tag !== 'EventHappened') return []
    const { by } = input.event.event.data
    if (by === 100) return [send('mirror', 1), send('mirror', 4, 3), send('refused', -1)]
    return by === 200 ? [send('unsent', 5)] : []
  },
})

type Store = Omit<MemoryStore, 'backup' | 'features' | keyof BoundaryStore>

/** Stores the log of the corpus as it was stored: an append with the ids of its events. */
const storeLog = async (store: Store): Promise<void> => {
  for (const { stream, id, ...event } of corpus.log) {
    const appended = await store.append({
      stream: right(StreamName.parse(stream)),
      expected: 'any',
      events: [{ ...event, id: right(EventId.parse(id)) }],
    })()
    right(appended)
  }
}

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 6, fetch_types: false, onnotice: () => {} })
const schemas: Array<string> = []
const closers: Array<() => Promise<void>> = []

const makePostgres = async (): Promise<Store> => {
  const schema = `stored_ids_${process.pid}_${schemas.length}`
  schemas.push(schema)
  right(await migrate({ sql, schema })())
  const store = makePostgresStore({ sql, schema })
  closers.push(store.stop)
  return store
}

afterAll(async () => {
  for (const close of closers) await close()
  for (const schema of schemas) await sql.unsafe(`drop schema "${schema}" cascade`)
  await sql.end()
})

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  'in memory': async () => makeMemoryStore(),
  'on Postgres': makePostgres,
}

describe.each(Object.entries(stores))('a log that an earlier version stored, %s', (_, makeStore) => {
  it('answers each of its commands with the first result, and stores nothing', async () => {
    const store = await makeStore()
    await storeLog(store)
    expect(corpus.commands.map(({ by }) => by)).toEqual(expect.arrayContaining(['caller', 'event', 'refusal', 'timer']))
    const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
    for (const { command, context, version, ids, error } of corpus.commands) {
      const done = await dispatch(command, context)()
      if (error !== undefined) expect(done).toMatchObject({ left: { _tag: error } })
      else {
        expect(done).toMatchObject({ right: { version, duplicate: true } })
        expect(right(done).events.map(({ id }) => id)).toEqual(ids)
      }
    }
    expect(right(await store.settledPosition())).toBe(corpus.log.length)
  })

  it('gets the same commands of a process manager that begins anew, and stores none of them twice', async () => {
    const store = await makeStore()
    await storeLog(store)
    const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
    const sent: Array<string> = []
    const repeated: Array<unknown> = []
    // The commands of the application are those of its aggregates.
    const sendOnce: SendCommand = (command, context) => async () => {
      const done = await dispatch(command as unknown as Add, context)()
      sent.push(context.commandId)
      if (E.isRight(done) && command.data !== undefined) repeated.push(done.right.duplicate)
      return done
    }
    const runtime = makeHandlerRuntime({ store, handlers: [mirror], dispatch: sendOnce })
    await startRuntime(runtime)
    const byEvents = corpus.commands.filter(({ by }) => by === 'event').map(({ context }) => context.commandId)
    const unsent = corpus.documents.map(({ data }) => Reflect.get(Object(data), 'commandId') as string)
    await until(() => sent.length === byEvents.length + unsent.length)
    expect(sent.toSorted()).toEqual([...byEvents, ...unsent].toSorted())
    // All but the one that was never sent.
    expect(repeated.filter((duplicate) => duplicate === false)).toHaveLength(unsent.length)
    await runtime.stop()
  })

  it('has a command that was not sent, which is sent with the id that was stored', async () => {
    const store = await makeStore()
    await storeLog(store)
    const ref = { name: 'mirror', generation: 1_000_000 }
    right(await store.register({ ...ref, partitions: 1, start: 0 })())
    const heartbeat = { ...ref, member: 'earlier', leaseTime: 60_000, capacity: 1, report: null }
    const lease = right(await store.heartbeat([heartbeat])())[0]?.leases[0]
    if (lease === undefined) throw new Error('there is no lease')
    right(await store.commit([{ ...lease, position: corpus.log.length, changes: corpus.documents }])())
    right(await store.heartbeat([{ ...heartbeat, capacity: 0 }])())
    right(await store.release([lease])())
    const sent: Array<string> = []
    const dispatch: SendCommand = (_command, { commandId }) => {
      sent.push(commandId)
      return TE.right(undefined)
    }
    const runtime = makeHandlerRuntime({ store, handlers: [mirror], dispatch })
    await startRuntime(runtime)
    await until(() => sent.length > 0)
    await runtime.stop()
    expect(sent).toEqual(corpus.documents.map(({ data }) => Reflect.get(Object(data), 'commandId')))
  })
})
