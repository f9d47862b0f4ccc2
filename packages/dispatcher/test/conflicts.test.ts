import { StreamName } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { limitRetries } from 'retry-ts'
import { add, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const two = () => {
  const observed = recordCalls(makeMemoryStore())
  const one = makeDispatcher({ store: observed.store, aggregates: [counter] })
  const other = makeDispatcher({ store: observed.store, aggregates: [counter] })
  return { observed, one, other }
}

describe('two dispatchers on one stream', () => {
  it('a stale cache costs a read of the missing events, and causes no wrong decision', async () => {
    const { observed, one, other } = two()
    await one.dispatch(add('a', 5))()
    await other.dispatch(add('a', -5))()
    observed.clear()
    expect(await one.dispatch(add('a', 2))()).toMatchObject({ right: { version: 3 } })
    expect(observed.roundTrips()).toEqual(['append', 'readStream', 'append'])
  })

  it('a command that a stale cache would refuse is decided on the current state', async () => {
    const { observed, one, other } = two()
    await one.dispatch(add('a', 1))()
    await other.dispatch(add('a', 9))()
    observed.clear()
    expect(await one.dispatch(add('a', -10))()).toMatchObject({ right: { version: 3 } })
    expect(observed.roundTrips()).toEqual(['readStream', 'append'])
  })

  it('a refusal contains the current value', async () => {
    const { one, other } = two()
    await one.dispatch(add('a', 1))()
    await other.dispatch(add('a', 9))()
    expect(await one.dispatch(add('a', -11))()).toEqual(E.left({ _tag: 'BelowZero', value: 10 }))
  })

  it('a thousand increments from four make a thousand', async () => {
    const store = makeMemoryStore()
    const four = Array.from({ length: 4 }, () => makeDispatcher({ store, aggregates: [counter] }))
    const results = await Promise.all(
      four.flatMap(({ dispatch }) => Array.from({ length: 250 }, () => dispatch(add('a', 1))())),
    )
    expect(results.filter(E.isLeft)).toEqual([])
    expect(await four[0]?.load(counter, 'a')()).toMatchObject({ right: { state: { value: 1000 }, version: 1000 } })
    expect(new Set(results.map((r) => (E.isRight(r) ? r.right.version : 0))).size).toBe(1000)
  })

  it('a policy that stops retrying returns the last conflict', async () => {
    const observed = recordCalls(makeMemoryStore())
    const store = {
      ...observed.store,
      append: () => TE.left({ _tag: 'VersionConflict', stream: 'counter-a', expected: 0, actual: 7 } as never),
    }
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], retry: limitRetries(3) })
    expect(await dispatch(add('a', 1))()).toMatchObject({ left: { _tag: 'VersionConflict', actual: 7 } })
    expect(observed.roundTrips().length).toBe(5)
  })
})

describe('a store in trouble', () => {
  it('its error is passed on to all waiting commands, and the cached state is dropped', async () => {
    const memory = makeMemoryStore()
    let broken = false
    const observed = recordCalls(memory)
    const store = {
      ...observed.store,
      append: (append: Parameters<typeof memory.append>[0]) =>
        broken ? TE.left(storeUnavailable('gone', true, undefined)) : observed.store.append(append),
    }
    const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
    await dispatch(add('a', 1))()
    broken = true
    const results = await Promise.all([dispatch(add('a', 1))(), dispatch(add('a', -9))()])
    expect(results).toMatchObject([{ left: { _tag: 'StoreUnavailable' } }, { left: { _tag: 'StoreUnavailable' } }])
    broken = false
    observed.clear()
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 2 } })
    expect(observed.roundTrips()).toEqual(['readStream', 'append'])
  })

  it('a store that throws, against its contract, leaves no caller waiting', async () => {
    const store = { ...makeMemoryStore(), readStream: () => () => Promise.reject(new Error('against the contract')) }
    const { dispatch, load } = makeDispatcher({ store, aggregates: [counter] })
    expect(await dispatch(add('a', 1))()).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: false } })
    expect(await load(counter, 'a')()).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: false } })
  })

  it('a stream that became shorter is folded again', async () => {
    let store = makeMemoryStore()
    const behind = new Proxy(store, { get: (_target, name) => Reflect.get(store, name) })
    const { dispatch, load } = makeDispatcher({ store: behind, aggregates: [counter] })
    await dispatch(add('a', 1))()
    await dispatch(add('a', 1))()
    store = makeMemoryStore()
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 0, state: { value: 0 } } })
    expect(await dispatch(add('a', 5))()).toMatchObject({ right: { version: 1 } })
    const name = StreamName.make('counter', 'a')
    expect(E.isRight(name)).toBe(true)
  })
})
