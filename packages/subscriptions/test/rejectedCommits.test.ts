import { rejectInput } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyProcessManager,
  type AnyProjection,
  FailurePolicy,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  type RuntimeOptions,
  RuntimeStatus,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, right, things, until } from './fixtures.ts'

/** The event for which the store accepts no view, no state and no command: no time and no id has these digits. */
const rejected = 131_313_131_313_131

const rejecting = (store: MemoryStore): MemoryStore => ({
  ...store,
  commit: (commits) => {
    const isRejected = commits.some(({ changes }) =>
      changes.some(({ kind, data }) => kind !== 'parked' && JSON.stringify(data ?? null).includes(`${rejected}`)),
    )
    return isRejected ? async () => rejectInput('a document', 'is too large') : store.commit(commits)
  },
})

const documentsOf = async (store: MemoryStore, kind: 'view' | 'process' | 'parked' | 'command') =>
  right(await store.listDocuments({ name: 'noting', kind })()).documents.map(({ data }) => data)

const run = async (
  store: MemoryStore,
  handler: AnyProjection | AnyProcessManager,
  dispatch?: RuntimeOptions['dispatch'],
) => {
  const runtime = makeHandlerRuntime({
    store: rejecting(store),
    handlers: [handler],
    limits: { leaseTime: 300, idleCommitInterval: 2, pollInterval: 20 },
    ...(dispatch === undefined ? undefined : { dispatch }),
  })
  right(await runtime.start())
  const last = right(await store.settledPosition())
  right(await runtime.waitFor([handler.name], last, 10_000)())
  // Commands are sent after the checkpoint.
  await until(async () => (await documentsOf(store, 'command')).length === 0)
  await runtime.stop()
}

describe.each(['skip', 'park'] as const)('an event whose commit the store rejects, with the verdict %s', (verdict) => {
  const onFailure = FailurePolicy.make(verdict, limitRetries(0))

  it('leaves nothing in the view that is kept in memory', async () => {
    const store = makeMemoryStore()
    for (const n of [1, rejected, 2]) await append(store, 'a', added(n))
    const projection = Projection.make({
      name: 'noting',
      from: [things],
      view: t.readonlyArray(t.number),
      onFailure,
      key: ({ stream }) => stream,
      project: (view: ReadonlyArray<number> | undefined, { event }) => [
        ...(view ?? []),
        event.type === 'Added' ? event.data.n : 0,
      ],
    })
    await run(store, projection)
    // Behind a parked event, the next one waits.
    expect(await documentsOf(store, 'view')).toEqual([verdict === 'skip' ? [1, 2] : [1]])
    expect(await documentsOf(store, 'parked')).toHaveLength(verdict === 'skip' ? 0 : 2)
  })

  it('leaves nothing in the state of a process, and sends no command', async () => {
    const store = makeMemoryStore()
    for (const n of [1, rejected, 2]) await append(store, 'a', added(n))
    const manager = ProcessManager.make({
      name: 'noting',
      from: [things],
      start: 'origin',
      onFailure,
      key: ({ stream }) => stream,
      state: t.readonlyArray(t.number),
      initialState: [],
      evolve: (state, input) =>
        input._tag === 'EventHappened' && input.event.event.type === 'Added'
          ? [...state, input.event.event.data.n]
          : state,
      react: (_, input) =>
        input._tag === 'EventHappened' && input.event.event.type === 'Added'
          ? [Reaction.send({ type: 'Note', data: input.event.event.data.n })]
          : [],
    })
    const sent: Array<unknown> = []
    await run(store, manager, ({ data }) =>
      TE.fromIO(() => {
        sent.push(data)
      }),
    )
    expect(sent).toEqual(verdict === 'skip' ? [1, 2] : [1])
    expect(await documentsOf(store, 'process')).toMatchObject([{ state: verdict === 'skip' ? [1, 2] : [1] }])
  })
})

/** A manager whose processes keep the numbers of their events, and after a timer or a rejection those of `later`. */
const growing = (first: ReturnType<typeof Reaction.send> | ReturnType<typeof Reaction.schedule>) =>
  ProcessManager.make({
    name: 'noting',
    from: [things],
    start: 'origin',
    key: ({ stream }) => stream,
    state: t.readonlyArray(t.number),
    initialState: [],
    evolve: (state, input) =>
      input._tag === 'EventHappened'
        ? [...state, input.event.event.type === 'Added' ? input.event.event.data.n : 0]
        : state.map((n) => n + 10),
    react: (_, input) => (input._tag === 'EventHappened' ? [first] : []),
  })

const statusOf = async (store: MemoryStore) => right(await RuntimeStatus.read(store)()).handlers[0]

const parkedReasons = async (store: MemoryStore) =>
  right(await ParkedEvent.list(store, 'noting')()).map(({ why, stream }) => ({ why, stream }))

describe('an input of a process whose commit the store rejects', () => {
  // The second process makes 13 of 3, which the store rejects.
  const appendTwo = async (store: MemoryStore) => {
    await append(store, 'a', added(1))
    await append(store, 'b', added(rejected - 10))
  }

  it.each([
    ['a timer', Reaction.schedule('late', new Date(0))],
    ['a rejection', Reaction.send({ type: 'Note', data: null })],
  ])('is parked in the lane of its process, and other processes go on: %s', async (_, first) => {
    const store = makeMemoryStore()
    await appendTwo(store)
    const runtime = makeHandlerRuntime({
      store: rejecting(store),
      handlers: [growing(first)],
      dispatch: () => TE.left({ _tag: 'Refused', why: 'no' }),
      limits: { leaseTime: 300, idleCommitInterval: 2, pollInterval: 20 },
    })
    right(await runtime.start())
    await until(async () => (await parkedReasons(store)).length > 0)
    await until(async () => (await documentsOf(store, 'process')).some((data) => JSON.stringify(data).includes('11')))
    expect(await parkedReasons(store)).toEqual([
      { stream: expect.stringMatching(/-b$/), why: expect.stringContaining('is too large') },
    ])
    expect(await statusOf(store)).toMatchObject({ state: 'running', parked: 1, timers: 0, commands: 0 })
    // The process itself is as it was before that input, and its next event waits behind it.
    const last = await append(store, 'b', added(1))
    right(await runtime.waitFor(['noting'], last, 10_000)())
    expect(await parkedReasons(store)).toHaveLength(2)
    await runtime.stop()
  })

  it('is parked without the error of a rejection that the store rejects', async () => {
    const store = makeMemoryStore()
    await append(store, 'a', added(1))
    const failing: MemoryStore = {
      ...store,
      commit: (commits) =>
        commits.some(({ changes }) => changes.some(({ data }) => JSON.stringify(data ?? null).includes('huge')))
          ? async () => rejectInput('a document', 'is too large')
          : store.commit(commits),
    }
    const manager = { ...growing(Reaction.send({ type: 'Note', data: null })) }
    const runtime = makeHandlerRuntime({
      store: failing,
      handlers: [
        {
          ...manager,
          react: (state: ReadonlyArray<number>, input: Parameters<typeof manager.react>[1]) => {
            if (input._tag === 'CommandRejected') throw new Error('not yet')
            return manager.react(state, input)
          },
        },
      ],
      dispatch: () => TE.left({ _tag: 'Refused', why: 'huge' }),
      limits: { leaseTime: 300, idleCommitInterval: 2, pollInterval: 20 },
    })
    right(await runtime.start())
    await until(async () => (await parkedReasons(store)).length > 0)
    expect(await parkedReasons(store)).toMatchObject([{ why: expect.stringContaining('not yet') }])
    expect(await statusOf(store)).toMatchObject({ state: 'running', parked: 1, commands: 0 })
    await runtime.stop()
  })
})
