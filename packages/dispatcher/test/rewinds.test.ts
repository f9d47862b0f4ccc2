import { Aggregate, describeError, type HistoryId, type LogPosition, type StreamName } from '@foldlog/core'
import { logRewound, rewoundConflict, versionConflict } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { limitRetries } from 'retry-ts'
import { add, type CounterCommand, commands, counter, counterWithSnapshots } from './counter.ts'
import { gate, until } from './fixtures.ts'
import { recordCalls } from './RecordingStore.ts'

const stream = 'counter-a' as StreamName // Reads category-id.

const twice = (by: number, times: number): CounterCommand => ({ type: 'AddTwice', data: { id: 'a', by, times } })

const historyOf = async ({ history }: MemoryStore): Promise<HistoryId> => {
  const found = await history()
  if (E.isLeft(found)) throw new Error('unreachable')
  return found.right
}

/** Begins a new history in which nothing is lost, as a restart of a server does. */
const restart = (memory: MemoryStore): void => memory.backup()()

/** A dispatcher that goes on working while the log is rewound, and another process. */
const living = (aggregate = counter, before?: Parameters<typeof recordCalls>[1]) => {
  const memory = makeMemoryStore()
  const observed = recordCalls(memory, before)
  const warnings: Array<string> = []
  const logger = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn: (message: string) => void warnings.push(message),
  }
  const { store } = observed
  const dispatcher = makeDispatcher({ store, aggregates: [aggregate], snapshots: store, logger })
  const outsider = makeDispatcher({ store: memory, aggregates: [counter] })
  return { memory, ...observed, ...dispatcher, outsider, warnings }
}

describe('after the log was rewound and has reached the same version', () => {
  it('no command is accepted on lost events', async () => {
    const { memory, dispatch, outsider, roundTrips: trips, clear, warnings } = living()
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', 97))()
    restore()
    await outsider.dispatch(add('a', 0))()
    clear()
    // 100 in the cache, 3 in the log, both at version 2.
    expect(await dispatch(add('a', -50))()).toEqual(E.left({ _tag: 'BelowZero', value: 3 }))
    expect(trips()).toEqual(['append', 'readStream'])
    expect(warnings).toEqual(['the log was rewound; deciding commands again on its current events'])
    expect(await dispatch(add('a', -3))()).toMatchObject({ right: { version: 3 } })
  })

  it('no command is refused on lost events', async () => {
    const { memory, dispatch, outsider, roundTrips: trips, clear } = living()
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', -3))()
    restore()
    await outsider.dispatch(add('a', 97))()
    clear()
    expect(await dispatch(add('a', -50))()).toMatchObject({ right: { version: 3 } })
    expect(trips()).toEqual(['readStream', 'readStream', 'append'])
  })

  it('the current state is loaded', async () => {
    const { memory, dispatch, load, outsider } = living()
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', 97))()
    restore()
    await outsider.dispatch(add('a', 1))()
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 2, state: { value: 4 } } })
  })

  it('a batch is decided again as a whole', async () => {
    const { memory, dispatch, outsider } = living()
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', 97))()
    restore()
    await outsider.dispatch(add('a', 0))()
    const results = await Promise.all([-2, -2, -50, 60, -50].map((by) => dispatch(add('a', by))()))
    expect(results).toMatchObject([
      { right: { version: 3 } },
      { left: { value: 1 } },
      { left: { value: 1 } },
      { right: { version: 4 } },
      { right: { version: 5 } },
    ])
  })
})

describe('after the log was rewound', () => {
  it('a stream that is shorter is folded again', async () => {
    const { memory, dispatch, roundTrips: trips, clear, warnings } = living()
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', 97))()
    restore()
    clear()
    expect(await dispatch(add('a', -50))()).toEqual(E.left({ _tag: 'BelowZero', value: 3 }))
    expect(trips()).toEqual(['append', 'readStream'])
    expect(warnings).toHaveLength(1)
  })

  it('a stream that is gone begins again', async () => {
    const { memory, dispatch, load } = living()
    const restore = memory.backup()
    await dispatch(twice(1, 3))()
    restore()
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 0, state: { value: 0 } } })
    expect(await dispatch(add('a', 5))()).toMatchObject({ right: { version: 1 } })
  })

  it('a command whose events are lost is handled again with the same id, once', async () => {
    const { memory, dispatch, load } = living()
    await dispatch(add('a', 1))()
    const restore = memory.backup()
    const dispatchOnce = () => dispatch(add('a', 5), { commandId: 'x' })()
    expect(await dispatchOnce()).toMatchObject({ right: { version: 2, duplicate: false } })
    expect(await dispatchOnce()).toMatchObject({ right: { version: 2, duplicate: true } })
    restore()
    expect(await dispatchOnce()).toMatchObject({ right: { version: 2, duplicate: false } })
    expect(await dispatchOnce()).toMatchObject({ right: { version: 2, duplicate: true } })
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 2, state: { value: 6 } } })
  })

  it('a command whose events are lost between its append and the lookup is handled again', async () => {
    let rewind = () => {}
    const { memory, dispatch } = living(counter, async (name) => {
      if (name === 'findEvents') rewind()
    })
    await dispatch(add('a', 1))()
    const restore = memory.backup()
    await dispatch(add('a', 5), { commandId: 'x' })()
    rewind = () => {
      rewind = () => {}
      restore()
    }
    expect(await dispatch(add('a', 5), { commandId: 'x' })()).toMatchObject({ right: { version: 2, duplicate: false } })
  })

  it('a policy without retries ends with an error, and nothing is written', async () => {
    const memory = makeMemoryStore()
    const { dispatch } = makeDispatcher({ store: memory, aggregates: [counter], retry: limitRetries(0) })
    await dispatch(add('a', 3))()
    const restore = memory.backup()
    await dispatch(add('a', 97))()
    restore()
    await makeDispatcher({ store: memory, aggregates: [counter] }).dispatch(add('a', 0))()
    const conflict = rewoundConflict(stream, 2, 2)
    expect(await dispatch(add('a', -50))()).toEqual(E.left(conflict))
    expect(describeError(conflict)).toContain('the log was rewound')
    expect(await dispatch(add('a', -50))()).toEqual(E.left({ _tag: 'BelowZero', value: 3 }))
  })
})

describe('a new history that has lost nothing', () => {
  it('costs an accepted command nothing', async () => {
    const { memory, dispatch, roundTrips: trips, clear, warnings } = living()
    await dispatch(add('a', 3))()
    for (const round of [1, 2]) {
      restart(memory)
      clear()
      await dispatch(add('a', 1))()
      await dispatch(add('a', 1))()
      expect([round, ...trips()]).toEqual([round, 'append', 'append'])
    }
    // In the third history the state of the first one is still valid.
    restart(memory)
    restart(memory)
    clear()
    await dispatch(add('a', 1))()
    expect(trips()).toEqual(['append'])
    expect(warnings).toEqual([])
  })

  it('costs the first refusal on a stream one more round trip', async () => {
    const { memory, dispatch, roundTrips: trips, clear, warnings } = living()
    await dispatch(add('a', 3))()
    restart(memory)
    clear()
    await dispatch(add('a', -9))()
    expect(trips()).toEqual(['readStream', 'readStream'])
    clear()
    await dispatch(add('a', -9))()
    expect(trips()).toEqual(['readStream'])
    expect(warnings).toEqual([])
  })

  it('costs the first conflict on a stream one more round trip', async () => {
    const { memory, dispatch, outsider, roundTrips: trips, clear, warnings } = living()
    await dispatch(add('a', 3))()
    restart(memory)
    await outsider.dispatch(add('a', 1))()
    clear()
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 3 } })
    expect(trips()).toEqual(['append', 'readStream', 'readStream', 'append'])
    expect(warnings).toEqual([])
  })

  it('keeps snapshots useful: a stream is folded from one', async () => {
    const { memory, dispatch, roundTrips: trips, clear, stop } = living(counterWithSnapshots({ every: 2 }))
    await dispatch(twice(1, 2))()
    await stop()
    const next = recordCalls(memory)
    const { store } = next
    const other = makeDispatcher({ store, aggregates: [counterWithSnapshots({ every: 2 })], snapshots: store })
    await other.load(counter, 'a')()
    restart(memory)
    next.clear()
    await other.dispatch(add('a', -9))()
    expect(next.roundTrips()).toEqual(['readStream', 'readFromSnapshot'])
    clear()
    expect(trips()).toEqual([])
  })
})

describe('a stream of many pages', () => {
  /**
   * Rewinds the log to its first 500 events before the second page is read, and extends it to the same length by other
   * events.
   */
  const rewoundBetweenPages = async (aggregate: typeof counter) => {
    let rewind = async () => {}
    const setting = living(aggregate, async (name) => {
      if (name === 'readStream' && setting.roundTrips().length === 2) await rewind()
    })
    const { memory, outsider } = setting
    await outsider.dispatch(twice(1, 500))()
    const restore = memory.backup()
    await outsider.dispatch(twice(1, 2_000))()
    rewind = async () => {
      rewind = async () => {}
      restore()
      await outsider.dispatch(twice(2, 2_000))()
    }
    return setting
  }

  it('is never folded from two histories', async () => {
    const { load } = await rewoundBetweenPages(counter)
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 2_500, state: { value: 4_500 } } })
  })

  it('is never folded from two histories behind a snapshot', async () => {
    const aggregate = counterWithSnapshots()
    const { load, roundTrips: trips } = await rewoundBetweenPages(aggregate)
    expect(await load(aggregate, 'a')()).toMatchObject({ right: { version: 2_500, state: { value: 4_500 } } })
    expect(trips()[0]).toBe('readFromSnapshot')
  })

  it('that is rewound again and again while it is read ends with an error, and does not read forever', async () => {
    const { memory, outsider, load } = living(counter, async (name) => {
      if (name === 'readStream') restart(memory)
    })
    await outsider.dispatch(twice(1, 1_500))()
    expect(await load(counter, 'a')()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('rewound') },
    })
  })
})

describe('snapshots', () => {
  it('of lost events are not kept, however late they are saved', async () => {
    const held = gate()
    const {
      memory,
      dispatch,
      outsider,
      roundTrips: trips,
      stop,
    } = living(counterWithSnapshots(), (name) => (name === 'saveSnapshot' ? held.passed : Promise.resolve()))
    await dispatch(twice(1, 5))()
    const restore = memory.backup()
    await dispatch(twice(1, 5))()
    await until(() => trips().includes('saveSnapshot'))
    restore()
    await outsider.dispatch(twice(2, 5))()
    held.open()
    await stop()
    expect(await memory.readFromSnapshot(stream, 1)()).toMatchObject({ right: { snapshot: { _tag: 'None' } } })
  })

  it('are made from the current events', async () => {
    const { memory, dispatch, outsider, stop } = living(counterWithSnapshots())
    await dispatch(twice(1, 5))()
    const restore = memory.backup()
    await dispatch(twice(1, 4))()
    restore()
    await outsider.dispatch(twice(2, 4))()
    await dispatch(add('a', 1))()
    await stop()
    expect(await memory.readFromSnapshot(stream, 1)()).toMatchObject({
      right: { snapshot: { value: { version: 10, state: { value: 14 } } } },
    })
  })
})

describe('a stream that may be under a former name', () => {
  const meter = Aggregate.make({ ...counter, commands, category: 'meter', formerCategories: ['counter'] })

  const renamed = async (begin: 'counter' | 'meter') => {
    const { memory, outsider, store, clear, roundTrips: trips } = living()
    const { dispatch, load } = makeDispatcher({ store, aggregates: [meter] })
    const restore = memory.backup()
    await (begin === 'counter' ? outsider : { dispatch }).dispatch(add('a', 5))()
    await dispatch(add('a', 1))()
    restore()
    clear()
    return { memory, old: outsider, dispatch, load, trips }
  }

  it('is not written under its former name when it is gone from there', async () => {
    const { dispatch, load, memory } = await renamed('counter')
    expect(await load(meter, 'a')()).toMatchObject({ right: { stream: 'meter-a', version: 0 } })
    expect(await dispatch(add('a', 7))()).toMatchObject({ right: { stream: 'meter-a', version: 1 } })
    expect(await memory.streamInfo(stream)()).toMatchObject({ right: { status: 'missing' } })
  })

  it('is looked up again by a command, accepted or refused', async () => {
    for (const [command, outcome] of [
      [add('a', 7), { right: { stream: 'meter-a', version: 1 } }],
      [add('a', -1), { left: { _tag: 'BelowZero', value: 0 } }],
    ] as const) {
      const { dispatch, memory } = await renamed('counter')
      expect(await dispatch(command)()).toMatchObject(outcome)
      expect(await memory.streamInfo(stream)()).toMatchObject({ right: { status: 'missing' } })
    }
  })

  it('is found under its former name when old code has begun it there', async () => {
    const { dispatch, old, memory } = await renamed('meter')
    await old.dispatch(add('a', 9))()
    const results = await Promise.all([-5, -5, 1].map((by) => dispatch(add('a', by))()))
    expect(results).toMatchObject([
      { right: { stream: 'counter-a', version: 2 } },
      { left: { _tag: 'BelowZero', value: 4 } },
      { right: { stream: 'counter-a', version: 3 } },
    ])
    expect(await memory.streamInfo('meter-a' as StreamName)()).toMatchObject({ right: { status: 'missing' } })
  })

  it('is loaded from there', async () => {
    const { load, old } = await renamed('meter')
    await old.dispatch(add('a', 9))()
    expect(await load(meter, 'a')()).toMatchObject({ right: { stream: 'counter-a', state: { value: 9 } } })
  })

  it('is looked up once more, and then cached', async () => {
    const { dispatch, trips } = await renamed('counter')
    await dispatch(add('a', 7))()
    expect(trips()).toEqual(['append', 'readStream', 'streamInfo', 'streamInfo', 'readStream', 'append'])
  })

  it('and whose events are lost after each lookup ends with an error, and does not loop forever', async () => {
    const memory = makeMemoryStore()
    const store = {
      ...memory,
      streamInfo: (name: StreamName) =>
        TE.right({ stream: name, status: name === stream ? 'open' : 'missing' } as never),
    }
    const { dispatch, load } = makeDispatcher({ store, aggregates: [meter] })
    const ended = { left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('rewound') } }
    expect(await dispatch(add('a', 1))()).toMatchObject(ended)
    expect(await load(meter, 'a')()).toMatchObject(ended)
  })
})

describe('the history of a result', () => {
  it('is that of its events, whether they are new or were stored before', async () => {
    const { memory, dispatch } = living()
    const dispatchOnce = () => dispatch(add('a', 1), { commandId: 'x' })()
    const first = await historyOf(memory)
    expect(await dispatchOnce()).toMatchObject({ right: { history: first, duplicate: false } })
    expect(await dispatch({ type: 'Nothing', data: { id: 'a' } })()).toMatchObject({ right: { history: first } })
    restart(memory)
    const second = await historyOf(memory)
    expect(await dispatchOnce()).toMatchObject({ right: { history: second, duplicate: true } })
    expect(await dispatch({ type: 'Nothing', data: { id: 'a' } })()).toMatchObject({ right: { history: second } })
  })

  it('makes a place of the log that can be awaited, and the wait fails when the place is lost', async () => {
    const memory = makeMemoryStore()
    const places: Array<number | LogPosition> = []
    const waitFor = (_: ReadonlyArray<string>, place: number | LogPosition) => async () => {
      places.push(place)
      return E.left(logRewound(1, 'old', 'new', 0))
    }
    const { dispatch } = makeDispatcher({ store: memory, aggregates: [counter], waitFor })
    const history = await historyOf(memory)
    const dispatchOnce = () => dispatch(add('a', 1), { commandId: 'x', awaitHandlers: ['sums'] })()
    const answer = await dispatchOnce()
    await dispatchOnce()
    // The command is refused now, and found by the lookup of earlier results.
    await dispatch(add('a', -9), { commandId: 'x', awaitHandlers: ['sums'] })()
    const place = { position: 1, history, id: expect.any(String), events: [1] }
    expect(places).toEqual([place, place, place])
    if (E.isRight(answer) || answer.left._tag !== 'HandlersNotReached') throw new Error('unreachable')
    expect(describeError(answer.left)).toContain('dispatch it again with the same command id')
  })
})

it('a stream that is shorter counts as rewound, even when the store names no new history', async () => {
  const memory = makeMemoryStore()
  let conflicts = 1
  const store = {
    ...memory,
    append: (append: Parameters<MemoryStore['append']>[0]) =>
      append.expected === 2 && conflicts-- > 0 ? TE.left(versionConflict(stream, 2, 1)) : memory.append(append),
  }
  const observed = recordCalls(store)
  const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter] })
  await dispatch(add('a', 1))()
  await dispatch(add('a', 1))()
  observed.clear()
  expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 3 } })
  expect(observed.roundTrips()).toEqual(['append', 'readStream', 'append'])
})
