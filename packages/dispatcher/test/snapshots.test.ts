import { Logger, type StreamName } from '@foldlog/core'
import { type Snapshot, storeUnavailable } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { add, counterWithSnapshots } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

type Facts = Readonly<Record<string, unknown>>

const filled = async (events: number, aggregate = counterWithSnapshots()) => {
  const store = makeMemoryStore()
  const dispatcher = makeDispatcher({ store, aggregates: [aggregate], snapshots: store })
  for (let i = 0; i < events; i++) await dispatcher.dispatch(add('a', 1))()
  await dispatcher.stop()
  return store
}

const read = async (store: Awaited<ReturnType<typeof filled>>, schemaVersion = 1) => {
  const slice = await store.readFromSnapshot('counter-a' as never, schemaVersion)()
  return slice
}

describe('snapshots', () => {
  it('one is saved when enough events were added, and stop waits for it', async () => {
    expect(await read(await filled(9))).toMatchObject({ right: { snapshot: { _tag: 'None' } } })
    expect(await read(await filled(25))).toMatchObject({
      right: { snapshot: { value: { version: 20, state: { value: 20, notes: 0 } } }, page: { events: { length: 5 } } },
    })
  })

  it('a cold state is the snapshot and the events behind it', async () => {
    const store = await filled(25)
    const dispatcher = makeDispatcher({ store, aggregates: [counterWithSnapshots()], snapshots: store })
    expect(await dispatcher.load(counterWithSnapshots(), 'a')()).toMatchObject({
      right: { version: 25, state: { value: 25 } },
    })
  })

  it('one of another shape, or that its codec rejects, is ignored and replaced', async () => {
    const store = await filled(25)
    const other = counterWithSnapshots({ schemaVersion: 2 })
    const dispatcher = makeDispatcher({ store, aggregates: [other], snapshots: store })
    expect(await dispatcher.dispatch(add('a', 1))()).toMatchObject({ right: { version: 26 } })
    await dispatcher.stop()
    expect(await read(store, 2)).toMatchObject({
      right: { snapshot: { value: { version: 26, state: { value: 26 } } } },
    })

    const strange = await filled(3)
    const bad: Snapshot = { stream: 'counter-a' as never, version: 2, schemaVersion: 1, state: { value: 'many' } }
    await strange.saveSnapshot(bad)()
    const again = makeDispatcher({ store: strange, aggregates: [counterWithSnapshots()], snapshots: strange })
    expect(await again.load(counterWithSnapshots(), 'a')()).toMatchObject({
      right: { version: 3, state: { value: 3 } },
    })
  })

  it('one that is ahead of its stream is ignored: the log was restored, the snapshots were not', async () => {
    const ahead = await filled(25)
    const store = await filled(3)
    const snapshots = {
      ...store,
      readFromSnapshot: (stream: StreamName, schemaVersion: number) => async () => {
        const read = await ahead.readFromSnapshot(stream, schemaVersion)()
        const slice = await store.readStream(stream, { from: 21 })()
        return E.isRight(read) && E.isRight(slice) ? E.right({ ...read.right, page: slice.right }) : read
      },
    }
    const { load, dispatch } = makeDispatcher({ store, aggregates: [counterWithSnapshots()], snapshots })
    expect(await load(counterWithSnapshots(), 'a')()).toMatchObject({ right: { version: 3, state: { value: 3 } } })
    const cold = makeDispatcher({ store, aggregates: [counterWithSnapshots()], snapshots })
    expect(await cold.dispatch(add('a', -4))()).toEqual(E.left({ _tag: 'BelowZero', value: 3 }))
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 4 } })
  })

  it('a long stream behind a snapshot is read to its end', async () => {
    const store = await filled(10)
    const plain = makeDispatcher({ store, aggregates: [counterWithSnapshots({ every: 100_000 })], snapshots: store })
    await plain.dispatch({ type: 'AddTwice', data: { id: 'a', by: 1, times: 2_500 } })()
    const observed = recordCalls(store)
    const cold = makeDispatcher({
      store: observed.store,
      aggregates: [counterWithSnapshots()],
      snapshots: observed.store,
    })
    expect(await cold.load(counterWithSnapshots(), 'a')()).toMatchObject({
      right: { version: 2_510, state: { value: 2_510 } },
    })
    expect(observed.roundTrips()).toEqual(['readFromSnapshot', 'readStream', 'readStream'])
  })

  it('one that cannot be saved costs nothing but a warning', async () => {
    const warnings: Array<string> = []
    const logger = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (message: string) => void warnings.push(message),
    }
    const store = makeMemoryStore()
    const failing = { ...store, saveSnapshot: () => TE.left(storeUnavailable('full', true, undefined)) }
    const dispatcher = makeDispatcher({
      store,
      aggregates: [counterWithSnapshots({ every: 1 })],
      snapshots: failing,
      logger,
    })
    expect(await dispatcher.dispatch(add('a', 1))()).toMatchObject({ right: { version: 1 } })
    const odd = counterWithSnapshots({
      every: 1,
      codec: new t.Type(
        'odd',
        (_u): _u is never => false,
        t.success as never,
        () => {
          throw new Error('not today')
        },
      ) as never,
    })
    const other = makeDispatcher({ store, aggregates: [odd], snapshots: store, logger })
    expect(await other.dispatch(add('a', 1))()).toMatchObject({ right: { version: 2 } })
    const throwing = {
      ...store,
      saveSnapshot: () => {
        throw new Error('against the contract')
      },
    }
    const third = makeDispatcher({
      store,
      aggregates: [counterWithSnapshots({ every: 1 })],
      snapshots: throwing,
      logger,
    })
    expect(await third.dispatch(add('a', 1))()).toMatchObject({ right: { version: 3 } })
    await dispatcher.stop()
    await other.stop()
    await third.stop()
    expect(warnings).toEqual(Array.from({ length: 3 }, () => 'cannot save a snapshot'))
  })

  it('one that its own codec rejects is not saved: every process would read it in vain', async () => {
    const warnings: Array<unknown> = []
    const logger = { ...Logger.silent, warn: (message: string, { why }: Facts) => void warnings.push([message, why]) }
    const few = t.refinement(t.number, (n) => n < 2, 'Few')
    const aggregate = counterWithSnapshots({ every: 1, codec: t.strict({ value: few, notes: t.number }) })
    const store = makeMemoryStore()
    for (const version of [1, 2]) {
      const dispatcher = makeDispatcher({ store, aggregates: [aggregate], snapshots: store, logger })
      expect(await dispatcher.dispatch(add('a', 1))()).toMatchObject({ right: { version } })
      await dispatcher.stop()
    }
    expect(await read(store)).toMatchObject({ right: { snapshot: { value: { version: 1, state: { value: 1 } } } } })
    expect(warnings).toEqual([['cannot save a snapshot', [{ path: 'state.value', why: 'expected Few, got 2' }]]])
  })
})
