import { makeApplication } from '@foldlog/application'
import { Aggregate, CommandCodec, EventCodec } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  EventDescription,
  EventMask,
  Masks,
  type OperatedDomain,
  ParkedTrial,
  StateHistory,
  Trace,
  ValueMask,
  ViewCheck,
  ViewHistory,
  WhatIf,
} from '@foldlog/operations'
import { type ParkedEvent, Projection } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { append, right, stored, streamOf } from './shop.ts'

const guest = Aggregate.make({
  category: 'guest',
  commands: CommandCodec.make({ Rename: t.strict({ guest: t.string, name: t.string }) }),
  events: EventCodec.make({ Came: t.strict({ name: t.string, nights: t.number }) }),
  id: ({ data }) => data.guest,
  decider: {
    initialState: {
      name: '',
      nights: 0,
      names: new Set<string>(),
      notes: new Map<string, { readonly text: string }>(),
    },
    evolve: ({ nights, names, notes }, { data }) => ({
      name: data.name,
      nights: nights + data.nights,
      names: new Set([...names, data.name]),
      notes: new Map([...notes, [`${nights}`, { text: data.name }]]),
    }),
    decide: ({ data }) => E.right([{ type: 'Came' as const, data: { name: data.name, nights: 1 } }]),
  },
})

const guests = Projection.make({
  name: 'guests',
  from: [guest],
  view: t.strict({ name: t.string, nights: t.number }),
  key: ({ stream }) => stream,
  project: (view, { event }) => ({ name: event.data.name, nights: (view?.nights ?? 0) + event.data.nights }),
})

const domain: OperatedDomain = { aggregates: [guest], handlers: [guests] }
const stream = streamOf('guest-1')
const masks = Masks.of({
  event: EventMask.ofFields({ guest: { '*': ['name'] } }),
  state: ValueMask.ofFields({ guest: ['name', 'names.*', 'notes.*.text'] }),
  view: ValueMask.ofFields({ guests: ['name'] }),
})

/** Every text of a value. */
const textsOf = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === 'string') return [value]
  if (value instanceof Map) return textsOf([...value.values()])
  if (value instanceof Set) return textsOf([...value])
  return typeof value === 'object' && value !== null && !(value instanceof Date)
    ? Object.values(value).flatMap(textsOf)
    : []
}

const filled = async () => {
  const store = makeMemoryStore()
  const metadata = { correlationId: 'r' }
  await append(store, 'guest-1', stored('Came', { name: 'Ada', nights: 2 }, 1, metadata))
  await append(store, 'guest-1', stored('Came', { name: 'Ada Lovelace', nights: 1 }, 1, metadata))
  const application = makeApplication({ store, aggregates: [guest], handlers: [guests] })
  await right(application.start)
  await right(application.waitFor(['guests'], 2))
  await application.stop()
  return store
}

/** Each answer that shows an event, a state or a view: unmasked, and masked. */
const answers = async () => {
  const store = await filled()
  const [first, second] = (await right(store.readLog())).events
  if (first === undefined || second === undefined) throw new Error('it has two events')
  const described = EventDescription.of(domain)(first)
  const roots = (await right(Trace.read(store)('r'))).roots
  const state = await right(StateHistory.stateAt(domain, store)(stream))
  const history = await right(StateHistory.steps(domain, store)(stream, { after: 1 }))
  const whatIf = await right(
    WhatIf.ask(domain, store)(stream, { type: 'Rename', data: { guest: '1', name: 'Ada Byron' } }),
  )
  const view = await right(ViewHistory.read(domain, store)('guests', 'guest-1', { count: 1 }))
  const checks = await right(ViewCheck.run(domain, store)('guests', { keys: ['guest-1'] }))
  const parked = {
    document: { name: 'guests', generation: 1, kind: 'parked', key: '' },
    stream,
    position: second.position,
    input: 'event',
  } as unknown as ParkedEvent // What the trial reads of it.
  const trial = await right(ParkedTrial.run(domain, store)(parked))
  return {
    description: [described, Masks.description(masks)(described)],
    trace: [roots, roots.map(Masks.trace(masks))],
    state: [state, Masks.state(masks, domain)(state)],
    history: [history, Masks.stateHistory(masks, domain)(history)],
    whatIf: [whatIf, Masks.whatIf(masks, domain, stream)(whatIf)],
    view: [view, Masks.viewHistory(masks, 'guests')(view)],
    checks: [checks, Masks.viewChecks(masks)(checks)],
    trial: [trial, Masks.trial(masks, 'guests')(trial)],
  } as const
}

describe('masks', () => {
  it('hide personal data in every answer', async () => {
    for (const [name, [open, masked]] of Object.entries(await answers())) {
      const names = (value: unknown) => textsOf(value).filter((text) => text.includes('Ada'))
      expect([name, names(open).length > 0, names(masked)]).toEqual([name, true, []])
    }
  })

  it('leave the rest, and say what has changed', async () => {
    const all = await answers()
    const [, history] = all.history
    expect(history.steps[0]).toMatchObject({
      recorded: { data: { name: '***', nights: 1 } },
      decoding: { _tag: 'Decoded', events: [] },
      state: { name: '***', nights: 3 },
      differences: [
        { path: ['name'], before: '***', after: '***' },
        { path: ['nights'], before: 2, after: 3 },
        { path: ['names', '***'], after: '***' },
        { path: ['notes', '2'], after: { text: '***' } },
      ],
    })
    expect(all.view[1]).toMatchObject({
      before: { name: '***', nights: 2 },
      steps: [{ view: { nights: 3 }, differences: [{ path: ['name'] }, { path: ['nights'], before: 2, after: 3 }] }],
    })
    expect(all.whatIf[1]).toMatchObject({ events: [{ type: 'Came', data: '***' }], after: { nights: 4 } })
  })

  it('hide a state and a view as a whole when nobody has named their fields', async () => {
    const store = await filled()
    const strict = Masks.of({ event: masks.event })
    const state = await right(StateHistory.stateAt(domain, store)(stream))
    expect(Masks.state(strict, domain)(state)).toMatchObject({ version: 2, state: '***' })
    const view = await right(ViewHistory.read(domain, store)('guests', 'guest-1'))
    const masked = Masks.viewHistory(strict, 'guests')(view)
    expect(masked).toMatchObject({ before: undefined, view: '***' })
    expect(masked.steps[1]?.differences).toEqual([
      { path: [], before: '***', after: '***' },
      { path: [], before: '***', after: '***' },
    ])
  })

  it('hide nothing when there are none', async () => {
    const { history } = await answers()
    for (const none of [Masks.none, Masks.of({})])
      expect(Masks.stateHistory(none, domain)(history[0])).toStrictEqual(history[0])
  })
})

describe('the check of views', () => {
  it('finds no view of a projection that has never run', async () => {
    const store = makeMemoryStore()
    await append(store, 'guest-1', stored('Came', { name: 'Ada', nights: 2 }))
    for (const selection of [{}, { keys: ['guest-1'] }])
      expect(await right(ViewCheck.run(domain, store)('guests', selection))).toMatchObject({ checked: [], changed: 0 })
  })
})
