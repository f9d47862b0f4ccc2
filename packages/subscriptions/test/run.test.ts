import { rejectInput } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { added, append, right, things } from './fixtures.ts'

const started = (store = makeMemoryStore()) => {
  const seen: Array<number> = []
  const handler = EventHandler.make({
    name: 'seen',
    from: [things],
    start: 'origin',
    handle: ({ position }) => TE.fromIO(() => void seen.push(position)),
  })
  return { store, seen, runtime: makeHandlerRuntime({ store, handlers: [handler] }) }
}

describe('run', () => {
  it('handles events until the signal aborts, and stops the runtime then', async () => {
    const { store, seen, runtime } = started()
    const controller = new AbortController()
    const running = runtime.run(controller.signal)()
    right(await runtime.waitFor(['seen'], await append(store, 1, added(1)), 60_000)())
    controller.abort()
    expect(await running).toEqual(E.right(undefined))
    expect(seen).toEqual([1])
    expect(await runtime.start()).toMatchObject({ left: { what: 'runtime' } })
  })

  it('ends when the runtime is stopped without the signal', async () => {
    const { store, runtime } = started()
    const running = runtime.run(new AbortController().signal)()
    right(await runtime.waitFor(['seen'], await append(store, 1, added(1)), 60_000)())
    await runtime.stop()
    expect(await running).toEqual(E.right(undefined))
  })

  it('starts nothing when the signal has aborted already', async () => {
    const { store, seen, runtime } = started()
    await append(store, 1, added(1))
    expect(await runtime.run(AbortSignal.abort())()).toEqual(E.right(undefined))
    expect(seen).toEqual([])
    expect(right(await store.handlerStatuses())).toEqual([])
  })

  it('ends with the error of the start, and may be called again', async () => {
    const store = makeMemoryStore()
    let isBroken = true
    const register: typeof store.register = (asked) =>
      isBroken ? TE.fromEither(rejectInput('register', 'is refused')) : store.register(asked)
    const { runtime } = started({ ...store, register })
    const { signal } = new AbortController()
    expect(await runtime.run(signal)()).toMatchObject({ left: { _tag: 'InvalidInput', why: 'is refused' } })
    isBroken = false
    const running = runtime.run(signal)()
    right(await runtime.waitFor(['seen'], await append(store, 1, added(1)), 60_000)())
    await runtime.stop()
    expect(await running).toEqual(E.right(undefined))
  })

  it('runs until its own signal aborts, after a start that failed while another signal aborted', async () => {
    const store = makeMemoryStore()
    const first = new AbortController()
    const register: typeof store.register = (asked) => {
      if (first.signal.aborted) return store.register(asked)
      first.abort()
      return TE.fromEither(rejectInput('register', 'is refused'))
    }
    const { runtime } = started({ ...store, register })
    expect(await runtime.run(first.signal)()).toMatchObject({ left: { why: 'is refused' } })
    const second = new AbortController()
    const running = runtime.run(second.signal)()
    right(await runtime.waitFor(['seen'], await append(store, 1, added(1)), 60_000)())
    second.abort()
    expect(await running).toEqual(E.right(undefined))
  })

  it('stops a runtime whose signal aborts during the start', async () => {
    const { store, runtime } = started()
    const controller = new AbortController()
    const register: typeof store.register = (asked) => {
      controller.abort()
      return store.register(asked)
    }
    const other = started({ ...store, register }).runtime
    expect(await other.run(controller.signal)()).toEqual(E.right(undefined))
    await runtime.stop()
  })
})
