import type { Command, Json } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, type ProcessInput, ProcessManager, Reaction } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, interceptCalls, right, startRuntime, type ThingEvent, things, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

interface Note {
  readonly type: string
  readonly data: Json
}

const note = (type: string): Reaction<Note> => Reaction.send({ type, data: null })

const react = (input: ProcessInput<ThingEvent, Note>): ReadonlyArray<Reaction<Note>> => {
  switch (input._tag) {
    case 'EventHappened':
      return [note('Refused'), note('Second'), Reaction.schedule('soon', new Date(7))]
    case 'TimerFired':
      return [note('Fired')]
    case 'CommandRejected':
      return [note('Undone')]
  }
}

const manager = ProcessManager.make({
  name: 'manager',
  from: [things],
  start: 'origin',
  state: t.null,
  initialState: null,
  key: ({ stream }) => stream,
  evolve: () => null,
  react: (_, input: ProcessInput<ThingEvent, Note>) => react(input),
})

/** Stores processes and commands in the form that they had before timers and processes had an identity. */
const storingAsBefore = (store: ReturnType<typeof makeMemoryStore>) => ({
  ...store,
  commit: (commits: Parameters<typeof store.commit>[0]) =>
    store.commit(
      commits.map((one) => ({
        ...one,
        changes: one.changes.map((change) => {
          if (change.data === undefined || (change.kind !== 'process' && change.kind !== 'command')) return change
          const { settings, instance, since, acrossStreams, ...data } = change.data as Readonly<Record<string, Json>>
          return { ...change, data }
        }),
      })),
    ),
})

const away: TE.TaskEither<{ readonly _tag: string }, never> = async () => E.left({ _tag: 'StoreUnavailable' })

describe('the ids of commands', () => {
  it('are made of the manager, the process, the cause and the place, and of the setting of a timer', async () => {
    const store = makeMemoryStore()
    const ids: Record<string, string> = {}
    const runtime = makeHandlerRuntime({
      store,
      handlers: [manager],
      limits,
      dispatch: (command: Command, { commandId }) => {
        ids[command.type] = commandId
        return async () => (command.type === 'Refused' ? E.left({ _tag: 'No' }) : E.right(undefined))
      },
    })
    await append(store, 1, added(1))
    const [event] = right(await store.readLog()()).events
    await startRuntime(runtime)
    await until(() => Object.keys(ids).length >= 4)
    expect(ids).toEqual({
      Refused: `manager:thing-1:${event?.id}:0`,
      Second: `manager:thing-1:${event?.id}:1`,
      Undone: `manager:thing-1:manager%253Athing-1%253A${event?.id}%253A0%3Arefused:0`,
      Fired: `manager:thing-1:soon%3A7%3A${event?.id}%253A2:0`,
    })
    await runtime.stop()
  })

  it('stay what they were for timers and rejections of processes that an earlier version has stored', async () => {
    const store = makeMemoryStore()
    // Timers are due, and are not looked at: the earlier version has stored them, and no more.
    const earlier = interceptCalls(storingAsBefore(store), (name, request) =>
      name === 'dueDocuments' ? async () => E.right({ documents: [], next: null, now: new Date(0) }) : request,
    )
    const first = makeHandlerRuntime({ store: earlier, handlers: [manager], limits, dispatch: () => away })
    const position = await append(store, 1, added(1))
    const [event] = right(await store.readLog()()).events
    await startRuntime(first)
    right(await first.waitFor(['manager'], position)())
    await first.stop()
    const [process] = right(await store.listDocuments({ name: 'manager', kind: 'process' })()).documents
    expect(process?.data).toEqual({ state: null, timers: [['soon', 7]] })
    const ids: Record<string, string> = {}
    const second = makeHandlerRuntime({
      store,
      handlers: [manager],
      limits,
      dispatch: (command: Command, { commandId }) => {
        ids[command.type] = commandId
        return async () => (command.type === 'Refused' ? E.left({ _tag: 'No' }) : E.right(undefined))
      },
    })
    await startRuntime(second)
    await until(() => Object.keys(ids).length >= 4)
    expect(ids).toEqual({
      Refused: `manager:thing-1:${event?.id}:0`,
      Second: `manager:thing-1:${event?.id}:1`,
      Undone: `manager:thing-1:manager%253Athing-1%253A${event?.id}%253A0%3Arefused:0`,
      Fired: 'manager:thing-1:soon%3A7:0',
    })
    await second.stop()
  })
})
