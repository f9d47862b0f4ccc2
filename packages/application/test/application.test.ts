import { makeApplication } from '@foldlog/application'
import { EventHandler } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, option as O } from 'fp-ts'
import { inlineOrders, item, order, orders, place, shipping } from './shop.ts'
import { quick, right, type Store, stores, until } from './stores.ts'

const shopOn = (store: Store, more: { readonly runHandlers?: boolean | ReadonlyArray<string> } = {}) =>
  makeApplication({ store, aggregates: [order], handlers: [orders, shipping], limits: quick, ...more })

describe.each(stores)('an application on the %s store', (_, open) => {
  it('dispatches commands, waits for its handlers, carries out the commands of its processes, and reads views', async () => {
    const application = shopOn(await open())
    right(await application.start())
    const placed = right(await application.dispatch(place('a'), { awaitHandlers: ['orders', 'shipping'] })())
    await until(async () => right(await application.load(order, 'a')()).state === 'shipped')
    expect(await application.load(order, 'a', { at: placed.version })()).toMatchObject({ right: { state: 'placed' } })
    expect(await application.history(order, 'a')()).toMatchObject({
      right: { entries: [{ state: 'placed' }, { state: 'shipped' }] },
    })
    const status = right(await application.status())
    right(await application.waitFor(['orders'], status.settledPosition)())
    expect(await application.views(orders).get('order-a')()).toMatchObject({ right: O.some('Shipped') })
    await application.stop()
  })

  it('is two processes on one store: one serves commands, the other runs handlers', async () => {
    const store = await open()
    const web = shopOn(store, { runHandlers: false })
    const worker = shopOn(store)
    right(await web.start())
    // No process runs the handlers yet.
    expect(right(await web.status()).handlers).toEqual([])
    right(await worker.start())
    right(await web.dispatch(place('a'), { awaitHandlers: ['orders'] })())
    await until(async () => right(await web.load(order, 'a')()).state === 'shipped')
    await web.stop()
    right(await worker.dispatch(place('b'))())
    await until(async () => right(await worker.load(order, 'b')()).state === 'shipped')
    await worker.stop()
  })

  it('runs the handlers that `runHandlers` names, and no others', async () => {
    const store = await open()
    const application = shopOn(store, { runHandlers: ['orders'] })
    right(await application.start())
    right(await application.dispatch(place('a'), { awaitHandlers: ['orders'] })())
    expect(right(await application.status()).handlers.map(({ name }) => name)).toEqual(['orders'])
    await application.stop()
  })

  it('shares its handlers with another application on the same store, and each takes part in the end', async () => {
    const store = await open()
    const both = [shopOn(store), shopOn(store)]
    for (const one of both) right(await one.start())
    const ids = Array.from({ length: 10 }, (_value, i) => `${i}`)
    for (const [i, id] of ids.entries()) right((await both[i % 2]?.dispatch(place(id))()) ?? { _tag: 'Left', left: i })
    await both[0]?.stop()
    for (const id of ids) {
      await until(
        async () => right((await both[1]?.load(order, id)()) ?? { _tag: 'Left', left: id }).state === 'shipped',
      )
      // Placed once and shipped once.
      expect(await both[1]?.load(order, id)()).toMatchObject({ right: { version: 2 } })
    }
    await both[1]?.stop()
  })

  it('opens its inline projections, so that a command finds its views at once', async () => {
    const store = await open()
    right(await makeApplication({ store, aggregates: [order] }).dispatch(place('early'))())
    const application = makeApplication({
      store,
      aggregates: [order],
      inlineProjections: [inlineOrders],
      limits: quick,
    })
    // Before they are open, an append cannot write their views.
    expect(await application.dispatch(place('a'))()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
    right(await application.start())
    right(await application.dispatch(place('a'))())
    expect(await application.views(inlineOrders).get('order-a')()).toMatchObject({ right: O.some('Placed') })
    expect(await application.views(inlineOrders).get('order-early')()).toMatchObject({ right: O.some('Placed') })
    right(await application.operations.rebuild('inlineOrders')())
    expect(await application.views(inlineOrders).get('order-a')()).toMatchObject({ right: O.some('Placed') })
    await application.stop()
  })

  it('wraps every command in its middleware, also those of its processes', async () => {
    const seen: Array<string> = []
    const application = makeApplication({
      store: await open(),
      aggregates: [order],
      handlers: [shipping],
      limits: quick,
      middleware: (next) => (command, context) => {
        seen.push(`${command.type} ${context?.causationId === undefined ? 'from outside' : 'from a process'}`)
        return next(command, context)
      },
    })
    right(await application.start())
    right(await application.dispatch(place('a'))())
    await until(async () => right(await application.load(order, 'a')()).state === 'shipped')
    expect(seen).toEqual(['Place from outside', 'Ship from a process'])
    await application.stop()
  })

  it('gives the effects of handlers their environment', async () => {
    const store = await open()
    const seen: Array<string> = []
    const mails = EventHandler.byType({
      name: 'mails',
      from: [order],
      start: 'origin',
      on: {
        Placed:
          ({ stream }) =>
          (env: { readonly send: (to: string) => void }) =>
          async () =>
            E.right(env.send(stream)),
      },
    })
    const application = makeApplication({
      store,
      aggregates: [order],
      handlers: [mails],
      env: { send: (to: string) => void seen.push(to) },
      limits: quick,
    })
    right(await application.start())
    right(await application.dispatch(place('a'), { awaitHandlers: ['mails'] })())
    await application.stop()
    expect(seen).toEqual(['order-a'])
  })

  it('gives effectful decisions their environment', async () => {
    const store = await open()
    const application = makeApplication({ store, aggregates: [item], env: { priceOf: () => 250 } })
    right(await application.dispatch({ type: 'Price', data: { item: 'tea' } })())
    expect(await application.load(item, 'tea')()).toMatchObject({ right: { state: 250 } })
    await application.stop()
  })
})
