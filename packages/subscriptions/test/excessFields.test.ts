import { CommandCodec } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyHandler,
  FailurePolicy,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
} from '@foldlog/subscriptions'
import { recorded, Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, right, startRuntime, things } from './fixtures.ts'

// A spread can add fields that a type does not have, and compiles. See decision 0043.

const Sum = t.strict({ sum: t.number, inner: t.strict({ n: t.number }) })
type Sum = t.TypeOf<typeof Sum>

const wider = { extra: true, inner: { n: 1, more: 'a' } }
const add = (before: Sum | undefined): Sum => ({ ...wider, sum: (before?.sum ?? 0) + 1 })
const narrow = { sum: 2, inner: { n: 1 } }

const view = { name: 'sums', from: [things], view: Sum, key: () => 'a', project: add } as const

const StayCommand = CommandCodec.make({ Pay: t.strict({ stay: t.string }) })
const manager = (command: (stay: string) => t.TypeOf<typeof StayCommand.codec>) =>
  ProcessManager.make({
    name: 'sums',
    from: [things],
    start: 'origin',
    to: [StayCommand],
    onFailure: FailurePolicy.make('park', limitRetries(0)),
    key: () => 'a',
    state: Sum,
    initialState: add(undefined),
    evolve: add,
    react: () => [Reaction.send(command('a'))],
  })

const sumOf = (sum: number): Sum => ({ sum, inner: { n: 1 } })

/** Appends two events at once, which are one batch, as often as given. */
const storedBy = async (handler: AnyHandler, kind: 'view' | 'process', batches = 1) => {
  const store = makeMemoryStore()
  const runtime = makeHandlerRuntime({
    store,
    handlers: [handler],
    dispatch: () => TE.right(undefined),
    limits: { leaseTime: 300, idleCommitInterval: 5, pollInterval: 20 },
  })
  await startRuntime(runtime)
  for (let i = 0; i < batches; i++) {
    const last = await append(store, 1, added(1), added(2))
    await runtime.waitFor(['sums'], last)()
  }
  await runtime.stop()
  const stored = right(await store.listDocuments({ name: 'sums', kind })()).documents.map(({ data }) => data)
  return { stored, parked: right(await ParkedEvent.list(store, 'sums')()).map(({ why }) => why) }
}

describe('fields that the codec does not have', () => {
  it('are left out of the view of a projection', async () => {
    expect(await storedBy(Projection.make(view), 'view')).toEqual({ stored: [narrow], parked: [] })
  })

  it('are left out of the view of an inline projection', async () => {
    const store = makeMemoryStore()
    const inline = makeInlineProjections({ store, projections: [InlineProjection.make(view)] })
    right(await inline.open())
    await append(inline.store, 1, added(1), added(2))
    const { documents } = right(await store.listDocuments({ name: 'sums', kind: 'view' })())
    expect(documents.map(({ data }) => data)).toEqual([narrow])
  })

  it('are left out of the state of a process', async () => {
    const { stored, parked } = await storedBy(
      manager((stay) => ({ type: 'Pay', data: { stay } })),
      'process',
    )
    expect(stored).toMatchObject([{ state: { sum: 3, inner: { n: 1 } } }])
    expect(JSON.stringify(stored)).not.toMatch(/extra|more/)
    expect(parked).toEqual([])
  })

  it('count in no later step, whether it is of the same batch, of a later one or after a restart', async () => {
    const look = (before: Sum | undefined): Sum => ({
      ...add(before),
      sum: (before?.sum ?? 0) + (before !== undefined && 'extra' in before ? 100 : 1),
    })
    const looking = { ...view, project: look } as const
    const process = { ...manager((stay) => ({ type: 'Pay', data: { stay } })), evolve: look }
    expect(await storedBy(Projection.make(looking), 'view', 2)).toEqual({ stored: [sumOf(4)], parked: [] })
    expect(await storedBy(process, 'process', 2)).toMatchObject({ stored: [{ state: sumOf(5) }], parked: [] })

    const store = makeMemoryStore()
    for (let restarts = 0; restarts < 2; restarts++) {
      const inline = makeInlineProjections({ store, projections: [InlineProjection.make(looking)] })
      right(await inline.open())
      await append(inline.store, 1, added(1), added(2))
      await append(inline.store, 1, added(3))
    }
    const { documents } = right(await store.listDocuments({ name: 'sums', kind: 'view' })())
    expect(documents.map(({ data }) => data)).toEqual([sumOf(6)])
  })

  it('are not left out of a command: the event is parked, and the reason names the field and what to do', async () => {
    const wide = manager((stay) => ({ type: 'Pay', data: { ...wider, stay } }))
    const { parked } = await storedBy(wide, 'process')
    expect(parked[0]).toMatch(/Pay\.data\.extra: .* leave the field out, or add it to the codec/)
  })

  it('are found in a command by its scenario', () => {
    const wide = manager((stay) => ({ type: 'Pay', data: { ...wider, stay } }))
    expect(() =>
      Scenario.processManager(wide)()
        .when({ _tag: 'EventHappened', event: recorded(added(1)) })
        .then(Reaction.send({ type: 'Pay', data: { ...wider, stay: 'a' } })),
    ).toThrow(/data\.extra/)
  })
})
