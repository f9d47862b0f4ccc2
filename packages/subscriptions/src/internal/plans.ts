import {
  type Event,
  EventCodec,
  LogFilter as Filter,
  type LogFilter,
  type RecordedEvent,
  StreamName,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { AnyEventHandler, AnyRecorded, HandlerBasics } from '../EventHandler.ts'
import { FailurePolicy } from '../FailurePolicy.ts'
import type { AnyProcessManager } from '../ProcessManager.ts'
import type { AnyProjection } from '../Projection.ts'
import type { Send } from '../Send.ts'
import type { AnySource } from '../Source.ts'
import type { AnyTransactionalHandler } from '../TransactionalHandler.ts'
import { attempt } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { handlingWork } from './handling.ts'
import type { Plan } from './Plan.ts'
import { type ProcessingOptions, processingWork } from './processing.ts'
import { type ProjectingOptions, projectingWork } from './projecting.ts'
import { type TransactingOptions, transactingWork } from './transacting.ts'

export type AnyHandler = AnyEventHandler | AnyProjection | AnyProcessManager | AnyTransactionalHandler

type Decode = (event: RecordedEvent) => Delivery['content']

const decoder = (sources: ReadonlyArray<AnySource>): Decode => {
  const byCategory = new Map(sources.map((source) => [source.category, EventCodec.decodeAll<Event>(source.events)]))
  return (event) => byCategory.get(StreamName.category(event.stream))?.([event]) ?? E.right([])
}

/** Divides the decoded events of one stored event among the lanes they touch. One whose lanes cannot be told waits in the lane of its stream. */
const deliveriesBy =
  (decode: Decode, lanesOf: (event: AnyRecorded) => ReadonlyArray<string>) =>
  (event: RecordedEvent): ReadonlyArray<Delivery> => {
    const content = decode(event)
    if (E.isLeft(content)) return [{ lane: event.stream, event, content }]
    const lanes = new Map<string, Array<AnyRecorded>>()
    for (const one of content.right) {
      for (const lane of new Set(lanesOf(one))) {
        const own = lanes.get(lane)
        if (own === undefined) lanes.set(lane, [one])
        else own.push(one)
      }
    }
    return [...lanes].map(([lane, own]) => ({ lane, event, content: E.right(own) }))
  }

/** A function of the user's that names lanes; one that throws, or names none that can be, is met again when the event is handled. */
const safely =
  (lanesOf: (event: AnyRecorded) => ReadonlyArray<string>) =>
  (event: AnyRecorded): ReadonlyArray<string> => {
    const lanes = attempt(() => lanesOf(event).map(String))
    return E.isRight(lanes) ? lanes.right : [event.stream]
  }

const filterOf = ({ from, filter = {} }: HandlerBasics<ReadonlyArray<AnySource>>): LogFilter => ({
  categories: from.map(({ category }) => category),
  ...filter,
})

const basicsOf = (handler: AnyHandler) => ({
  name: handler.name,
  version: handler.version ?? 1,
  partitions: handler.partitions ?? 1,
  start: handler.start ?? ('origin' as const),
  filter: filterOf(handler),
})

const oneOrMore = (keys: string | ReadonlyArray<string>): ReadonlyArray<string> =>
  typeof keys === 'string' ? [keys] : keys

const cache = 10_000

/** What the engine does for a handler. What goes into the user's functions was decoded by the codecs of their own sources: that is their type. */
export const planOf = (handler: AnyHandler, send: Send): Plan => {
  const basics = basicsOf(handler)
  const decode = decoder(handler.from)
  const policy = handler.onFailure ?? FailurePolicy.park
  switch (handler._tag) {
    case 'EventHandler': {
      const { lane, concurrency = 16, timeout = 30_000 } = handler
      const handle = handler.handle as Parameters<typeof handlingWork>[0]['handle'] // See above.
      const lanesOf = (event: AnyRecorded) => [lane === undefined ? event.stream : lane(event as never)] // See above.
      return {
        ...basics,
        deliveries: deliveriesBy(decode, safely(lanesOf)),
        work: handlingWork({ handle, concurrency, timeout, policy }),
      }
    }
    case 'Projection': {
      const project = handler.project as ProjectingOptions['project'] // See above.
      const lanesOf = (event: AnyRecorded) => oneOrMore(handler.key(event as never)) // See above.
      return {
        ...basics,
        deliveries: deliveriesBy(decode, safely(lanesOf)),
        work: projectingWork({ view: handler.view, project, policy, cache }),
      }
    }
    case 'TransactionalHandler': {
      const { lane } = handler
      const { transactions } = handler
      const handle = handler.handle as TransactingOptions['handle'] // See above.
      const lanesOf = (event: AnyRecorded) => [lane === undefined ? event.stream : lane(event as never)] // See above.
      return {
        ...basics,
        deliveries: deliveriesBy(decode, safely(lanesOf)),
        work: transactingWork({ transactions, handle, policy }),
      }
    }
    case 'ProcessManager': {
      const { state, initialState } = handler
      const evolve = handler.evolve as ProcessingOptions['evolve'] // See above.
      const react = handler.react as ProcessingOptions['react'] // See above.
      const lanesOf = (event: AnyRecorded) => {
        const key = handler.key(event as never) // See above.
        return key === undefined ? [] : [key]
      }
      return {
        ...basics,
        deliveries: deliveriesBy(decode, safely(lanesOf)),
        work: processingWork({ state, initialState, evolve, react, policy, send, cache, concurrency: 16 }),
      }
    }
  }
}

/** What all plans together need of the log: everything, as soon as one of them names no category. */
export const unionOf = (filters: ReadonlyArray<LogFilter>): LogFilter => {
  const categories = filters.map((filter) => filter.categories)
  return categories.every((list) => list !== undefined)
    ? { categories: [...new Set(categories.flatMap((list) => list ?? []))] }
    : {}
}

export const meets = Filter.meets
