import { EventCodec, EventId, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { type AnyHandler, EventHandler, FailurePolicy, makeHandlerRuntime, ParkedEvent } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right, startRuntime, until } from './fixtures.ts'

const nextId = EventId.source({ now: Date.now, random: Math.random })
const stream = right(StreamName.make('account', '1'))
const Data = t.strict({ n: t.number })

/** The codec of the code before a deployment, and the one after it: a type has another stored name, one is split. */
const before = EventCodec.make({ Opened: Data, Closed: Data, Moved: Data })
const after = EventCodec.make(
  {
    Opened: F.pipe(
      EventCodec.version(1, Data),
      EventCodec.upcast(2, Data, (data) => data, { name: 'AccountOpened' }),
    ),
    Closed: Data,
    Sent: Data,
    Received: Data,
  },
  {
    retired: [
      EventCodec.split(
        { type: 'Moved', schemaVersion: 1 },
        Data,
        [
          { type: 'Sent', schemaVersion: 1 },
          { type: 'Received', schemaVersion: 1 },
        ],
        (data) => [
          { type: 'Sent', schemaVersion: 1, data },
          { type: 'Received', schemaVersion: 1, data },
        ],
      ),
    ],
  },
)

const append = async (store: MemoryStore, type: string, n: number, schemaVersion = 1): Promise<number> => {
  const event = { type, schemaVersion, data: { n }, id: nextId(), metadata: {} }
  return right(await store.append({ stream, expected: 'any', events: [event] })()).positions[0] ?? 0
}

const recording = () => {
  const seen: Array<string> = []
  const note = ({
    event: { type, data },
  }: {
    readonly event: { readonly type: string; readonly data: { n: number } }
  }) => TE.fromIO(() => void seen.push(`${type} ${data.n}`))
  return { seen, note }
}

const common = { name: 'one', start: 'origin', onFailure: FailurePolicy.park } as const

/** Runs the handler until it has handled a position, and stops it. */
const handleUpTo = async (store: MemoryStore, handler: AnyHandler, position: number) => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: { leaseTime: 500 } })
  await startRuntime(runtime)
  const handled = await runtime.waitFor(['one'], position)()
  await runtime.stop()
  return handled
}

describe('a handler by type', () => {
  it('continues from its checkpoint when it gets a case, and handles the new type from there', async () => {
    const store = makeMemoryStore()
    const { seen, note } = recording()
    const from = [{ category: 'account', events: before }] as const
    await append(store, 'Opened', 1)
    right(
      await handleUpTo(
        store,
        EventHandler.byType({ ...common, from, on: { Opened: note } }),
        await append(store, 'Closed', 2),
      ),
    )
    await append(store, 'Opened', 3)
    const last = await append(store, 'Closed', 4)
    right(await handleUpTo(store, EventHandler.byType({ ...common, from, on: { Opened: note, Closed: note } }), last))
    expect(seen).toEqual(['Opened 1', 'Opened 3', 'Closed 4'])
  })

  it('keeps its identity when its codec gains a stored name, and gets renamed and split events', async () => {
    const store = makeMemoryStore()
    const { seen, note } = recording()
    const first = EventHandler.byType({
      ...common,
      from: [{ category: 'account', events: before }],
      on: { Opened: note },
    })
    right(await handleUpTo(store, first, await append(store, 'Opened', 1)))
    await append(store, 'Opened', 2)
    await append(store, 'AccountOpened', 3, 2)
    const last = await append(store, 'Moved', 4)
    const second = EventHandler.byType({
      ...common,
      from: [{ category: 'account', events: after }],
      on: { Opened: note, Received: note },
    })
    right(await handleUpTo(store, second, last))
    expect(seen).toEqual(['Opened 1', 'Opened 2', 'Opened 3', 'Received 4'])
  })

  it('parks in older code an event that only a newer codec can decode, and the newer code handles it', async () => {
    const store = makeMemoryStore()
    const { seen, note } = recording()
    const older = EventHandler.byType({
      ...common,
      from: [{ category: 'account', events: before }],
      on: { Opened: note },
    })
    const last = await append(store, 'AccountOpened', 1, 2)
    right(await handleUpTo(store, older, last))
    const [parked] = right(await ParkedEvent.list(store, 'one')())
    expect(parked?.type).toBe('AccountOpened')
    const newer = EventHandler.byType({
      ...common,
      from: [{ category: 'account', events: after }],
      on: { Opened: note },
    })
    const runtime = makeHandlerRuntime({ store, handlers: [newer], limits: { leaseTime: 500, pollInterval: 5 } })
    await startRuntime(runtime)
    if (parked !== undefined) right(await ParkedEvent.retry(store, parked)())
    await until(() => seen.length === 1)
    await runtime.stop()
    expect(seen).toEqual(['Opened 1'])
  })
})
