import type { HistoryId, StreamName } from '@foldlog/core'
import { rewoundConflict, versionConflict } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const stream = 'counter-a' as StreamName // Reads category-id.

const historyOf = async ({ history }: MemoryStore): Promise<HistoryId> => {
  const found = await history()
  if (E.isLeft(found)) throw new Error('unreachable')
  return found.right
}

/** Begins a new history in which nothing is lost, as a restart of a server does. */
const restart = (memory: MemoryStore): void => memory.backup()()

const make = () => {
  const memory = makeMemoryStore()
  const observed = recordCalls(memory)
  return { memory, ...observed, ...makeDispatcher({ store: observed.store, aggregates: [counter] }) }
}

/** Another process on the same log. */
const beside = (memory: MemoryStore) => makeDispatcher({ store: memory, aggregates: [counter] })

/** Version 1 is shared. Version 2 of `history` is lost, and the log has another version 2. */
const metAgain = async () => {
  const one = make()
  await one.dispatch(add('a', 1))()
  const restore = one.memory.backup()
  await one.dispatch(add('a', 10))()
  const history = await historyOf(one.memory)
  restore()
  await beside(one.memory).dispatch(add('a', 100))()
  return { ...one, history }
}

describe('a caller that names the history of its expected version', () => {
  it('is refused when that version is lost and another one has its number, and nothing is written', async () => {
    const { memory, dispatch, load, history } = await metAgain()
    for (const any of [dispatch, beside(memory).dispatch])
      expect(await any(add('a', 1), { expected: 2, history })()).toEqual(E.left(rewoundConflict(stream, 2, 2)))
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 2, state: { value: 101 } } })
  })

  it('is not protected without the history: only the number is compared', async () => {
    const { dispatch } = await metAgain()
    expect(await dispatch(add('a', 1), { expected: 2 })()).toMatchObject({ right: { version: 3 } })
  })

  it('gets a decision with the version and the history of what was loaded', async () => {
    const { dispatch, load } = await metAgain()
    const loaded = await load(counter, 'a')()
    if (E.isLeft(loaded)) throw new Error('unreachable')
    const { version: expected, history } = loaded.right
    expect(await dispatch(add('a', 1), { expected, history })()).toMatchObject({ right: { version: 3 } })
  })

  it.each([1, 2, 3])('gets a decision when nothing was lost, after %i restarts', async (restarts) => {
    const { memory, dispatch } = make()
    await dispatch(add('a', 1))()
    const history = await historyOf(memory)
    for (let i = 0; i < restarts; i++) restart(memory)
    for (const { dispatch: any } of [{ dispatch }, beside(memory)]) {
      const refused = await any(add('a', -99), { expected: 1, history })()
      expect(refused).toMatchObject({ left: { _tag: 'BelowZero' } })
    }
    expect(await dispatch(add('a', 1), { expected: 1, history })()).toMatchObject({ right: { version: 2 } })
  })

  it('gets a decision on a version that both histories share', async () => {
    const { memory, dispatch } = make()
    await dispatch(add('a', 1))()
    const history = await historyOf(memory)
    const restore = memory.backup()
    await dispatch(add('a', 10))()
    restore()
    await beside(memory).dispatch(add('b', 1))()
    expect(await dispatch(add('a', 1), { expected: 1, history })()).toMatchObject({ right: { version: 2 } })
  })

  it('may know a newer history than the process it calls', async () => {
    const { memory, dispatch } = make()
    await dispatch(add('a', 1))()
    restart(memory)
    const done = await beside(memory).dispatch(add('a', 1))()
    if (E.isLeft(done)) throw new Error('unreachable')
    const { version: expected, history = '' } = done.right
    expect(await dispatch(add('a', 1), { expected, history })()).toMatchObject({ right: { version: 3 } })
  })

  it('cannot have seen an event that is decided in the same batch', async () => {
    const { memory, dispatch, load } = await metAgain()
    await load(counter, 'a')()
    const old = await historyOf(memory)
    restart(memory)
    await load(counter, 'a')()
    // The others wait for the first one, and are one batch. Version 4 is made in it, and is in no other history.
    const done = await Promise.all([
      dispatch(add('a', 1))(),
      dispatch(add('a', 1))(),
      dispatch(add('a', 1), { expected: 4, history: old })(),
    ])
    expect(done.slice(0, 2)).toMatchObject([{ right: { version: 3 } }, { right: { version: 4 } }])
    expect(done[2]).toEqual(E.left(rewoundConflict(stream, 4, 4)))
  })

  it('is refused alone: the others of the batch are handled', async () => {
    const { dispatch, history } = await metAgain()
    const done = await Promise.all([
      dispatch(add('a', 1), { expected: 2, history })(),
      dispatch(add('a', 1))(),
      dispatch(add('a', 1), { expected: 7, history })(),
    ])
    expect(done).toMatchObject([{ left: { rewound: true } }, { right: { version: 3 } }, { left: { expected: 7 } }])
    expect(done[2]).toEqual(E.left(versionConflict(stream, 7, 3)))
  })

  it('gets the first result of a handled command, although its version is lost', async () => {
    const { dispatch, history } = await metAgain()
    await dispatch(add('a', 1), { commandId: '1' })()
    const again = await dispatch(add('a', 1), { commandId: '1', expected: 3, history })()
    expect(again).toMatchObject({ right: { version: 3, duplicate: true } })
  })

  it('costs nothing when the history is the current one', async () => {
    const { memory, dispatch, roundTrips: trips, clear } = make()
    await dispatch(add('a', 1))()
    clear()
    await dispatch(add('a', 1), { expected: 1, history: await historyOf(memory) })()
    expect(trips()).toEqual(['append'])
  })

  it('gets an error when the history is invalid, and is refused when the log does not know it', async () => {
    const { dispatch } = make()
    await dispatch(add('a', 1))()
    expect(await dispatch(add('a', 1), { expected: 1, history: 'a b' })()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'history' },
    })
    expect(await dispatch(add('a', 1), { expected: 1, history: 'unknown' })()).toEqual(
      E.left(rewoundConflict(stream, 1, 1)),
    )
  })

  it('expects nothing of a history with no events: the beginning is the same in all of them', async () => {
    const { dispatch } = make()
    expect(await dispatch(add('a', 1), { expected: 0, history: 'unknown' })()).toMatchObject({ right: { version: 1 } })
  })
})
