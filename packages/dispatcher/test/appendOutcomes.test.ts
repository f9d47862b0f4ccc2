import { type Append, EventId, StreamName } from '@foldlog/core'
import { Limits, storeOverloaded, storeUnavailable, versionConflict } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { limitRetries } from 'retry-ts'
import { eventIdsOf } from '../src/internal/eventIdsOf.ts'
import { add, type CounterCommand, counter } from './counter.ts'
import { gate, makeCounterDispatcher, until } from './fixtures.ts'
import { recordCalls } from './RecordingStore.ts'

const gone = storeUnavailable('gone', true, undefined)

const nameOf = (id: string): StreamName => {
  const name = StreamName.make('counter', id)
  if (E.isLeft(name)) throw new Error(id)
  return name.right
}

const twice = (by: number, times: number): CounterCommand => ({ type: 'AddTwice', data: { id: 'a', by, times } })

describe('an append without a verdict', () => {
  it('ends all its commands with that error, refused ones too: the state they were refused on may not exist', async () => {
    const { dispatch } = makeCounterDispatcher((memory) => ({
      append: (append) => async () => {
        await memory.append(append)()
        return E.left(gone)
      },
    }))
    const results = await Promise.all([add('a', 5), add('a', -9), add('a', 1)].map((command) => dispatch(command)()))
    expect(results).toEqual([E.left(gone), E.left(gone), E.left(gone)])
  })

  it('its commands, dispatched again with their ids, return their first results', async () => {
    let lose = true
    const { dispatch } = makeCounterDispatcher((memory) => ({
      append: (append) => async () => {
        const result = await memory.append(append)()
        return lose ? E.left(gone) : result
      },
    }))
    const dispatchBoth = () => Promise.all(['x', 'y'].map((commandId) => dispatch(add('a', 1), { commandId })()))
    expect(await dispatchBoth()).toEqual([E.left(gone), E.left(gone)])
    lose = false
    expect(await dispatchBoth()).toMatchObject([
      { right: { version: 1, duplicate: true } },
      { right: { version: 2, duplicate: true } },
    ])
  })

  it('commands that waited behind it start from the state of the store', async () => {
    const held = gate()
    let appends = 0
    const {
      dispatch,
      roundTrips: trips,
      load,
    } = makeCounterDispatcher((memory) => ({
      append: (append) => async () => {
        if (++appends > 1) return memory.append(append)()
        await held.passed
        await memory.append(append)()
        return E.left(gone)
      },
    }))
    const first = dispatch(add('a', 5))()
    await until(() => appends === 1)
    const behind = [dispatch(add('a', -4))(), dispatch(add('a', -4))()]
    held.open()
    expect(await first).toEqual(E.left(gone))
    expect(await Promise.all(behind)).toMatchObject([
      { right: { version: 2 } },
      { left: { _tag: 'BelowZero', value: 1 } },
    ])
    expect(trips()).toEqual(['readStream', 'append', 'readStream', 'append'])
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 2, state: { value: 1 } } })
  })

  it('an append that arrives late does not overwrite those behind it', async () => {
    let late: Append | undefined
    const { dispatch, memory, load } = makeCounterDispatcher((memory) => ({
      append: (append) => {
        if (late !== undefined) return memory.append(append)
        late = append
        return TE.left(gone)
      },
    }))
    expect(await dispatch(add('a', 5))()).toEqual(E.left(gone))
    expect(await dispatch(add('a', 7))()).toMatchObject({ right: { version: 1 } })
    if (late === undefined) throw new Error('unreachable')
    expect(await memory.append(late)()).toMatchObject({ left: { _tag: 'VersionConflict' } })
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 1, state: { value: 7 } } })
  })

  it('the error of an overloaded store is passed on, and the cached state is dropped', async () => {
    let full = true
    const { dispatch } = makeCounterDispatcher((memory) => ({
      append: (append) => (full ? TE.left(storeOverloaded(9, 9)) : memory.append(append)),
    }))
    expect(await dispatch(add('a', 5))()).toEqual(E.left(storeOverloaded(9, 9)))
    full = false
    expect(await dispatch(add('a', 5))()).toMatchObject({ right: { version: 1 } })
  })
})

describe('a refusal', () => {
  it('may be based on another command of the same append, once that is stored', async () => {
    const { dispatch, memory } = makeCounterDispatcher()
    const [, refused] = await Promise.all([dispatch(add('a', 5))(), dispatch(add('a', -9))()])
    expect(refused).toEqual(E.left({ _tag: 'BelowZero', value: 5 }))
    expect(await memory.streamInfo(nameOf('a'))()).toMatchObject({ right: { version: 1 } })
  })

  it('is never based on a command that met a conflict', async () => {
    let stranger = async (): Promise<unknown> => undefined
    const { dispatch, memory } = makeCounterDispatcher((memory) => ({
      append: (append) => async () => {
        await stranger()
        return memory.append(append)()
      },
    }))
    const outsider = makeDispatcher({ store: memory, aggregates: [counter] })
    stranger = async () => {
      stranger = async () => undefined
      expect(E.isRight(await outsider.dispatch(add('a', 100))())).toBe(true)
    }
    // Decided first on 5, where -9 is too much; then, after the other writer's 100, on 105.
    const results = await Promise.all([dispatch(add('a', 5))(), dispatch(add('a', -9))()])
    expect(results).toMatchObject([{ right: { version: 2 } }, { right: { version: 3 } }])
  })

  it('without an id from the caller is returned although the lookup of earlier results fails; with an id it is not', async () => {
    const { dispatch } = makeCounterDispatcher(() => ({ findEvents: () => TE.left(gone) }))
    const results = await Promise.all([dispatch(add('a', -1))(), dispatch(add('a', -1), { commandId: 'x' })()])
    expect(results).toEqual([E.left({ _tag: 'BelowZero', value: 0 }), E.left(gone)])
  })

  it('on a stale cache is decided again under a policy without retries', async () => {
    const store = makeMemoryStore()
    const one = makeDispatcher({ store, aggregates: [counter], retry: limitRetries(0) })
    const other = makeDispatcher({ store, aggregates: [counter] })
    await one.dispatch(add('a', 1))()
    await other.dispatch(add('a', 9))()
    expect(await one.dispatch(add('a', -10))()).toMatchObject({ right: { version: 3 } })
    expect(await one.dispatch({ type: 'Nothing', data: { id: 'a' } })()).toMatchObject({ right: { version: 3 } })
  })

  it('a policy without retries returns the conflict, to refused commands too', async () => {
    const conflict = versionConflict(nameOf('a'), 0, 7)
    const store = { ...makeMemoryStore(), append: () => TE.left(conflict) }
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], retry: limitRetries(0) })
    expect(await Promise.all([dispatch(add('a', 1))(), dispatch(add('a', -9))()])).toEqual([
      E.left(conflict),
      E.left(conflict),
    ])
  })
})

describe('a command that was handled before', () => {
  it('returns its first result under a policy without retries, and so do the others of its batch', async () => {
    const store = makeMemoryStore()
    await makeDispatcher({ store, aggregates: [counter] }).dispatch(add('a', 5), { commandId: 'x' })()
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], retry: limitRetries(0) })
    const results = await Promise.all([
      dispatch(add('a', 1))(),
      dispatch(add('a', 5), { commandId: 'x' })(),
      dispatch(add('a', -6))(),
    ])
    expect(results).toMatchObject([
      { right: { version: 2, duplicate: false } },
      { right: { version: 1, duplicate: true } },
      { right: { version: 3, duplicate: false } },
    ])
  })

  it('at the same moment by another dispatcher: exactly one result is no duplicate', async () => {
    const store = makeMemoryStore()
    const many = Array.from({ length: 8 }, () => makeDispatcher({ store, aggregates: [counter] }))
    const results = await Promise.all(many.map(({ dispatch }) => dispatch(add('a', 1), { commandId: 'x' })()))
    expect(results.filter((r) => E.isRight(r) && !r.right.duplicate)).toHaveLength(1)
    expect(results.filter((r) => E.isRight(r) && r.right.version === 1)).toHaveLength(8)
  })

  it('returns its first result although its events are now more than a store accepts', async () => {
    const { dispatch } = makeCounterDispatcher()
    const note = (text: string): CounterCommand => ({ type: 'Note', data: { id: 'a', text } })
    const big = note('x'.repeat(1_100_000))
    await dispatch(note('short'), { commandId: 'x' })()
    expect(await dispatch(big, { commandId: 'y' })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await dispatch(big, { commandId: 'x' })()).toMatchObject({ right: { version: 1, duplicate: true } })
  })
})

describe('ids that are stored, but not as commands of this stream', () => {
  it('fail only the command that uses them', async () => {
    const { dispatch, memory, store } = makeCounterDispatcher()
    // An application has used the ids of the command for events of another stream.
    await dispatch(add('a', 1), { commandId: 'x' })()
    const written = await store.readLog()()
    const id = E.isRight(written) ? written.right.events[0]?.id : undefined
    if (id === undefined) throw new Error('unreachable')
    const fresh = makeMemoryStore()
    await fresh.append({
      stream: nameOf('thief'),
      expected: 'any',
      events: [{ id, type: 'Added', schemaVersion: 1, data: { by: 1 }, metadata: {} }],
    })()
    const other = makeDispatcher({ store: fresh, aggregates: [counter] })
    const results = await Promise.all([
      other.dispatch(add('a', 1))(),
      other.dispatch(add('a', 1), { commandId: 'x' })(),
      other.dispatch(add('a', 1))(),
    ])
    expect(results).toMatchObject([
      { right: { version: 1 } },
      { left: { _tag: 'EventIdReused', stream: 'counter-a', id } },
      { right: { version: 2 } },
    ])
    expect(await memory.streamInfo(nameOf('a'))()).toMatchObject({ right: { version: 1 } })
  })
})

describe('the ids of a command’s events', () => {
  it('are ULIDs in order, other ones on another stream and for another command', async () => {
    const { dispatch } = makeCounterDispatcher()
    const idsOf = async (command: CounterCommand, commandId: string) => {
      const result = await dispatch(command, { commandId })()
      return E.isRight(result) ? result.right.events.map(({ id }) => id) : []
    }
    const one = await idsOf(twice(1, 1100), '1')
    expect(one).toHaveLength(1100)
    expect(one.every((id) => E.isRight(EventId.parse(id)))).toBe(true)
    expect(one.toSorted()).toEqual(one)
    const all = [...one, ...(await idsOf(twice(1, 3), '2')), ...(await idsOf(add('b', 1), '1'))]
    expect(new Set(all).size).toBe(1104)
  })

  it('are distinct for as many events as an append may have', () => {
    const idOf = eventIdsOf([nameOf('a')], '1')
    // The indexes in which exactly one of the four digits is set, and the last index.
    const places = [0, ...[0, 5, 10, 15].flatMap((bits) => [1, 17, 31].map((digit) => digit << bits)), 2 ** 20 - 1]
    const ids = places.map(idOf)
    expect(ids.every((id) => E.isRight(EventId.parse(id)))).toBe(true)
    expect(new Set(ids).size).toBe(places.length)
    expect(Limits.eventsPerAppend).toBeLessThan(2 ** 20)
  })
})

describe('a store that throws against its contract', () => {
  it.each(['append', 'findEvents'] as const)(
    'in %s leaves no caller waiting, and the mailbox continues',
    async (name) => {
      let throwing = true
      const memory = makeMemoryStore()
      const { store } = recordCalls({
        ...memory,
        [name]: (...given: ReadonlyArray<never>) => {
          if (throwing) throw new Error('against the contract')
          // Either function gets its own arguments.
          return (memory[name] as unknown as (...given: ReadonlyArray<never>) => never)(...given)
        },
      })
      const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
      const command = name === 'append' ? add('a', 1) : add('a', -1)
      const results = await Promise.all(['x', 'y'].map((commandId) => dispatch(command, { commandId })()))
      expect(results).toMatchObject(
        Array.from({ length: 2 }, () => ({ left: { _tag: 'StoreUnavailable', why: 'the store threw' } })),
      )
      throwing = false
      expect(await dispatch(add('a', 3))()).toMatchObject({ right: { version: 1 } })
    },
  )
})
