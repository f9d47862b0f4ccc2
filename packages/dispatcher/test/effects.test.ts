import { Aggregate } from '@foldlog/core'
import { causedBy, type Dispatch, type Middleware, makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, readerTaskEither as RTE, taskEither as TE } from 'fp-ts'
import { add, type Counter, type CounterCommand, type CounterEvent, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

interface Env {
  readonly rate: (from: number) => TE.TaskEither<'no rate', number>
}

const withRate = Aggregate.make({
  ...counter,
  commands: ['Add', 'AddTwice', 'Note', 'Nothing', 'Explode'],
  effects: {
    Add: ({ data }: Extract<CounterCommand, { readonly type: 'Add' }>, { value }: Counter) =>
      RTE.asksReaderTaskEither(({ rate }: Env) =>
        RTE.fromTaskEither(
          TE.map((by: number): ReadonlyArray<CounterEvent> => [{ type: 'Added', data: { by: by + value } }])(
            rate(data.by),
          ),
        ),
      ),
  },
})

describe('effectful decisions', () => {
  it('replace decide for their command, with the environment and the evolving state', async () => {
    const observed = recordCalls(makeMemoryStore())
    const env: Env = { rate: (n) => (n === 0 ? TE.left('no rate') : TE.right(n * 10)) }
    const { dispatch, load } = makeDispatcher({ store: observed.store, aggregates: [withRate], env })
    const results = await Promise.all([dispatch(add('a', 1))(), dispatch(add('a', 0))(), dispatch(add('a', 2))()])
    expect(results).toMatchObject([{ right: { version: 1 } }, { left: 'no rate' }, { right: { version: 2 } }])
    expect(await load(withRate, 'a')()).toMatchObject({ right: { state: { value: 10 + (20 + 10) } } })
    expect(observed.roundTrips().filter((trip) => trip === 'append')).toHaveLength(1)
  })

  it('run again after a conflict', async () => {
    const store = makeMemoryStore()
    let asked = 0
    const other = makeDispatcher({ store, aggregates: [counter] })
    const env: Env = {
      rate: (n) => async () => {
        asked++
        if (asked === 1) await other.dispatch(add('a', 1000))()
        return E.right(n)
      },
    }
    const { dispatch } = makeDispatcher({ store, aggregates: [withRate], env })
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { events: [{ event: { data: { by: 1001 } } }] } })
    expect(asked).toBe(2)
  })

  it('one that rejects or never ends fails alone', async () => {
    const env: Env = {
      rate: (n) => () =>
        n === 1 ? Promise.reject(new Error('down')) : n === 2 ? new Promise(() => {}) : Promise.resolve(E.right(n)),
    }
    const { dispatch } = makeDispatcher({
      store: makeMemoryStore(),
      aggregates: [withRate],
      env,
      limits: { effectTimeout: 20 },
    })
    const results = await Promise.all([1, 2, 3].map((n) => dispatch(add('a', n))()))
    expect(results).toMatchObject([
      { left: { _tag: 'DomainCodeFailed', why: 'down' } },
      { left: { _tag: 'DomainCodeFailed', why: 'an effect did not end within 20 ms' } },
      { right: { version: 1 } },
    ])
  })
})

describe('around dispatch', () => {
  it('middleware is composition', async () => {
    const seen: Array<string> = []
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
    const logged =
      <Err, A>(name: string): Middleware<CounterCommand, Err, A> =>
      (next) =>
      (command, context) =>
        TE.map((result: A) => {
          seen.push(`${name} ${command.type}`)
          return result
        })(next(command, context))
    const plain: Dispatch<CounterCommand, unknown, unknown> = dispatch
    const wrapped = logged('outer')(logged('inner')(plain))
    await wrapped(add('a', 1))()
    expect(seen).toEqual(['inner Add', 'outer Add'])
  })

  it('a command that an event caused keeps the correlation, and names the event', async () => {
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
    const first = await dispatch(add('a', 1), { correlationId: 'request' })()
    const event = E.isRight(first) ? first.right.events[0] : undefined
    if (event === undefined) throw new Error('unreachable')
    expect(causedBy(event)).toEqual({ correlationId: 'request', causationId: event.id })
    const second = await dispatch(add('b', 1), causedBy(event))()
    expect(second).toMatchObject({
      right: { correlationId: 'request', events: [{ metadata: { correlationId: 'request' } }] },
    })
  })

  it('every dispatch is a span with its command and stream', async () => {
    const spans: Array<unknown> = []
    const tracer = {
      span: <L, A>(name: string, attributes: unknown, work: TE.TaskEither<L, A>) => {
        spans.push([name, attributes])
        return work
      },
    }
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter], tracer })
    await dispatch(add('a', 1))()
    expect(spans).toEqual([['foldlog.dispatch', { command: 'Add', stream: 'counter-a' }]])
  })
})

describe('limits and stop', () => {
  it('more commands than the limit are refused with DispatcherOverloaded', async () => {
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter], limits: { maxWaiting: 2 } })
    const results = await Promise.all([1, 2, 3].map((n) => dispatch(add('a', n))()))
    expect(results[2]).toEqual(E.left({ _tag: 'DispatcherOverloaded', waiting: 2, limit: 2 }))
    expect(results.slice(0, 2).every(E.isRight)).toBe(true)
    expect(E.isRight(await dispatch(add('a', 1))())).toBe(true)
  })

  it('stop finishes accepted commands and accepts no more', async () => {
    const { dispatch, stop } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
    let done = 0
    const taken = Array.from({ length: 600 }, (_, i) =>
      dispatch(add(`${i % 3}`, 1))().then((result) => {
        done++
        return result
      }),
    )
    await stop()
    await new Promise(setImmediate)
    expect(done).toBe(600)
    expect((await Promise.all(taken)).every(E.isRight)).toBe(true)
    expect(await dispatch(add('a', 1))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
    await stop()
  })
})
