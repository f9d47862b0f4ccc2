import { makeMemoryStore } from '@foldlog/memory-store'
import { EventMask, GenerationComparison, ScenarioText, ViewHistory, WhatIf } from '@foldlog/operations'
import { Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { append, cart, domain, right, running, stored, streamOf, until } from './shop.ts'

describe('a mask', () => {
  it('hides personal fields, through objects and lists, and nothing else', async () => {
    const store = makeMemoryStore()
    const data = { name: 'Ada', none: null, homes: [{ street: 'A', town: 'B' }, { street: 'C' }], list: [['x']] }
    await append(store, 'guest-1', stored('Came', data, 1, { correlationId: 'r', user: { name: 'Bob' } }))
    await append(store, 'room-1', stored('Came', data))
    const mask = EventMask.ofFields(
      { guest: { '*': ['name', 'none', 'missing.part'], Came: ['homes.street', 'name.x'] } },
      { user: true },
    )
    const [guest, room] = (await right(store.readLog())).events.map(mask)
    expect(guest?.data).toEqual({
      name: '***',
      none: null,
      homes: [{ street: '***', town: 'B' }, { street: '***' }],
      list: [['x']],
    })
    expect(guest?.metadata).toEqual({ correlationId: 'r', user: { hidden: '***' } })
    expect(room?.data).toEqual(data)
  })
})

describe('the history of a view', () => {
  it('has each event that made it, up to a moment', async () => {
    let now = 1_000
    const store = makeMemoryStore({ clock: () => now })
    const add = (stream: string, item: string, quantity: number) => {
      now += 1_000
      return append(store, stream, stored('ItemAdded', { item, quantity }, 2))
    }
    await add('cart-a', 'tea', 2)
    await add('cart-b', 'tea', 9)
    await append(store, 'cart-a', stored('Strange', {}))
    await add('cart-a', 'milk', 3)
    const read = ViewHistory.read(domain, store)
    const all = await right(read('carts', 'cart-a'))
    expect(all).toMatchObject({ view: { items: 5 }, left: 0 })
    expect(all.steps.map(({ recorded, differences }) => [recorded.position, differences])).toEqual([
      [1, [{ path: [], before: undefined, after: { items: 2 } }]],
      [4, [{ path: ['items'], before: 2, after: 5 }]],
    ])
    expect(await right(read('carts', 'cart-a', { count: 1 }))).toMatchObject({
      left: 1,
      before: { items: 2 },
      steps: [{ view: { items: 5 } }],
    })
    for (const at of [3, new Date(3_999)])
      expect(await right(read('carts', 'cart-a', { at }))).toMatchObject({ view: { items: 2 } })
    expect(await right(read('carts', 'cart-x'))).toEqual({
      key: 'cart-x',
      before: undefined,
      view: undefined,
      steps: [],
      left: 0,
    })
    for (const wrong of [{ at: new Date(Number.NaN) }, { count: 0 }])
      expect(await read('carts', 'cart-a', wrong)()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })
})

describe('the comparison of generations', () => {
  it('names the views that differ', async () => {
    const { store, application, add } = await running()
    for (const id of ['a', 'b']) await add(id, 'tea', 2)
    await right(application.waitFor(['carts'], 2))
    expect(await GenerationComparison.run(store)('carts')()).toMatchObject({ left: { what: 'handler' } })
    await right(application.operations.rebuild('carts'))
    const compare = async () =>
      (await GenerationComparison.run(store)('carts')()) as { readonly right?: GenerationComparison }
    await until(async () => (await compare()).right?.built.position === 2)
    expect((await compare()).right).toMatchObject({ compared: 2, different: [] })
    const getDocuments: typeof store.getDocuments = (of, keys) => async () => {
      const found = await store.getDocuments(of, keys)()
      if (found._tag === 'Left' || of.generation !== 1_000_001) return found
      return {
        ...found,
        right: found.right.filter(({ key }) => key !== 'cart-a').map((one) => ({ ...one, data: { items: 3 } })),
      }
    }
    const wrong = await right(GenerationComparison.run({ ...store, getDocuments })('carts'))
    expect(wrong.different).toMatchObject([
      { key: 'cart-a', differences: [{ path: [] }] },
      { key: 'cart-b', differences: [{ path: ['items'] }] },
    ])
    await application.stop()
  })
})

describe('a scenario from what has happened', () => {
  const given = [{ type: 'ItemAdded', data: { item: "it's", quantity: 1 } }] as const
  const command = { type: 'CheckOut', data: { cart: 'a' } } as const

  it('is a test that passes', async () => {
    const store = makeMemoryStore()
    await append(store, 'cart-a', stored('ItemAdded', given[0].data, 2))
    const decided = await right(WhatIf.ask(domain, store)(streamOf('cart-a'), command))
    await append(store, 'cart-a', stored('CheckedOut', {}))
    const rejected = await right(WhatIf.ask(domain, store)(streamOf('cart-a'), command))
    const closed = [...given, { type: 'CheckedOut', data: {} }] as const
    for (const text of [
      ScenarioText.of('checks out', 'cart', given, command, decided),
      ScenarioText.of('is closed', 'cart', closed, command, rejected),
    ]) {
      const titles: Array<string> = []
      const run = (title: string, body: () => void) => {
        titles.push(title)
        body()
      }
      new Function('it', 'Scenario', 'cart', text)(run, Scenario, cart)
      expect(titles).toHaveLength(1)
    }
    const wrong = ScenarioText.of('is wrong', 'cart', closed, command, decided)
    expect(() =>
      new Function('it', 'Scenario', 'cart', wrong)((_: string, body: () => void) => body(), Scenario, cart),
    ).toThrow('closed')
  })
})
