import { rejectInput } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyProcessManager,
  type AnyProjection,
  FailurePolicy,
  makeHandlerRuntime,
  ProcessManager,
  Projection,
  Reaction,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, right, things, until } from './fixtures.ts'

/** The event for which the store accepts no view, no state and no command. */
const rejected = 13

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
