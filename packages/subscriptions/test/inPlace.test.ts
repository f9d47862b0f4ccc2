import { makeMemoryStore } from '@foldlog/memory-store'
import {
  FailurePolicy,
  makeHandlerRuntime,
  type ProcessInput,
  ProcessManager,
  Projection,
  Reaction,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, broken, right, startRuntime, type ThingEvent, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const Sum = t.type({ sum: t.number })

describe('a value that is changed in place', () => {
  it.each(['park', 'skip'] as const)('is counted once when a later event of its view fails (%s)', async (verdict) => {
    const sums = Projection.make({
      name: 'sums',
      from: [things],
      onFailure: FailurePolicy.make(verdict, limitRetries(0)),
      view: Sum,
      key: () => 'all',
      project: (view: { sum: number } | undefined, { event }) => {
        const kept = view ?? { sum: 0 }
        kept.sum += event.type === 'Added' ? event.data.n : 1_000
        if (event.type === 'Broken') throw new Error('after the change')
        return kept
      },
    })
    const store = makeMemoryStore()
    await append(store, 1, added(1), added(2))
    const runtime = makeHandlerRuntime({ store, handlers: [sums], limits })
    await startRuntime(runtime)
    right(await runtime.waitFor(['sums'], await append(store, 1, added(3)))())
    right(await runtime.waitFor(['sums'], await append(store, 1, added(4), broken))())
    expect(right(await store.getDocuments({ name: 'sums', kind: 'view' }, ['all'])())[0]?.data).toEqual({ sum: 10 })
    await runtime.stop()
  })

  it('is the state of a process only when the process does not fail on its input', async () => {
    const states: Array<number> = []
    const initialState = { sum: 0 }
    const manager = ProcessManager.make({
      name: 'manager',
      from: [things],
      start: 'origin',
      state: Sum,
      initialState,
      key: ({ stream }) => stream,
      evolve: (state: { sum: number }, input: ProcessInput<ThingEvent, never>) => {
        if (input._tag === 'EventHappened' && input.event.event.type === 'Added') state.sum += input.event.event.data.n
        else state.sum += 1_000
        return state
      },
      react: ({ sum }, input): ReadonlyArray<Reaction<never>> => {
        states.push(sum)
        if (input._tag === 'TimerFired' || input._tag === 'CommandRejected') return []
        if (input.event.event.type === 'Broken') throw new Error('after the change')
        return [Reaction.cancel('none')]
      },
    })
    const store = makeMemoryStore()
    const runtime = makeHandlerRuntime({
      store,
      handlers: [manager],
      limits,
      dispatch: () => TE.right(undefined),
    })
    await append(store, 1, added(1), added(2), broken)
    await startRuntime(runtime)
    right(await runtime.waitFor(['manager'], await append(store, 2, added(5)))())
    await until(() => states.includes(5))
    const { documents } = right(await store.listDocuments({ name: 'manager', kind: 'process' })())
    expect(documents.map(({ data }) => data)).toMatchObject([{ state: { sum: 3 } }, { state: { sum: 5 } }])
    expect(initialState).toEqual({ sum: 0 })
    await runtime.stop()
  })
})
