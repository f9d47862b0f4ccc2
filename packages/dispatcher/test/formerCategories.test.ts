import { Aggregate } from '@foldlog/core'
import { makeDispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, commands, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

/** The current counter; its category was `counter`, and `tally` before that. */
const meter = Aggregate.make({ ...counter, commands, category: 'meter', formerCategories: ['counter', 'tally'] })

const before = (store = makeMemoryStore()) => ({ store, old: makeDispatcher({ store, aggregates: [counter] }) })

describe('an aggregate that had another category', () => {
  it('continues a stream under its old name, and begins new ones under its new name', async () => {
    const { store, old } = before()
    await old.dispatch(add('a', 5))()
    const { dispatch, load } = makeDispatcher({ store, aggregates: [meter] })
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { stream: 'counter-a', version: 2 } })
    expect(await dispatch(add('b', 1))()).toMatchObject({ right: { stream: 'meter-b', version: 1 } })
    expect(await load(meter, 'a')()).toMatchObject({ right: { stream: 'counter-a', state: { value: 6 } } })
    expect(await load(meter, 'b')()).toMatchObject({ right: { stream: 'meter-b', state: { value: 1 } } })
  })

  it('is written by old and new code concurrently, and every conflict is detected', async () => {
    const { store, old } = before()
    await old.dispatch(add('a', 0))()
    const { dispatch } = makeDispatcher({ store, aggregates: [meter] })
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? old : { dispatch }).dispatch(add('a', 1))()))
    expect(await old.load(counter, 'a')()).toMatchObject({ right: { version: 21, state: { value: 20 } } })
  })

  it('knows commands that were handled under the old name', async () => {
    const { store, old } = before()
    await old.dispatch(add('a', 5), { commandId: '1' })()
    const { dispatch } = makeDispatcher({ store, aggregates: [meter] })
    expect(await dispatch(add('a', 5), { commandId: '1' })()).toMatchObject({ right: { version: 1, duplicate: true } })
  })

  it('stays deleted under its old name', async () => {
    const { store, old } = before()
    const made = await old.dispatch(add('a', 5))()
    if (E.isLeft(made)) throw new Error('unreachable')
    await store.deleteStream(made.right.stream, 'any')()
    const { dispatch, load } = makeDispatcher({ store, aggregates: [meter] })
    expect(await dispatch(add('a', 5))()).toMatchObject({ left: { _tag: 'StreamDeleted', stream: 'counter-a' } })
    expect(await load(meter, 'a')()).toMatchObject({ left: { _tag: 'StreamDeleted' } })
  })

  it('with events under two names is rejected: the events of one name would be ignored', async () => {
    const { store, old } = before()
    await old.dispatch(add('a', 5))()
    // A program without the former category has made both streams.
    const ignorant = Aggregate.make({ ...counter, commands, category: 'meter' })
    await makeDispatcher({ store, aggregates: [ignorant] }).dispatch(add('a', 1))()
    const { dispatch } = makeDispatcher({ store, aggregates: [meter] })
    expect(await dispatch(add('a', 1))()).toMatchObject({
      left: {
        _tag: 'InvalidInput',
        what: 'meter-a',
        why: expect.stringContaining('meter-a and counter-a have events'),
      },
    })
  })

  it('looks up its stream once, and never when it has had only one name', async () => {
    const { store, old } = before()
    await old.dispatch(add('a', 5))()
    const observed = recordCalls(store)
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [meter] })
    await dispatch(add('a', 1))()
    expect(observed.roundTrips()).toEqual(['streamInfo', 'streamInfo', 'streamInfo', 'readStream', 'append'])
    observed.clear()
    await dispatch(add('a', 1))()
    expect(observed.roundTrips()).toEqual(['append'])
  })

  it('shares no name with another one', () => {
    const other = Aggregate.make({ ...counter, commands: [...commands], category: 'tally' })
    expect(makeDispatcherEither({ store: makeMemoryStore(), aggregates: [meter, other] })).toMatchObject({
      left: { problems: expect.arrayContaining(['two aggregates have the category "tally"']) },
    })
  })
})
