// An application in ESM with two domains: one in CommonJS, and one with a later patch of core.
import { type EventId, orThrow, type StreamName } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, Views } from '@foldlog/subscriptions'
import * as inCommonJs from './domain.cjs'
import * as patched from './patched/domain.mjs'

const store = makeMemoryStore()
const seat = inCommonJs.seatOf('seat')
const bench = patched.seatOf('bench')
const dispatchers = [
  makeDispatcher({ store, aggregates: [seat] }),
  makeDispatcher({ store, aggregates: [bench] }),
] as const
const projections = [inCommonJs.takersOf('seat'), patched.takersOf('bench')] as const
const runtime = makeHandlerRuntime({ store, handlers: projections })

await runtime.start()
const outcomes = []
for (const { dispatch } of dispatchers)
  for (const by of ['Ada', 'Bob']) {
    const outcome = await dispatch({ type: 'Take', data: { id: '1', by } }, { correlationId: 'c-1' })()
    outcomes.push(outcome._tag === 'Right' ? outcome.right.version : outcome.left._tag)
  }

const described = []
const views = []
for (const [category, domain, projection] of [
  ['seat', inCommonJs, projections[0]],
  ['bench', patched, projections[1]],
] as const) {
  const stream: StreamName = orThrow(domain.made.stream(category))
  const id: EventId = domain.made.id()
  const page = orThrow(await store.readStream(stream)())
  const [first] = page.events
  if (first === undefined || first.id === id) throw new Error('no event')
  described.push(domain.describe(stream, page, page.history, first.metadata))
  orThrow(await runtime.waitFor([projection.name], first.position)())
  views.push(orThrow(await Views.make(projection, store).list()()).views)
}
await runtime.stop()
for (const { stop } of dispatchers) await stop()
console.log(JSON.stringify({ outcomes, described, views }))
