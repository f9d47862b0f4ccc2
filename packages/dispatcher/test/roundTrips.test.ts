import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, counter, counterWithSnapshots } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const started = (aggregate = counter) => {
  const observed = recordCalls(makeMemoryStore())
  const dispatcher = makeDispatcher({ store: observed.store, aggregates: [aggregate], snapshots: observed.store })
  return { ...observed, ...dispatcher }
}

describe('round trips', () => {
  it('a cold command costs two, a cached one costs one', async () => {
    const { dispatch, roundTrips: trips, clear } = started()
    await dispatch(add('a', 1))()
    expect(trips()).toEqual(['readStream', 'append'])
    clear()
    await dispatch(add('a', 1))()
    expect(trips()).toEqual(['append'])
  })

  it('with a snapshot, a cold command costs two as well', async () => {
    const { dispatch, roundTrips: trips } = started(counterWithSnapshots())
    await dispatch(add('a', 1))()
    expect(trips()).toEqual(['readFromSnapshot', 'append'])
  })

  it('64 commands waiting for one stream cost one read and one append', async () => {
    const { dispatch, roundTrips: trips } = started()
    const results = await Promise.all(Array.from({ length: 64 }, () => dispatch(add('a', 1))()))
    expect(results.every(E.isRight)).toBe(true)
    expect(results.map((r) => (E.isRight(r) ? r.right.version : 0))).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 1),
    )
    expect(trips()).toEqual(['readStream', 'append'])
  })

  it('commands that arrive during an append are appended together after it', async () => {
    let open = (): void => {}
    const held = new Promise<void>((resolve) => {
      open = resolve
    })
    const observed = recordCalls(makeMemoryStore(), (name, count) =>
      name === 'append' && count === 1 ? held : Promise.resolve(),
    )
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter] })
    const first = dispatch(add('a', 1))()
    while (!observed.roundTrips().includes('append')) await new Promise(setImmediate)
    const others = Array.from({ length: 63 }, () => dispatch(add('a', 1))())
    open()
    const results = await Promise.all([first, ...others])
    expect(results.every(E.isRight)).toBe(true)
    expect(observed.roundTrips()).toEqual(['readStream', 'append', 'append'])
  })

  it('no more commands than the limit are appended together', async () => {
    const observed = recordCalls(makeMemoryStore())
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter], limits: { batchSize: 10 } })
    await Promise.all(Array.from({ length: 25 }, () => dispatch(add('a', 1))()))
    expect(observed.roundTrips()).toEqual(['readStream', 'append', 'append', 'append'])
  })

  it('streams do not wait for each other', async () => {
    const never = new Promise<void>(() => {})
    const observed = recordCalls(makeMemoryStore(), (name, count) =>
      name === 'append' && count === 1 ? never : Promise.resolve(),
    )
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter] })
    void dispatch(add('stuck', 1))()
    while (!observed.roundTrips().includes('append')) await new Promise(setImmediate)
    expect(E.isRight(await dispatch(add('free', 1))())).toBe(true)
  })

  it('nothing runs before the TaskEither is called', async () => {
    const { dispatch, roundTrips: trips } = started()
    const task = dispatch(add('a', 1))
    await new Promise(setImmediate)
    expect(trips()).toEqual([])
    await task()
    expect(trips()).toEqual(['readStream', 'append'])
  })
})
