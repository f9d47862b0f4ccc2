import { makeMemoryStore } from '@foldlog/memory-store'
import {
  CausePath,
  Difference,
  EventDescription,
  HandlersOverview,
  LogAudit,
  StateHistory,
  Trace,
  type TraceNode,
  ViewCheck,
  WhatIf,
} from '@foldlog/operations'
import { RuntimeStatus } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { append, domain, right, running, stored, streamOf, until } from './shop.ts'

const a = streamOf('cart-a')

/** A stream of three events, the first in its former form. */
const withCart = async () => {
  const store = makeMemoryStore()
  await append(store, 'cart-a', stored('ItemAdded', { item: 'tea' }))
  await append(store, 'cart-a', stored('ItemAdded', { item: 'milk', quantity: 2 }, 2), stored('CheckedOut', {}))
  return store
}

describe('a difference', () => {
  it('names the parts that differ', () => {
    const before = { a: 1, b: [1, 2], c: { d: null }, e: new Date(0), m: new Map([['k', 1]]) }
    const after = { a: 1, b: [1, 3, 4], c: { d: null, f: 0 }, e: new Date(1), m: new Map([['k', 2]]) }
    expect(Difference.between(before, after)).toEqual([
      { path: ['b', '1'], before: 2, after: 3 },
      { path: ['b', '2'], after: 4 },
      { path: ['c', 'f'], after: 0 },
      { path: ['e'], before: new Date(0), after: new Date(1) },
      { path: ['m', 'k'], before: 1, after: 2 },
    ])
    expect(Difference.between([], {})).toEqual([{ path: [], before: [], after: {} }])
    expect(Difference.between(undefined, { a: 1 })).toEqual([{ path: [], before: undefined, after: { a: 1 } }])
    expect(Difference.between({ a: undefined }, {})).toEqual([{ path: ['a'], before: undefined }])
  })

  it('is empty exactly for equal JSON, and leads from one value to the other', () => {
    /** The last items of a list are removed first. */
    const put = (value: unknown, [key, ...rest]: ReadonlyArray<string>, one: Difference): unknown => {
      if (key === undefined) return one.after
      if (Array.isArray(value) && rest.length === 0 && !('after' in one)) return value.slice(0, Number(key))
      const parts = Object.entries(Object(value)).filter(([name]) => name !== key)
      const part = rest.length === 0 ? one.after : put(Reflect.get(Object(value), key), rest, one)
      const changed = rest.length === 0 && !('after' in one) ? parts : [...parts, [key, part] as const]
      if (!Array.isArray(value)) return Object.fromEntries(changed)
      return [...changed].sort(([x], [y]) => Number(x) - Number(y)).map(([, item]) => item)
    }
    void fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (before, after) => {
        const differences = Difference.between(before, after)
        expect(differences.length === 0).toBe(
          JSON.stringify(before) === JSON.stringify(after) || isEqual(before, after),
        )
        const made = [
          ...differences.filter((one) => 'after' in one),
          ...differences.toReversed().filter((one) => !('after' in one)),
        ].reduce((value, one) => put(value, one.path, one), before as unknown)
        expect(made).toEqual(after)
      }),
    )
  })
})

/** Equal as JSON, whatever the order of fields; 0 and -0 differ, as `Object.is` says. */
const isEqual = (one: unknown, other: unknown): boolean => {
  try {
    expect(one).toEqual(other)
    return true
  } catch {
    return false
  }
}

describe('the state of a stream', () => {
  it('is folded at each version, and at a time', async () => {
    const store = await withCart()
    const at = (moment?: number | Date) => right(StateHistory.stateAt(domain, store)(a, moment))
    expect(await at(0)).toMatchObject({ version: 0, recordedAt: null, state: { items: {}, open: true } })
    expect(await at(1)).toMatchObject({ version: 1, current: 3, state: { items: { tea: 1 } } })
    expect(await at()).toMatchObject({ version: 3, state: { items: { tea: 1, milk: 2 }, open: false } })
    expect(await at(new Date())).toMatchObject({ version: 3 })
    expect(await at(new Date(0))).toMatchObject({ version: 0 })
    for (const wrong of [4, -1, 1.5, new Date(Number.NaN)])
      expect(await StateHistory.stateAt(domain, store)(a, wrong)()).toMatchObject({ left: { what: 'at' } })
    expect(await StateHistory.stateAt({}, store)(a)()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'stream' } })
  })

  it('is shown step by step, with what each event has changed', async () => {
    const store = await withCart()
    const all = await right(StateHistory.steps(domain, store)(a))
    expect(all.steps.map(({ differences }) => differences)).toEqual([
      [{ path: ['items', 'tea'], after: 1 }],
      [{ path: ['items', 'milk'], after: 2 }],
      [{ path: ['open'], before: true, after: false }],
    ])
    expect(all.steps.map(({ isCurrent }) => isCurrent)).toEqual([false, true, true])
    expect(all.end).toBe(true)
    const part = await right(StateHistory.steps(domain, store)(a, { after: 1, count: 1 }))
    expect(part).toMatchObject({ before: { version: 1 }, end: false, steps: [{ recorded: { version: 2 } }] })
    expect(part.steps).toHaveLength(1)
  })

  it('is that of more events than a page of a stream has', async () => {
    const store = makeMemoryStore()
    const many = Array.from({ length: 2_500 }, (_, i) => stored('ItemAdded', { item: `${i}`, quantity: i }, 2))
    await append(store, 'cart-a', ...many)
    const { state, version } = await right(StateHistory.stateAt(domain, store)(a, 2_400))
    expect([version, Object.keys((state as { items: object }).items).length]).toEqual([2_400, 2_400])
  })

  it('is a failure that names the event when it cannot be decoded', async () => {
    const store = await withCart()
    await append(store, 'cart-a', stored('ItemAdded', { item: 7 }, 2))
    expect(await StateHistory.stateAt(domain, store)(a)()).toMatchObject({
      left: { _tag: 'DecodeFailure', stream: 'cart-a', version: 4 },
    })
    expect(await right(StateHistory.stateAt(domain, store)(a, 3))).toMatchObject({ version: 3 })
  })
})

describe('what a decider would say', () => {
  it('is events and the state after them, or its rejection, in any state, and nothing is stored', async () => {
    const store = await withCart()
    const command = { type: 'Add', data: { cart: 'a', item: 'egg', quantity: 6 } }
    const ask = WhatIf.ask(domain, store)
    expect(await right(ask(a, command, 2))).toMatchObject({
      _tag: 'Decided',
      version: 2,
      events: [{ type: 'ItemAdded', data: { item: 'egg' } }],
      differences: [{ path: ['items', 'egg'], after: 6 }],
    })
    expect(await right(ask(a, command))).toMatchObject({ _tag: 'Rejected', error: 'closed', version: 3 })
    expect(await ask(a, { type: 'Add', data: { cart: 'a' } })()).toMatchObject({ left: { what: 'command' } })
    expect(await right(store.settledPosition)).toBe(3)
  })
})

describe('an event', () => {
  it('is described by the codec of its category', async () => {
    const store = await withCart()
    await append(store, 'cart-b', stored('Strange', {}))
    await append(store, 'other-b', stored('ItemAdded', {}))
    const { events } = await right(store.readLog())
    expect(
      events.map(EventDescription.of(domain)).map(({ decoding, isCurrent }) => [decoding._tag, isCurrent]),
    ).toEqual([
      ['Decoded', false],
      ['Decoded', true],
      ['Decoded', true],
      ['Undecodable', false],
      ['NoCodec', null],
    ])
  })
})

describe('a trace', () => {
  it('leads from a command through a process and its timer to their events', async () => {
    const { store, application, add, checkOut } = await running()
    await add('a', 'tea', 1, 'request 1')
    await checkOut('a', 'request 1')
    await checkOut('b', 'request 2')
    const noted = async () => (await right(store.readLog({ filter: { categories: ['note'] } }))).events
    await until(async () => (await noted()).length === 4)
    const trace = await right(Trace.read(store)('request 1'))
    const outline = (node: TraceNode): unknown => [
      node.event.type,
      node.by.map(({ _tag }) => _tag),
      node.effects.map(outline),
    ]
    expect(trace.roots.map(outline)).toEqual([
      ['ItemAdded', [], []],
      ['CheckedOut', [], [['Noted', ['Process'], []]]],
    ])
    expect(trace).toMatchObject({ events: 3, complete: true })
    // A timer begins a correlation of its own, but its cause is known.
    const again = (await noted()).find(({ data }) => JSON.stringify(data) === '{"text":"again"}')
    if (again === undefined) throw new Error('there is no second note')
    const path = CausePath.of(again.metadata.causationId ?? '')
    expect(path.steps.map(({ _tag }) => _tag)).toEqual(['Timer', 'Process'])
    expect((await right(Trace.causes(store)(again))).map(({ type }) => type)).toEqual(['CheckedOut'])
    await application.stop()
  })

  it('of ids that foldlog has not made has no cause', () => {
    for (const id of ['', 'a:b:c:d', 'a:b:c:0', '%', 'refused', `${'x:'.repeat(200)}0`])
      expect(CausePath.of(id)).toEqual({ event: null, steps: [] })
  })
})

describe('the audit of a log', () => {
  it('finds what is wrong, and counts each form', async () => {
    const store = await withCart()
    const missing = stored('CheckedOut', {}).id
    await append(store, 'cart-b', stored('Strange', {}, 1, { causationId: missing }))
    const audit = await right(LogAudit.run(domain, store)())
    expect(audit).toMatchObject({ events: 4, streams: 2, counts: { Undecodable: 1, Hole: 0, UnknownCause: 1 } })
    expect(audit.forms).toContainEqual({
      category: 'cart',
      type: 'ItemAdded',
      schemaVersion: 1,
      count: 1,
      isCurrent: false,
    })
    const holed = { ...store, readLog: withoutEvent(store, 2) }
    expect((await right(LogAudit.run(domain, holed)())).findings).toMatchObject([
      { _tag: 'Hole', expected: 2, event: { version: 3 } },
      { _tag: 'Undecodable' },
      { _tag: 'UnknownCause' },
    ])
  })

  it('finds a clock that was set back', async () => {
    let now = 100_000
    const store = makeMemoryStore({ clock: () => now })
    await append(store, 'cart-a', stored('CheckedOut', {}))
    now = 40_000
    await append(store, 'cart-b', stored('CheckedOut', {}))
    expect(await right(LogAudit.run(domain, store)())).toMatchObject({
      counts: { ClockSetBack: 1 },
      findings: [{ milliseconds: 60_000 }],
    })
  })
})

/** A log that has lost the event at a position. */
const withoutEvent =
  (store: ReturnType<typeof makeMemoryStore>, position: number): typeof store.readLog =>
  (options) =>
  async () => {
    const page = await store.readLog(options)()
    return page._tag === 'Left'
      ? page
      : { ...page, right: { ...page.right, events: page.right.events.filter((one) => one.position !== position) } }
  }

describe('the check of views', () => {
  it('compares each view with the fold of its events', async () => {
    const { store, application, add } = await running()
    for (const id of ['a', 'b', 'c']) await add(id, 'tea', 2)
    await add('a', 'milk', 3)
    await right(application.waitFor(['carts'], 4))
    const check = await right(ViewCheck.run(domain, store)('carts'))
    expect(check).toMatchObject({ handler: 'carts', changed: 0 })
    expect(check.checked.map(({ key, stored, differences, events }) => [key, stored, differences, events])).toEqual([
      ['cart-a', { items: 5 }, [], [1, 4]],
      ['cart-b', { items: 2 }, [], [2]],
      ['cart-c', { items: 2 }, [], [3]],
    ])
    const getDocuments: typeof store.getDocuments = (of, keys) => async () => {
      const found = await store.getDocuments(of, keys)()
      return found._tag === 'Left'
        ? found
        : { ...found, right: found.right.map((one) => ({ ...one, data: { items: 9 } })) }
    }
    const wrong = await right(
      ViewCheck.run(domain, { ...store, getDocuments })('carts', { keys: ['cart-b', 'cart-x'] }),
    )
    expect(wrong.checked).toMatchObject([
      { key: 'cart-b', differences: [{ path: ['items'], before: 9, after: 2 }] },
      { key: 'cart-x', differences: [] },
    ])
    expect(await ViewCheck.run(domain, store)('reminders')()).toMatchObject({ left: { what: 'handler' } })
    await application.stop()
  })
})

describe('the overview of handlers', () => {
  const open = (seconds: number) => ({
    position: 7,
    since: new Date(1e12 - seconds * 1_000),
    session: '42',
    application: 'cron',
  })

  it('warns when an append has been open for a minute', () => {
    const findings = (seconds: number) =>
      HandlersOverview.of(RuntimeStatus.make(7, [], 1e12, [open(seconds)]), 1e12).findings
    expect(findings(59)).toEqual([])
    expect(findings(61)).toMatchObject([
      { severity: 'problem', what: expect.stringContaining('the session 42 of cron') },
    ])
  })

  it('names handlers without a process, and those that lag', async () => {
    const { store, application, add } = await running()
    await add('a', 'tea', 2)
    await right(application.waitFor(['carts', 'reminders'], 1))
    expect((await right(HandlersOverview.read(store))).findings).toEqual([])
    await application.stop()
    for (const id of ['b', 'c']) await append(store, `cart-${id}`, stored('CheckedOut', {}))
    const overview = await right(HandlersOverview.read(store))
    expect(overview.findings.map(({ handler, severity }) => [handler, severity])).toEqual([
      ['carts', 'problem'],
      ['reminders', 'problem'],
    ])
    expect(HandlersOverview.lagging(overview, { events: 1 }).map(({ name }) => name)).toEqual(['carts', 'reminders'])
    expect(HandlersOverview.lagging(overview, { events: 2 })).toEqual([])
    expect(HandlersOverview.lagging(overview, { seconds: 3_600 })).toEqual([])
  })
})
