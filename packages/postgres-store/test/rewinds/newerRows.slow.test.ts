import { storeUnavailable } from '@foldlog/core/store'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { EventHandler, FailurePolicy, makeHandlerRuntime, recoverRewound, Views } from '@foldlog/subscriptions'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { constantDelay } from 'retry-ts'
import { type FreshStore, freshStore, until } from '../attack/freshStore.ts'
import { appendOne } from '../attack/openAppend.ts'
import { right } from '../fixtures.ts'
import { postgresRewinding } from '../postgresRewinding.ts'
import { counts, happened, limits, stopsOf } from './countingHandlers.ts'

/** A log that was restored alone: the rows of its handlers are newer. Checkpoints and notes did not go back with it. */
let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const ofHandlers = ['handlers', 'handler_generations', 'handler_partitions', 'handler_members', 'handler_documents']

const backup = () => postgresRewinding(fresh.watcher, fresh.schema, { except: ofHandlers }).backup()

/** Delivers the first event of one stream only when the gate is open; until then it is retried. */
const patient = (isOpen: () => boolean, seen: Array<string>) =>
  EventHandler.make({
    name: 'patient',
    from: [happened],
    start: 'origin',
    onFailure: FailurePolicy.make('park', constantDelay(20)),
    handle:
      ({ id, stream }) =>
      async () => {
        if (stream === 's-held' && !isOpen()) return E.left('not yet')
        seen.push(id)
        return E.right(undefined)
      },
  })

type Handlers = Parameters<typeof makeHandlerRuntime>[0]['handlers']

const start = async (handlers: Handlers) => {
  const runtime = makeHandlerRuntime({ store: fresh.store, handlers, limits })
  await right(runtime.start)
  return runtime
}

const appendMany = async (count: number): Promise<number> => {
  let last = 0
  for (let n = 0; n < count; n++) last = await appendOne(fresh, `s-${n % 3}`)
  return last
}

const isStopped = (name: string) => until(async () => (await stopsOf(fresh, name)).length > 0)

/** Waits until the note of what is done beyond a checkpoint has this position. */
const isNoted = (name: string, position: number) =>
  until(async () => {
    const [serving] = await right(fresh.store.generations)
    const generation = serving?.generation ?? 1
    const { documents } = await right(fresh.store.listDocuments({ name, generation, kind: 'gaps' }))
    return documents.some(({ data }) => Number(Reflect.get(Object(data), 'doneTo')) >= position)
  })

const checkpointIs = (name: string, position: number) =>
  until(async () => (await right(fresh.store.checkpoints([name]))).positions[name] === position)

/** How many events each stream of the log has. */
const countsOfLog = async () => {
  const found: Record<string, number> = {}
  for (const { stream } of (await right(fresh.store.readLog({}))).events) found[stream] = (found[stream] ?? 0) + 1
  return found
}

const viewsOf = async () => Object.fromEntries((await right(Views.make(counts, fresh.store).list())).views)

/** Views that were made from lost events, and a handler that is stopped because of that. */
const viewsOfLostEvents = async () => {
  const common = await appendMany(5)
  const before = await start([counts])
  await checkpointIs('counts', common)
  const restore = await backup()
  await checkpointIs('counts', await appendMany(4))
  await before.stop()
  await restore()
  await appendMany(7)
  const runtime = await start([counts])
  await isStopped('counts')
  expect(await stopsOf(fresh, 'counts')).toMatchObject([{ history: null }])
  const [spoiled] = await right(fresh.store.generations)
  return { common, runtime, generation: spoiled?.generation ?? 0 }
}

describe('rows of handlers that are newer than the log', () => {
  it('have a checkpoint beyond the log: views are built again, and nothing leads back to those of lost events', async () => {
    const { common, runtime } = await viewsOfLostEvents()
    const report = await right(recoverRewound({ store: fresh.store, handlers: [counts], common }))
    expect(report.handlers).toMatchObject([{ outcome: 'rebuilt', common }])
    await until(async () => (await right(fresh.store.generations)).every(({ role }) => role === 'serving'))
    await right(runtime.waitFor(['counts'], await appendMany(1)))
    expect(await viewsOf()).toEqual(await countsOfLog())
    expect(await runtime.rollBack('counts')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await viewsOf()).toEqual(await countsOfLog())
    await runtime.stop()
  })

  it('are recovered once by several that do it at the same moment', async () => {
    const { common, runtime, generation } = await viewsOfLostEvents()
    const stores: ReadonlyArray<PostgresStore> = [1, 2, 3].map(() =>
      makePostgresStore({ sql: fresh.sql, schema: fresh.schema }),
    )
    const reports = await Promise.all(
      stores.map((store) => right(recoverRewound({ store, handlers: [counts], common }))),
    )
    const outcomes = reports.flatMap(({ handlers }) => handlers.map(({ outcome }) => outcome))
    expect(outcomes.filter((outcome) => outcome !== 'recoveredBefore')).toEqual(['rebuilt'])
    await until(async () => (await right(fresh.store.generations)).every(({ role }) => role === 'serving'))
    await right(runtime.waitFor(['counts'], await appendMany(1)))
    expect(await viewsOf()).toEqual(await countsOfLog())
    const [serving] = await right(fresh.store.generations)
    expect(serving?.generation).toBe(generation + 1)
    await runtime.stop()
    for (const store of stores) await store.stop()
  })

  it('are recovered by the next call when a call breaks off', async () => {
    const { common, runtime, generation } = await viewsOfLostEvents()
    const { store } = fresh
    const away = async () => E.left(storeUnavailable('cut off', true, undefined))
    for (const cut of [{ register: () => away }, { resetCheckpoints: () => away }]) {
      const broken = await recoverRewound({ store: { ...store, ...cut }, handlers: [counts], common })()
      expect(broken).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
      expect(await stopsOf(fresh, 'counts')).toHaveLength(1)
    }
    const report = await right(recoverRewound({ store, handlers: [counts], common }))
    expect(report.handlers).toMatchObject([{ outcome: 'rebuilt' }])
    // The build that the call which broke off has begun takes over, unless it has gone beyond the common position: its
    // checkpoints do not say from which history they are, so the next call begins another one. One generation is left.
    await until(async () => (await right(store.generations)).every(({ role }) => role === 'serving'))
    const left = await right(store.generations)
    expect(left).toHaveLength(1)
    expect(left[0]?.generation).toBeGreaterThan(generation)
    await right(runtime.waitFor(['counts'], await appendMany(1)))
    expect(await viewsOf()).toEqual(await countsOfLog())
    await runtime.stop()
  })

  it('skip no event when only a document of gaps does not fit the log', async () => {
    const seen: Array<string> = []
    let isOpen = false
    const handler = patient(() => isOpen, seen)
    const before = await start([handler])
    await appendMany(2)
    await appendOne(fresh, 's-held')
    const common = await appendMany(2)
    await isNoted('patient', common)
    const restore = await backup()
    await isNoted('patient', await appendMany(4))
    await before.stop()
    await restore()
    await appendMany(7)
    const runtime = await start([handler])
    await isStopped('patient')
    expect(await stopsOf(fresh, 'patient')).toMatchObject([{ common }])
    isOpen = true
    await right(recoverRewound({ store: fresh.store, handlers: [handler] }))
    await right(runtime.waitFor(['patient'], await appendMany(1)))
    const ids = (await right(fresh.store.readLog({}))).events.map(({ id }) => `${id}`)
    expect(ids.filter((id) => !seen.includes(id))).toEqual([])
    await runtime.stop()
  })
})
