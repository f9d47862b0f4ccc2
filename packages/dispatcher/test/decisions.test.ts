import { describeError, EventCodec, StreamName } from '@foldlog/core'
import { makeDispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, type CounterCommand, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const started = () => {
  const observed = recordCalls(makeMemoryStore())
  return { ...observed, ...makeDispatcher({ store: observed.store, aggregates: [counter] }) }
}

describe('dispatch', () => {
  it('returns the events with their envelopes, and the version after the command', async () => {
    const { dispatch } = started()
    await dispatch(add('a', 5))()
    const result = await dispatch(
      { type: 'AddTwice', data: { id: 'a', by: 2, times: 2 } },
      { correlationId: 'r', user: { by: 'me' } },
    )()
    expect(result).toMatchObject({
      right: {
        stream: 'counter-a',
        version: 3,
        duplicate: false,
        correlationId: 'r',
        events: [
          { version: 2, position: 2, stream: 'counter-a', event: { type: 'Added', data: { by: 2 } } },
          { version: 3, position: 3, event: { type: 'Added', data: { by: 2 } } },
        ],
      },
    })
    if (E.isLeft(result)) throw new Error('unreachable')
    const { commandId, events } = result.right
    expect(events[0]?.metadata).toEqual({ correlationId: 'r', causationId: commandId, user: { by: 'me' } })
    expect(events[0]?.recordedAt).toBeInstanceOf(Date)
  })

  it('returns exactly the stored events', async () => {
    const { dispatch, store } = started()
    const result = await dispatch({ type: 'AddTwice', data: { id: 'a', by: 2, times: 3 } }, { commandId: 'x' })()
    const stored = await store.readLog()()
    if (E.isLeft(result) || E.isLeft(stored)) throw new Error('unreachable')
    expect(E.right(result.right.events)).toEqual(EventCodec.decodeAll(counter.events)(stored.right.events))
  })

  it('returns a domain error unchanged', async () => {
    const { dispatch } = started()
    expect(await dispatch(add('a', -1))()).toEqual(E.left({ _tag: 'BelowZero', value: 0 }))
  })

  it('accepts a command without events, and stores nothing', async () => {
    const { dispatch, store } = started()
    const result = await dispatch({ type: 'Nothing', data: { id: 'a' } })()
    expect(result).toMatchObject({ right: { version: 0, events: [], duplicate: false } })
    expect(await store.readLog()()).toMatchObject({ right: { events: [] } })
  })

  it('a command that is refused, throws or cannot be encoded does not affect the others', async () => {
    const { dispatch, roundTrips: trips } = started()
    const commands: ReadonlyArray<CounterCommand> = [
      add('a', 1),
      add('a', -5),
      { type: 'Explode', data: { id: 'a' } },
      { type: 'Note', data: { id: 'a', text: undefined } },
      { type: 'Note', data: { id: 'a', text: 'fine' } },
      { type: 'Nothing', data: { id: 'a' } },
      add('a', 1),
    ]
    const results = await Promise.all(commands.map((command) => dispatch(command)()))
    expect(results.map((r) => (E.isLeft(r) ? r.left._tag : r.right.version))).toEqual([
      1,
      'BelowZero',
      'DomainCodeFailed',
      'EncodeFailure',
      2,
      2,
      3,
    ])
    expect(trips()).toEqual(['readStream', 'append'])
    expect(results[2]).toMatchObject({ left: { command: 'Explode', why: 'boom' } })
  })

  it('one command too large for the store fails alone', async () => {
    const { dispatch } = started()
    const big: CounterCommand = { type: 'Note', data: { id: 'a', text: 'x'.repeat(2_000_000) } }
    const commands = [add('a', 1), add('a', 2), big, add('a', 3), add('a', 4)]
    const results = await Promise.all(commands.map((command) => dispatch(command)()))
    expect(results.map((r) => (E.isLeft(r) ? r.left._tag : r.right.version))).toEqual([1, 2, 'InvalidInput', 3, 4])
  })

  it('rejects an unknown command, an invalid id and an invalid command id', async () => {
    const { dispatch } = started()
    // A caller without types.
    const untyped = dispatch as unknown as (
      command: unknown,
      context?: unknown,
    ) => () => Promise<E.Either<unknown, unknown>>
    expect(await untyped({ type: 'Subtract', data: {} })()).toMatchObject({
      left: { _tag: 'UnknownCommand', type: 'Subtract' },
    })
    expect(await dispatch(add('', 1))()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'stream name' } })
    expect(await untyped({ type: 'Add', data: undefined })()).toMatchObject({
      left: { _tag: 'DomainCodeFailed', command: 'Add' },
    })
    expect(await dispatch(add('a', 1), { commandId: '' })()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'commandId' },
    })
    expect(await dispatch(add('a', 1), { commandId: 'a\0' })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await dispatch(add('a', 1), { correlationId: '' })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })

  it('returns an error for a deleted stream, and for an event that cannot be decoded', async () => {
    const { dispatch, store, load } = started()
    const name = StreamName.make('counter', 'gone')
    if (E.isLeft(name)) throw new Error('unreachable')
    await dispatch(add('gone', 1))()
    await store.deleteStream(name.right, 'any')()
    expect(await dispatch(add('gone', 1))()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
    expect(await dispatch(add('gone', 1))()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
    expect(await load(counter, 'gone')()).toMatchObject({ left: { _tag: 'StreamDeleted' } })

    const odd = StreamName.make('counter', 'odd')
    if (E.isLeft(odd)) throw new Error('unreachable')
    const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV' as never // A ULID.
    const event = { id, type: 'Multiplied', schemaVersion: 1, data: {}, metadata: {} }
    await store.append({ stream: odd.right, expected: 'any', events: [event] })()
    expect(await dispatch(add('odd', 1))()).toMatchObject({ left: { _tag: 'DecodeFailure', type: 'Multiplied' } })
    expect(E.isRight(await dispatch(add('other', 1))())).toBe(true)
  })

  it('loads the current state', async () => {
    const { dispatch, load, store } = started()
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 0, state: { value: 0 } } })
    await dispatch(add('a', 5))()
    const other = makeDispatcher({ store, aggregates: [counter] })
    await other.dispatch(add('a', 6))()
    expect(await load(counter, 'a')()).toMatchObject({
      right: { stream: 'counter-a', version: 2, state: { value: 11 } },
    })
  })

  it('aggregates that share a category or a command are rejected', () => {
    const built = makeDispatcherEither({
      store: makeMemoryStore(),
      aggregates: [counter, { ...counter, category: 'a-b' }],
    })
    expect(built).toMatchObject({ left: { _tag: 'InvalidDispatcher' } })
    expect(E.isLeft(built) ? built.left.problems.join('\n') : '').toMatch(
      /a-b.*cannot be a category[\s\S]*"Add" belongs to both counter and a-b/,
    )
    expect(() => makeDispatcher({ store: makeMemoryStore(), aggregates: [counter, counter] })).toThrow(
      /two aggregates have the category "counter"/,
    )
  })

  it('has a sentence for each of its errors', () => {
    expect(describeError({ _tag: 'UnknownCommand', type: 'X', known: ['A', 'B'] })).toBe(
      'no aggregate has the command X; the known commands are A, B',
    )
    expect(describeError({ _tag: 'DomainCodeFailed', command: 'X', why: 'boom', cause: 0 })).toBe(
      'the domain code failed for X: boom',
    )
    expect(describeError({ _tag: 'DispatcherOverloaded', waiting: 3, limit: 3 })).toMatch(
      /3 commands are already waiting/,
    )
    const version = { _tag: 'VersionNotFound', stream: 'counter-a', version: 4 } as const
    expect(describeError({ ...version, actual: 3 })).toBe('counter-a has no version 4: its last version is 3')
    expect(describeError({ ...version, actual: 0 })).toBe('counter-a has no version 4: it has no events')
    expect(describeError({ ...version, actual: 3, rewound: true })).toMatch(
      'read the history again, from its beginning',
    )
    expect(describeError({ _tag: 'DispatcherStopped' })).toBe('the dispatcher was stopped')
    expect(describeError({ _tag: 'InvalidInput', what: 'a', why: 'b' })).toBe('a: b')
  })
})
