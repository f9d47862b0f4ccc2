import { makeMemoryStore } from '@foldlog/memory-store'
import { BatchHandler, EventHandler, makeHandlerRuntime, ProcessManager, Projection } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, right, startRuntime, things } from './fixtures.ts'

type Handler = Parameters<typeof makeHandlerRuntime>[0]['handlers'][number]

const common = { name: 'one', from: [things], start: 'now' } as const
const done = TE.right(undefined)

const withEffects: Readonly<Record<string, Handler>> = {
  'an event handler': EventHandler.make({ ...common, handle: () => done }),
  'a batch handler': BatchHandler.make({ ...common, handle: () => done }),
  'a process manager': ProcessManager.make({
    ...common,
    key: () => 'key',
    state: t.number,
    initialState: 0,
    evolve: (n) => n,
    react: () => [],
  }),
}

const runtimeOf = (handler: Handler) =>
  makeHandlerRuntime({ store: makeMemoryStore(), handlers: [handler], dispatch: () => done })

describe('the start of a handler', () => {
  it.each(Object.entries(withEffects))('is required by %s, also from a JavaScript caller', async (_, handler) => {
    const { start, ...without } = handler
    expect(await runtimeOf(without as Handler).start()).toEqual(
      E.left({
        _tag: 'InvalidInput',
        what: 'start of one',
        why: "is missing: 'now' skips the events that are already stored, 'origin' handles them, too",
      }),
    )
    const runtime = runtimeOf({ ...without, start } as Handler)
    await startRuntime(runtime)
    await runtime.stop()
  })

  it('is the origin for a projection that does not say', async () => {
    const store = makeMemoryStore()
    const position = await append(store, 1, added(1))
    const seen: Array<number> = []
    const projection = Projection.make({
      name: 'one',
      from: [things],
      view: t.number,
      key: ({ stream }) => stream,
      project: (_, event) => {
        seen.push(event.position)
        return event.position
      },
    })
    const runtime = makeHandlerRuntime({ store, handlers: [projection] })
    await startRuntime(runtime)
    right(await runtime.waitFor(['one'], position)())
    await runtime.stop()
    expect(seen).toContain(position)
  })
})
