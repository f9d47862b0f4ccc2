import { type EventStore, StreamName } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, type CounterCommand, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const dispatcherOn = (store: EventStore) => makeDispatcher({ store, aggregates: [counter] })

const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

describe.each(['17', ulid, 'with "quotes", ümlaut 🦊'])('the command id %s', (commandId) => {
  it('returns the first result again, also after later events, and in another dispatcher', async () => {
    const store = makeMemoryStore()
    const one = dispatcherOn(store)
    const first = await one.dispatch(add('a', 5), { commandId, correlationId: 'first' })()
    await one.dispatch(add('a', 1))()
    const again = await one.dispatch(add('a', 5), { commandId, correlationId: 'second' })()
    const elsewhere = await dispatcherOn(store).dispatch(add('a', 5), { commandId })()
    if (E.isLeft(first)) throw new Error('unreachable')
    expect(first.right.duplicate).toBe(false)
    expect(again).toEqual(E.right({ ...first.right, duplicate: true }))
    expect(elsewhere).toEqual(E.right({ ...first.right, duplicate: true }))
    expect(await one.load(counter, 'a')()).toMatchObject({ right: { state: { value: 6 }, version: 2 } })
  })

  it('returns the first result although it would be refused now', async () => {
    const one = dispatcherOn(makeMemoryStore())
    await one.dispatch(add('a', 5))()
    const first = await one.dispatch(add('a', -5), { commandId })()
    const again = await one.dispatch(add('a', -5), { commandId })()
    expect(first).toMatchObject({ right: { version: 2, duplicate: false } })
    expect(again).toMatchObject({ right: { version: 2, duplicate: true, events: [{ version: 2 }] } })
  })
})

describe('idempotent commands', () => {
  it('the first result is returned, whatever the data of the second command', async () => {
    const one = dispatcherOn(makeMemoryStore())
    const twice = (times: number): CounterCommand => ({ type: 'AddTwice', data: { id: 'a', by: 1, times } })
    await one.dispatch(twice(3), { commandId: '1' })()
    for (const times of [1, 9]) {
      const again = await one.dispatch(twice(times), { commandId: '1' })()
      expect(again).toMatchObject({ right: { version: 3, duplicate: true } })
      expect(E.isRight(again) ? again.right.events.length : again).toBe(3)
    }
  })

  it.each([1, 3, 4, 5, 1003, 1004, 1005, 2500])('all of its %d events come back', async (times) => {
    const store = makeMemoryStore()
    const command: CounterCommand = { type: 'AddTwice', data: { id: 'a', by: 1, times } }
    const first = await dispatcherOn(store).dispatch(command, { commandId: '1' })()
    const again = await dispatcherOn(store).dispatch(command, { commandId: '1' })()
    if (E.isLeft(first) || E.isLeft(again)) throw new Error('unreachable')
    expect(again.right.events).toEqual(first.right.events)
    expect(again.right.events.map(({ version }) => version)).toEqual(Array.from({ length: times }, (_, i) => i + 1))
  })

  it('many at once, with others between, in two dispatchers: each is handled once', async () => {
    const store = makeMemoryStore()
    const dispatchers = [dispatcherOn(store), dispatcherOn(store)]
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => i).flatMap((i) =>
        dispatchers.flatMap(({ dispatch }) => [
          dispatch(add('a', 1), { commandId: `c${i % 10}` })(),
          dispatch(add('a', 100))(),
        ]),
      ),
    )
    expect(results.filter(E.isLeft)).toEqual([])
    expect(await dispatchers[0]?.load(counter, 'a')()).toMatchObject({ right: { state: { value: 10 + 40 * 100 } } })
    const firsts = results.filter((r) => E.isRight(r) && r.right.commandId.startsWith('c') && !r.right.duplicate)
    expect(firsts.length).toBe(10)
  })

  it('the same id on another stream is another command', async () => {
    const one = dispatcherOn(makeMemoryStore())
    expect(await one.dispatch(add('a', 1), { commandId: '1' })()).toMatchObject({ right: { duplicate: false } })
    expect(await one.dispatch(add('b', 1), { commandId: '1' })()).toMatchObject({ right: { duplicate: false } })
  })

  it('a refused command stores nothing: with the same id it may succeed later', async () => {
    const one = dispatcherOn(makeMemoryStore())
    expect(await one.dispatch(add('a', -5), { commandId: '1' })()).toEqual(E.left({ _tag: 'BelowZero', value: 0 }))
    await one.dispatch(add('a', 5))()
    expect(await one.dispatch(add('a', -5), { commandId: '1' })()).toMatchObject({
      right: { version: 2, duplicate: false },
    })
  })

  it('the first result is returned although the stream is deleted by now', async () => {
    const store = makeMemoryStore()
    await dispatcherOn(store).dispatch(add('a', 1), { commandId: '1' })()
    const name = StreamName.make('counter', 'a')
    if (E.isLeft(name)) throw new Error('unreachable')
    await store.deleteStream(name.right, 'any')()
    const after = dispatcherOn(store)
    expect(await after.dispatch(add('a', 1), { commandId: '1' })()).toMatchObject({
      right: { version: 1, duplicate: true },
    })
    expect(await after.dispatch(add('a', 1), { commandId: '2' })()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
  })

  it('a lost answer is not a duplicate: the store repeats its own append', async () => {
    const memory = makeMemoryStore()
    // The connection is lost after the append; the store sends it again, as the Postgres store does.
    const store: EventStore = {
      ...memory,
      append: (append) => async () => {
        await memory.append(append)()
        return memory.append(append)()
      },
    }
    const { dispatch, load } = dispatcherOn(store)
    const results = await Promise.all([dispatch(add('a', 1))(), dispatch(add('a', -7))(), dispatch(add('a', 2))()])
    expect(results).toMatchObject([
      { right: { version: 1, duplicate: false } },
      { left: { _tag: 'BelowZero' } },
      { right: { version: 2, duplicate: false } },
    ])
    expect(await load(counter, 'a')()).toMatchObject({ right: { state: { value: 3 } } })
  })

  it('a duplicate costs one lookup, and so does a batch of duplicates', async () => {
    const memory = makeMemoryStore()
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => dispatcherOn(memory).dispatch(add('a', 1), { commandId: `${i}` })()),
    )
    const observed = recordCalls(memory)
    const { dispatch } = dispatcherOn(observed.store)
    await Promise.all(Array.from({ length: 50 }, (_, i) => dispatch(add('a', 1), { commandId: `${i}` })()))
    expect(observed.roundTrips()).toEqual(['readStream', 'append', 'findEvents'])
  })
})
