import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  makeHandlerRuntime,
  RuntimeStatus,
} from '@foldlog/subscriptions'
import { afterEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { added, append, broken, right, startRuntime, things, until } from './fixtures.ts'

const running: Array<HandlerRuntime> = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()))
})

/** A handler that parks broken events, and what it has handled. */
const mails = (name = 'mails') => {
  const handled: Array<number> = []
  const handler = EventHandler.make({
    name,
    from: [things],
    start: 'origin',
    onFailure: FailurePolicy.park,
    handle: ({ event, position }) => {
      if (event.type === 'Broken') return TE.left('broken')
      handled.push(position)
      return TE.right(undefined)
    },
  })
  return { handler, handled }
}

const make = (store: MemoryStore, ...handlers: Parameters<typeof makeHandlerRuntime>[0]['handlers']) => {
  const limits = { leaseTime: 600, pollInterval: 20, idleCommitInterval: 5 }
  const runtime = makeHandlerRuntime({ store, handlers, limits })
  running.push(runtime)
  return runtime
}

/** A store with a handler that has handled an event, parked another, and runs no more. */
const handledOnce = async () => {
  const store = makeMemoryStore()
  const runtime = make(store, mails().handler)
  await startRuntime(runtime)
  await append(store, 'a', added(1))
  const position = await append(store, 'b', broken)
  right(await runtime.waitFor(['mails'], position)())
  await runtime.stop()
  return { store, position }
}

const stateOf = async (store: MemoryStore, name = 'mails') =>
  right(await RuntimeStatus.read(store)()).handlers.find((one) => one.name === name)?.state

describe('a handler that is gone from the code', () => {
  it('has no process, by the status, whether an event waits or not', async () => {
    const { store } = await handledOnce()
    await until(async () => (await stateOf(store)) === 'no process')
    await append(store, 'a', added(2))
    expect(await stateOf(store)).toBe('no process')
  })

  it('is removed by a runtime that does not know it, which says what went', async () => {
    const { store, position } = await handledOnce()
    const runtime = make(store, mails('others').handler)
    await startRuntime(runtime)
    expect(right(await runtime.remove('mails')())).toMatchObject({ position, documents: { parked: 1, view: 0 } })
    expect(await stateOf(store)).toBeUndefined()
    expect(await runtime.remove('mails')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })

  it('is not removed, renamed or reset while a process runs it', async () => {
    const store = makeMemoryStore()
    const runtime = make(store, mails().handler)
    await startRuntime(runtime)
    await until(async () => (await stateOf(store)) === 'running')
    const other = make(store, mails().handler)
    for (const one of [runtime, other]) {
      const refused = { left: { _tag: 'HandlerInUse', name: 'mails' } }
      expect(await one.remove('mails')()).toMatchObject(refused)
      expect(await one.rename('mails', 'letters')()).toMatchObject(refused)
      expect(await one.reset('mails')()).toMatchObject(refused)
    }
  })

  it('goes on under its new name, and handles nothing again', async () => {
    const { store } = await handledOnce()
    const { handler, handled } = mails('letters')
    const runtime = make(store, handler)
    right(await runtime.rename('mails', 'letters')())
    await startRuntime(runtime)
    const position = await append(store, 'a', added(2))
    right(await runtime.waitFor(['letters'], position)())
    expect(handled).toEqual([position])
    expect(right(await runtime.status()).handlers).toMatchObject([{ name: 'letters', parked: 1 }])
  })

  it('begins anew when it is reset, at the start of the code or at another', async () => {
    for (const start of [undefined, { after: 1 }] as const) {
      const { store } = await handledOnce()
      const { handler, handled } = mails()
      const runtime = make(store, { ...handler, partitions: 2 })
      expect(right(await runtime.reset('mails', start)())).toMatchObject({ documents: { parked: 1 } })
      await startRuntime(runtime)
      const position = await append(store, 'a', added(2))
      right(await runtime.waitFor(['mails'], position)())
      expect(handled).toEqual(start === undefined ? [1, position] : [position])
    }
  })

  it('is reset only by code that has it, and to a place of the log', async () => {
    const { store, position } = await handledOnce()
    const runtime = make(store, mails().handler)
    expect(await runtime.reset('letters')()).toMatchObject({ left: { _tag: 'UnknownHandler', known: ['mails'] } })
    expect(E.isLeft(await runtime.reset('mails', { after: position + 1 })())).toBe(true)
    expect(await make(store, mails('new').handler).reset('new')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(right(await store.generations())).toMatchObject([{ name: 'mails', position }])
  })
})
