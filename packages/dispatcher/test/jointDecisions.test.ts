import type { EventStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { gate, until } from './fixtures.ts'
import { close, guest, leave, room, stay, take, visit } from './hotel.ts'
import { recordCalls } from './RecordingStore.ts'

const started = (before?: Parameters<typeof recordCalls>[1]) => {
  const memory = makeMemoryStore()
  const observed = recordCalls(memory, before)
  const options = { store: observed.store, aggregates: [guest, room], decisions: [stay] } as const
  return { ...observed, ...makeDispatcher(options), memory, other: makeDispatcher({ ...options, store: memory }) }
}

/** What the log has: the stream and the type of each event, in order. */
const logOf = async (store: EventStore): Promise<ReadonlyArray<string>> => {
  const page = await store.readLog()()
  return E.isRight(page) ? page.right.events.map(({ stream, type }) => `${stream} ${type}`) : []
}

describe('a command over two aggregates', () => {
  it('stores the events of each in its stream, in one append', async () => {
    const { dispatch, memory, roundTrips } = started()
    const result = await dispatch(take('ada', '1'), { commandId: 'c', user: { name: 'desk' } })()
    expect(result).toMatchObject({
      right: {
        duplicate: false,
        commandId: 'c',
        streams: [
          { stream: 'guest-ada', version: 1 },
          { stream: 'room-1', version: 1 },
        ],
        events: [
          { stream: 'guest-ada', position: 1, metadata: { causationId: 'c', user: { name: 'desk' } } },
          { stream: 'room-1', position: 2, event: { type: 'Taken', data: { by: 'ada' } } },
        ],
      },
    })
    expect(await logOf(memory)).toEqual(['guest-ada RoomTaken', 'room-1 Taken'])
    // Both streams are read at once: a store reads them together.
    expect(roundTrips()).toEqual(['readStream', 'readStream', 'appendAll'])
  })

  it('costs one round trip when the states are cached', async () => {
    const { dispatch, roundTrips, clear } = started()
    await dispatch(take('ada', '1'))()
    await dispatch(leave('1'))()
    clear()
    expect(await dispatch(take('ada', '1'))()).toMatchObject({
      right: { streams: [{ version: 2 }, { stream: 'room-1', version: 3 }] },
    })
    expect(roundTrips()).toEqual(['appendAll'])
  })

  it('shares states and order with the commands of its aggregates', async () => {
    const { dispatch, memory } = started()
    const results = await Promise.all([
      dispatch(take('ada', '1'))(),
      dispatch(take('bob', '1'))(),
      dispatch(leave('1'))(),
      dispatch(take('bob', '1'))(),
      dispatch(close('bob'))(),
      dispatch(leave('1'))(),
      dispatch(take('bob', '2'))(),
    ])
    expect(results.map((result) => (result._tag === 'Left' ? result.left : 'done'))).toEqual([
      'done',
      'taken',
      'done',
      'done',
      'done',
      'done',
      'closed',
    ])
    expect((await logOf(memory)).filter((line) => line.startsWith('room-1'))).toEqual([
      'room-1 Taken',
      'room-1 Left',
      'room-1 Taken',
      'room-1 Left',
    ])
  })

  it('has its events in the log before those of every later command', async () => {
    const { dispatch, memory } = started()
    await Promise.all(['1', '2', '3', '4'].flatMap((n) => [dispatch(take(`g${n}`, '1'))(), dispatch(leave('1'))()]))
    const log = await logOf(memory)
    // The two events of a command may be in either order.
    const byCommand = [1, 2, 3, 4].map((n) => log.slice(3 * n - 3, 3 * n).toSorted())
    expect(byCommand).toEqual([1, 2, 3, 4].map((n) => [`guest-g${n} RoomTaken`, 'room-1 Left', 'room-1 Taken']))
  })
})

describe('a stream that gets no events', () => {
  it('is checked: the command is decided again when it has changed', async () => {
    const { dispatch, other, memory, roundTrips, clear } = started()
    await dispatch(visit('ada', '1'))()
    await dispatch(leave('1'))()
    await other.dispatch(close('ada'))()
    clear()
    // The cache has the guest without `Closed`.
    expect(await dispatch(visit('ada', '1'))()).toEqual(E.left('closed'))
    expect(roundTrips()).toEqual(['append', 'readStream', 'readStream', 'readStream', 'readStream'])
    expect(await logOf(memory)).toEqual(['room-1 Taken', 'room-1 Left', 'guest-ada Closed'])
  })

  it('is checked together with the append, and not before it', async () => {
    const { passed, open } = gate()
    const { dispatch, other, roundTrips, memory } = started((name, n) =>
      name === 'append' && n === 1 ? passed : Promise.resolve(),
    )
    const visiting = dispatch(visit('ada', '1'))()
    await until(() => roundTrips().includes('append'))
    await other.dispatch(close('ada'))()
    open()
    expect(await visiting).toEqual(E.left('closed'))
    expect(await logOf(memory)).toEqual(['guest-ada Closed'])
  })

  it('does not conflict with a writer of another stream', async () => {
    const { dispatch, other, roundTrips, clear } = started()
    await dispatch(visit('ada', '1'))()
    await dispatch(leave('1'))()
    await other.dispatch(close('bob'))()
    clear()
    expect(await dispatch(visit('ada', '1'))()).toMatchObject({
      right: { streams: [{ stream: 'room-1', version: 3 }] },
    })
    expect(roundTrips()).toEqual(['append'])
  })
})

describe('a refusal of a command over two aggregates', () => {
  it('rests on states of one moment: cold states are read twice', async () => {
    const { dispatch, other, roundTrips } = started()
    await other.dispatch(take('bob', '1'))()
    expect(await dispatch(take('ada', '1'))()).toEqual(E.left('taken'))
    expect(roundTrips()).toEqual(['readStream', 'readStream', 'readStream', 'readStream'])
  })

  it('is not given for states that were never there together', async () => {
    // The room is empty before Ada gets her second room, and Ada has one room while it is taken: between the two reads
    // of the streams the guest moves. Nothing refuses the command at any moment.
    let reads = 0
    const memory = makeMemoryStore()
    const other = makeDispatcher({ store: memory, aggregates: [guest, room], decisions: [stay] })
    await other.dispatch(take('bob', '1'))()
    const store: EventStore = {
      ...memory,
      readStream: (stream, options) => async () => {
        reads++
        if (stream === 'guest-ada' && reads <= 2) {
          const page = await memory.readStream(stream, options)()
          await other.dispatch(leave('1'))()
          await other.dispatch(close('ada'))()
          return page
        }
        if (stream === 'room-1' && reads <= 2) await new Promise(setImmediate)
        return memory.readStream(stream, options)()
      },
    }
    const { dispatch } = makeDispatcher({ store, decisions: [stay], aggregates: [] })
    // Decided on the guest before and the room after, it would be accepted; the append finds the change.
    expect(await dispatch(take('ada', '1'))()).toEqual(E.left('closed'))
  })

  it('gives the first result when the command was done before', async () => {
    const { dispatch, memory } = started()
    const first = await dispatch(take('ada', '1'), { commandId: 'once' })()
    expect(await dispatch(take('ada', '1'), { commandId: 'once' })()).toEqual(
      E.map((result: object) => ({ ...result, duplicate: true }))(first),
    )
    expect(await logOf(memory)).toHaveLength(2)
  })
})

describe('command ids over several streams', () => {
  it('find the first result in another dispatcher, whatever the order of the aggregates', async () => {
    const memory = makeMemoryStore()
    const one = makeDispatcher({ store: memory, aggregates: [], decisions: [stay] })
    const turned = { ...stay, aggregates: { room, guest } }
    const other = makeDispatcher({ store: memory, aggregates: [], decisions: [turned] })
    await one.dispatch(take('ada', '1'), { commandId: 'once' })()
    await one.dispatch(leave('1') as never)()
    expect(await other.dispatch(take('ada', '1'), { commandId: 'once' })()).toMatchObject({
      right: { duplicate: true, events: [{ stream: 'guest-ada' }, { stream: 'room-1' }] },
    })
  })

  it('are those of other commands on other streams', async () => {
    const { dispatch } = started()
    await dispatch(take('ada', '1'), { commandId: 'x' })()
    expect(await dispatch(take('ada', '2'), { commandId: 'x' })()).toMatchObject({ right: { duplicate: false } })
    expect(await dispatch(visit('bob', '3'), { commandId: 'x' })()).toMatchObject({ right: { duplicate: false } })
    expect(await dispatch(visit('bob', '3'), { commandId: 'x' })()).toMatchObject({
      right: { duplicate: true, streams: [{ stream: 'room-3', version: 1 }] },
    })
  })
})

describe('many commands over several streams', () => {
  it('of one room, whose guests are only checked, are appended together', async () => {
    const { dispatch, roundTrips, clear } = started()
    await Promise.all(Array.from({ length: 32 }, (_, i) => dispatch(visit(`${i}`, '1'))()))
    clear()
    await Promise.all(
      Array.from({ length: 32 }, (_, i) => [dispatch(leave('1'))(), dispatch(visit(`${i}`, '1'))()]).flat(),
    )
    expect(roundTrips()).toEqual(['append'])
  })

  it('that need a stream which cannot be read do not disturb the others', async () => {
    const { dispatch, memory } = started()
    await memory.append({
      stream: 'guest-odd' as never,
      expected: 'any',
      events: [{ id: '01J00000000000000000000001' as never, type: 'Odd', schemaVersion: 1, data: {}, metadata: {} }],
    })()
    const results = await Promise.all([
      dispatch(take('ada', '1'))(),
      dispatch(take('odd', '1'))(),
      dispatch(leave('1'))(),
    ])
    expect(results).toMatchObject([
      { _tag: 'Right' },
      { left: { _tag: 'DecodeFailure', stream: 'guest-odd' } },
      { _tag: 'Right' },
    ])
  })

  it('that throw do not disturb the others', async () => {
    const { dispatch } = started()
    const results = await Promise.all([
      dispatch({ type: 'Explode', data: { guest: 'ada', room: '1' } })(),
      dispatch(take('ada', '1'))(),
    ])
    expect(results).toMatchObject([{ left: { _tag: 'DomainCodeFailed', command: 'Explode' } }, { _tag: 'Right' }])
  })

  it('of a deleted stream end with StreamDeleted, the others are done', async () => {
    const { dispatch, memory } = started()
    await dispatch(take('ada', '1'))()
    await dispatch(take('bob', '2'))()
    await memory.deleteStream('guest-ada' as never, 'any')()
    await dispatch(leave('1'))()
    await dispatch(leave('2'))()
    const results = await Promise.all([dispatch(visit('ada', '1'))(), dispatch(visit('bob', '1'))()])
    expect(results).toMatchObject([{ left: { _tag: 'StreamDeleted', stream: 'guest-ada' } }, { _tag: 'Right' }])
  })
})

describe('input that is refused before anything is read', () => {
  it('an expected version, a stream twice, an id that is no text', async () => {
    const { dispatch, roundTrips } = started()
    expect(await dispatch(take('ada', '1'), { expected: 0 })()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'expected' },
    })
    expect(await dispatch(take(7 as never, '1'))()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'id' } })
    const twice = { ...stay, aggregates: { guest, room: guest } }
    const same = makeDispatcher({ store: makeMemoryStore(), aggregates: [], decisions: [twice as never] })
    expect(await same.dispatch(take('ada', 'ada') as never)()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'ids', why: 'must name different streams: guest and room are guest-ada' },
    })
    expect(roundTrips()).toEqual([])
  })

  it.each([
    [null, 'the decision'],
    [[], 'the decision'],
    [{ rom: [] }, 'events of rom'],
    [{ room: {} }, 'the decision'],
    [{ guest: [1] }, 'the decision'],
  ])('a decision that returns %j', async (decided, why) => {
    const wrong = { ...stay, decide: () => E.right(decided as never) }
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [], decisions: [wrong] })
    expect(await dispatch(take('ada', '1'))()).toMatchObject({
      left: { _tag: 'DomainCodeFailed', why: expect.stringContaining(why) },
    })
  })

  it('wrong decisions are reported when the dispatcher is made', () => {
    const make = (decisions: unknown) => () =>
      makeDispatcher({ store: makeMemoryStore(), aggregates: [guest, room], decisions: decisions as never })
    expect(make([undefined])).toThrow('JointDecision.make')
    expect(make([{ ...stay, aggregates: {} }])).toThrow('must have at least one aggregate')
    expect(make([{ ...stay, ids: undefined }])).toThrow('ids')
    expect(make([{ ...stay, aggregates: { guest: { ...guest } } }])).toThrow('two aggregates have the category "guest"')
    expect(make([{ ...stay, commands: ['Close'] }])).toThrow('"Close" belongs to both guest and guest and room')
    expect(make([stay])).not.toThrow()
  })
})
