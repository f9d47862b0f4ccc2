import { fc, test } from '@fast-check/jest'
import { makeApplication } from '@foldlog/application'
import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { order, orders, place, shipping } from './shop.ts'
import { gate, quick, right, stores, until } from './stores.ts'

const parts = { aggregates: [order], handlers: [orders, shipping], limits: quick } as const

const signalOf = (controller = new AbortController()) => controller.signal

const counting = () => {
  const calls: Array<string> = []
  const store = { ...makeMemoryStore() }
  for (const name of ['register', 'heartbeat', 'readLog', 'settledPosition'] as const) {
    const f: unknown = Reflect.get(store, name)
    if (typeof f !== 'function') continue
    Reflect.set(store, name, (...args: ReadonlyArray<unknown>) => {
      calls.push(name)
      return f(...args)
    })
  }
  return { store, calls }
}

describe.each(stores)('an application on the %s store', (_, open) => {
  test.prop([fc.array(fc.constantFrom('start', 'stop', 'turn'), { minLength: 1, maxLength: 6 })], { numRuns: 12 })(
    'ends every start and stop, in whatever order, and leaves the store open',
    async (steps) => {
      const store = await open()
      const application = makeApplication({ ...parts, store })
      const calls: Array<Promise<unknown>> = []
      let stopped = false
      for (const step of steps) {
        if (step === 'turn') await new Promise(setImmediate)
        if (step === 'start') {
          const mayStart = !stopped
          calls.push(
            application.start().then((started) => {
              if (!mayStart) expect(started).toMatchObject({ left: { _tag: 'InvalidInput', what: 'application' } })
            }),
          )
        }
        if (step === 'stop') {
          stopped = true
          calls.push(application.stop())
        }
      }
      await Promise.all(calls)
      await application.stop()
      expect(await application.dispatch(place('a'))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
      expect(await store.readLog()()).toMatchObject({ right: { events: [] } })
      // No member is left in the store: its leases are released.
      expect(right(await application.status()).handlers.flatMap(({ members }) => members)).toEqual([])
    },
  )

  it('finishes at stop a command that waits for handlers', async () => {
    const application = makeApplication({ ...parts, store: await open() })
    right(await application.start())
    const waiting = application.dispatch(place('a'), { awaitHandlers: ['orders', 'shipping'] })()
    const stopping = application.stop()
    expect(await application.dispatch(place('b'))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
    expect(await waiting).toMatchObject({ _tag: 'Right' })
    await stopping
  })

  it('runs until its signal aborts: what serves ends first, then commands, then handlers, and `release` last', async () => {
    const store = await open()
    const order: Array<string> = []
    const application = makeApplication({ ...parts, store, release: async () => void order.push('release') })
    const controller = new AbortController()
    const running = application.run(controller.signal, async () => {
      order.push('serve')
      return E.right({
        stop: async () => {
          // The last request of the server is still done, and its handlers run.
          const last = await application.dispatch(place('last'), { awaitHandlers: ['orders'] })()
          order.push(`serving ended, last command ${last._tag}`)
        },
      })
    })()
    await until(() => order.length > 0)
    controller.abort()
    expect(await running).toEqual(E.right(undefined))
    expect(order).toEqual(['serve', 'serving ended, last command Right', 'release'])
    expect(await application.dispatch(place('b'))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
  })

  it('ends `run` when it is stopped', async () => {
    const application = makeApplication({ ...parts, store: await open() })
    const running = application.run(signalOf())()
    await until(async () => (await application.health()).ready)
    await application.stop()
    expect(await running).toEqual(E.right(undefined))
  })
})

describe('an application', () => {
  it('whose signal is aborted already starts nothing, and has stopped', async () => {
    const { store, calls } = counting()
    const application = makeApplication({ ...parts, store })
    const served: Array<string> = []
    const serve = async () => {
      served.push('served')
      return E.right({ stop: async () => {} })
    }
    expect(await application.run(AbortSignal.abort(), serve)()).toEqual(E.right(undefined))
    expect([calls, served]).toEqual([[], []])
    expect(await application.dispatch(place('a'))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
  })

  it('that is stopped during its start ends, and starts nothing afterwards', async () => {
    const { passed, open } = gate()
    const memory = makeMemoryStore()
    let entered = false
    const store: typeof memory = {
      ...memory,
      register:
        (...args) =>
        async () => {
          entered = true
          await passed
          return memory.register(...args)()
        },
    }
    const application = makeApplication({ ...parts, store })
    const starting = application.start()
    await until(() => entered)
    const stopping = application.stop()
    expect(await application.health()).toMatchObject({ live: true, ready: false, why: ['the application is stopping'] })
    open()
    await Promise.all([starting, stopping])
    expect(await application.start()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'application' } })
    expect(right(await application.status()).handlers.flatMap(({ members }) => members)).toEqual([])
  })

  it('whose signal aborts during its start does not wait for a server', async () => {
    const memory = makeMemoryStore()
    const controller = new AbortController()
    const store: typeof memory = {
      ...memory,
      register:
        (...args) =>
        async () => {
          controller.abort()
          return memory.register(...args)()
        },
    }
    const served: Array<string> = []
    const application = makeApplication({ ...parts, store })
    const serve = async () => {
      served.push('served')
      return E.right({ stop: async () => void served.push('stopped') })
    }
    expect(await application.run(controller.signal, serve)()).toEqual(E.right(undefined))
    expect(served).toEqual([])
  })

  it('does not start while its store is down, says so, and starts when it is back', async () => {
    let down = true
    const memory = makeMemoryStore()
    const away = storeUnavailable('connection refused', true, undefined)
    const store: typeof memory = {
      ...memory,
      register: (...args) => (down ? TE.left(away) : memory.register(...args)),
      settledPosition: async () => (down ? E.left(away) : memory.settledPosition()),
    }
    const application = makeApplication({ ...parts, store })
    expect(await application.start()).toEqual(E.left(away))
    expect(await application.health()).toEqual({
      live: true,
      ready: false,
      why: ['the application did not start: the store is not available: connection refused; try again'],
      warnings: [],
    })
    const web = makeApplication({ ...parts, store, runHandlers: false })
    expect(await web.start()).toEqual(E.left(away))
    expect(await makeApplication({ ...parts, store }).run(signalOf())()).toEqual(E.left(away))
    down = false
    right(await application.start())
    expect(await application.health()).toMatchObject({ ready: true, why: [] })
    right(await web.start())
    await application.stop()
    await web.stop()
  })

  it('whose server cannot start stops what has started, and returns the reason', async () => {
    const application = makeApplication({ ...parts, store: makeMemoryStore() })
    expect(await application.run(signalOf(), TE.left('port taken'))()).toEqual(E.left('port taken'))
    expect(await application.health()).toMatchObject({ live: false, why: ['the application is stopped'] })
    const broken = makeApplication({ ...parts, store: makeMemoryStore() })
    const throws = () => Promise.reject(new Error('no'))
    expect(await broken.run(signalOf(), throws)()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'serve' } })
  })

  it('stops although its server and its release throw', async () => {
    const fails = async () => Promise.reject(new Error('no'))
    const application = makeApplication({ ...parts, store: makeMemoryStore(), release: fails })
    const controller = new AbortController()
    const running = application.run(controller.signal, async () => E.right({ stop: fails }))()
    await until(async () => (await application.health()).ready)
    controller.abort()
    expect(await running).toEqual(E.right(undefined))
    expect(application.isLive()).toBe(false)
  })

  it('stops waiting for commands in flight that do not end within the time for work in flight', async () => {
    const { passed, open } = gate()
    const application = makeApplication({
      ...parts,
      store: makeMemoryStore(),
      limits: { handlers: { ...quick.handlers, stopTimeout: 20 } },
      middleware: (next) => (command, context) => async () => {
        await passed
        return next(command, context)()
      },
    })
    const waiting = application.dispatch(place('a'))()
    await application.stop()
    open()
    expect(await waiting).toEqual(E.left({ _tag: 'DispatcherStopped' }))
  })
})
