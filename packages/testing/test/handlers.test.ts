import { EventCodec, EventId, type EventOf, type Recorded, StreamName } from '@foldlog/core'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const ThingEvent = EventCodec.make({ Added: t.strict({ n: t.number }), Broken: t.strict({}) })
type ThingEvent = EventOf<typeof ThingEvent>
const things = { category: 'thing', events: ThingEvent } as const

const nextId = EventId.source({ now: Date.now, random: Math.random })
const recorded = (event: ThingEvent, id = '1'): Recorded<ThingEvent> => {
  const stream = StreamName.make('thing', id)
  if (E.isLeft(stream)) throw new Error(id)
  const envelope = {
    id: nextId(),
    stream: stream.right,
    version: 1,
    position: 1,
    recordedAt: new Date(0),
    metadata: {},
  }
  return { ...envelope, event }
}
const added = (n: number, id?: string) => recorded({ type: 'Added', data: { n } }, id)
const broken = recorded({ type: 'Broken', data: {} })
const happened = (event: Recorded<ThingEvent>) => ({ _tag: 'EventHappened', event }) as const

type Order = { readonly type: 'Order'; readonly data: { readonly n: number } }
const order = (n: number): Order => ({ type: 'Order', data: { n } })
const later = new Date(60_000)

const ordering = ProcessManager.make<readonly [typeof things], Order, number>({
  name: 'ordering',
  from: [things],
  state: t.number,
  initialState: 0,
  key: ({ stream }) => stream,
  evolve: (n, input) =>
    input._tag === 'EventHappened' && input.event.event.type === 'Added' ? n + input.event.event.data.n : n,
  react: (n, input) => {
    if (input._tag === 'TimerFired') return [Reaction.send(order(n))]
    if (input._tag === 'CommandRefused') return [Reaction.cancel('wait'), Reaction.end]
    return input.event.event.type === 'Broken' ? [Reaction.schedule('wait', later)] : []
  },
})

describe('a scenario of a process of the subscriptions', () => {
  const given = Scenario.process(ordering)
  const fired = { _tag: 'TimerFired', timer: 'wait', dueAt: later } as const
  const refused = { _tag: 'CommandRefused', command: order(1), error: null } as const

  it('takes events, timers and refusals, and gives reactions', () => {
    given()
      .when(happened(added(1)))
      .thenNothing()
    given(happened(added(1)))
      .when(happened(broken))
      .then(Reaction.schedule('wait', later))
    given(happened(added(1)), happened(added(2)))
      .when(fired)
      .then(Reaction.send(order(3)))
    given(happened(added(1)))
      .when(refused)
      .then(Reaction.cancel('wait'), Reaction.end)
    // What has ended starts anew.
    given(happened(added(1)), refused, happened(added(2)))
      .when(fired)
      .then(Reaction.send(order(2)))
  })

  it('fails otherwise', () => {
    expect(() =>
      given(happened(added(1)))
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

  it('tells what becomes of the document of a key', () => {
    given(added(1), added(5, '2')).when(added(2)).then({ sum: 3 })
    given(added(1)).when(broken).thenDeleted()
    given(added(1), broken).when(added(2)).then({ sum: 2 })
    given(added(1)).when(added(2, '2')).thenNothing()
    // Absent before, absent after.
    given().when(added(2, '2')).thenNothing()
    given(added(1), broken).when(added(2, '2')).thenNothing()
  })

  it('fails otherwise', () => {
    expect(() => given(added(1)).when(added(2)).then({ sum: 2 })).toThrow('view.sum: expected 2, got 3')
  })
})
