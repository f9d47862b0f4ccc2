import { CommandCodec, EventCodec, type EventOf } from '@foldlog/core'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { happened, recorded, Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as t from 'io-ts'

const ThingEvent = EventCodec.make({ Added: t.strict({ n: t.number }), Broken: t.strict({}) })
type ThingEvent = EventOf<typeof ThingEvent>
const things = { category: 'thing', events: ThingEvent } as const

const added = (n: number, id = 1) => recorded<ThingEvent>({ type: 'Added', data: { n } }, { stream: `thing-${id}` })
const broken = recorded<ThingEvent>({ type: 'Broken', data: {} }, { stream: 'thing-1' })
const hasAdded = (n: number) => happened<ThingEvent>({ type: 'Added', data: { n } })
const hasBroken = happened<ThingEvent>({ type: 'Broken', data: {} })

type Order = { readonly type: 'Order'; readonly data: { readonly n: number } }
const order = (n: number): Order => ({ type: 'Order', data: { n } })
const later = new Date(60_000)

const ordering = ProcessManager.make<readonly [typeof things], Order, number>({
  name: 'ordering',
  from: [things],
  start: 'origin',
  state: t.number,
  initialState: 0,
  key: ({ stream }) => stream,
  evolve: (n, input) =>
    input._tag === 'EventHappened' && input.event.event.type === 'Added' ? n + input.event.event.data.n : n,
  react: (n, input) => {
    if (input._tag === 'TimerFired') return [Reaction.send(order(n))]
    if (input._tag === 'CommandRejected') return [Reaction.cancel('wait'), Reaction.end]
    return input.event.event.type === 'Broken' ? [Reaction.schedule('wait', later)] : []
  },
})

const Instant = new t.Type<Date, string, unknown>(
  'Instant',
  (value): value is Date => value instanceof Date,
  (value, context) => (typeof value === 'string' ? t.success(new Date(value)) : t.failure(value, context)),
  (date) => date.toISOString(),
)
const Payment = CommandCodec.make({ PayBefore: t.strict({ until: Instant }) })
const payBefore = { type: 'PayBefore', data: { until: later } } as const

/** A process manager whose command has a date. */
const billing = {
  initialState: 0,
  evolve: (n: number, _: unknown) => n,
  react: () => [Reaction.send(payBefore)],
}

describe('a command in a scenario of a process manager', () => {
  it('is encoded by the codec of its target', () => {
    Scenario.processManager({ ...billing, to: [Payment] })()
      .when(hasBroken)
      .then(Reaction.send(payBefore))
  })

  it('fails the test when the runtime could not send it, with its field, also in the past', () => {
    const why = 'the command PayBefore cannot be sent: data.until: only plain objects have a JSON form'
    expect(() => Scenario.processManager(billing)().when(hasBroken).then(Reaction.send(payBefore))).toThrow(why)
    expect(() => Scenario.processManager(billing)(hasBroken).when(hasBroken).thenNothing()).toThrow(why)
    const Narrower = CommandCodec.make({ PayBefore: t.strict({ until: t.string }) })
    expect(() =>
      Scenario.processManager({ ...billing, to: [Narrower] })()
        .when(hasBroken)
        .thenNothing(),
    ).toThrow('the command PayBefore cannot be sent: data.until: ')
  })
})

describe('a scenario of a process manager of the subscriptions', () => {
  const given = Scenario.processManager(ordering)
  const fired = { _tag: 'TimerFired', timer: 'wait', dueAt: later } as const
  const refused = { _tag: 'CommandRejected', command: order(1), error: null } as const

  it('takes events, timers and rejections, and expects reactions', () => {
    given().when(hasAdded(1)).thenNothing()
    given(hasAdded(1)).when(hasBroken).then(Reaction.schedule('wait', later))
    given(hasAdded(1), hasAdded(2))
      .when(fired)
      .then(Reaction.send(order(3)))
    given(hasAdded(1)).when(refused).then(Reaction.cancel('wait'), Reaction.end)
    // An ended process starts again from its initial state.
    given(hasAdded(1), refused, hasAdded(2))
      .when(fired)
      .then(Reaction.send(order(2)))
  })

  it('fails otherwise', () => {
    expect(() =>
      given(hasAdded(1))
        .when(fired)
        .then(Reaction.send(order(2))),
    ).toThrow('expected 2, got 1')
    expect(() => given().when(fired).thenNothing()).toThrow('reactions[0]: expected nothing')
  })
})

describe('a scenario of a projection of the subscriptions', () => {
  const sums = Projection.make<readonly [typeof things], { readonly sum: number }>({
    name: 'sums',
    from: [things],
    view: t.strict({ sum: t.number }),
    key: ({ stream }) => stream,
    project: (view, { event }) => (event.type === 'Broken' ? undefined : { sum: (view?.sum ?? 0) + event.data.n }),
  })
  const given = Scenario.projection(sums, 'thing-1')

  it('reports the new document of a key', () => {
    given(added(1), added(5, 2)).when(added(2)).then({ sum: 3 })
    given(added(1)).when(broken).thenDeleted()
    given(added(1), broken).when(added(2)).then({ sum: 2 })
    given(added(1)).when(added(2, 2)).thenNothing()
  })

  it('fails otherwise', () => {
    expect(() => given(added(1)).when(added(2)).then({ sum: 2 })).toThrow('view.sum: expected 2, got 3')
  })
})

const orders = { id: ({ data }: Order) => `${data.n}` }
const byType = ProcessManager.byType({
  name: 'ordering',
  from: [things],
  to: [orders],
  start: 'origin',
  key: ({ stream }) => stream,
  state: t.strict({ sum: t.number }),
  begin: { Added: (one) => ({ state: { sum: one.event.data.n }, do: [Reaction.scheduleIn('wait', one, 60_000)] }) },
  on: {
    Added: ({ sum }, { event }) => ({ state: { sum: sum + event.data.n } }),
    Broken: () => [Reaction.end],
  },
  timers: { wait: ({ sum }, { dueAt }) => [Reaction.send(order(sum)), Reaction.schedule('wait', dueAt)] },
})

describe('Scenario.processManager of a process manager with cases', () => {
  const given = Scenario.processManager(byType)
  const due = { _tag: 'TimerFired', timer: 'wait', dueAt: later } as const

  it('passes for the reactions of the case', () => {
    given().when(hasAdded(1)).then(Reaction.schedule('wait', later))
    given(hasAdded(1)).when(hasAdded(2)).thenNothing()
    given(hasAdded(1), hasAdded(2))
      .when(due)
      .then(Reaction.send(order(3)), Reaction.schedule('wait', later))
  })

  it('begins again after an end', () => {
    given(hasAdded(1), hasBroken).when(hasAdded(5)).then(Reaction.schedule('wait', later))
    given(hasAdded(1), hasBroken, hasAdded(5))
      .when(due)
      .then(Reaction.send(order(5)), Reaction.schedule('wait', later))
  })

  it('fails for a timer or a rejection without a case', () => {
    const refused = { _tag: 'CommandRejected', command: order(1), error: null } as const
    expect(() => given(hasAdded(1)).when(refused)).toThrow('rejected has no case "Order"')
    expect(() => given(hasAdded(1)).when({ ...due, timer: 'other' })).toThrow('timers has no case "other"')
  })
})
