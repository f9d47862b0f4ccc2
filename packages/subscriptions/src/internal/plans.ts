import {
  type Event,
  EventCodec,
  LogFilter as Filter,
  type LogFilter,
  type RecordedEvent,
  StreamName,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { AnyBatchHandler } from '../BatchHandler.ts'
import type { AnyEventHandler, AnyRecorded, HandlerBasics } from '../EventHandler.ts'
import { FailurePolicy, type HandlingFailure } from '../FailurePolicy.ts'
import type { AnyProcessManager } from '../ProcessManager.ts'
import type { AnyProjection } from '../Projection.ts'
import type { Send } from '../Send.ts'
import type { AnySource } from '../Source.ts'
import type { AnyTransactionalHandler } from '../TransactionalHandler.ts'
import { attempt } from './attempting.ts'
import { type BatchingOptions, batchingWork } from './batching.ts'
import type { Delivery } from './Delivery.ts'
import { handlingWork } from './handling.ts'
import { checkKey } from './keys.ts'
import type { Plan } from './Plan.ts'
import { type ProcessingOptions, processingWork } from './processing.ts'
import { type ProjectingOptions, projectingWork } from './projecting.ts'
import { type TransactingOptions, transactingWork } from './transacting.ts'

export type AnyHandler = AnyEventHandler | AnyBatchHandler | AnyProjection | AnyProcessManager | AnyTransactionalHandler

type Decode = (event: RecordedEvent) => E.Either<HandlingFailure, ReadonlyArray<AnyRecorded>>

const categoriesOf = ({ category, formerly = [] }: AnySource): ReadonlyArray<string> => [category, ...formerly]

const decoder = (sources: ReadonlyArray<AnySource>): Decode => {
  const byCategory = new Map(
    sources.flatMap((source) => {
      const decodeAll = EventCodec.decodeAll<Event>(source.events)
      return categoriesOf(source).map((category) => [category, decodeAll] as const)
    }),
  )
  return (event) => {
    const decode = byCategory.get(StreamName.category(event.stream))
    if (decode === undefined) return E.right([])
    const decoded = attempt(() => decode([event]))
    return E.isLeft(decoded) ? decoded : decoded.right
  }
}

/** A function of the user's that names the lanes of an event. */
type LanesOf = (event: AnyRecorded) => ReadonlyArray<string>

const unique = (lanes: ReadonlyArray<string>): ReadonlyArray<string> =>
  lanes.length === 1 ? lanes : [...new Set(lanes)]

/** Divides the decoded events of one stored event among the lanes they touch. One whose lanes cannot be told has failed, and waits in the lane of its stream. */
const deliveriesBy = (decode: Decode, lanesOf: LanesOf): Plan['deliveries'] => {
  const lanes = (one: AnyRecorded): E.Either<HandlingFailure, ReadonlyArray<string>> => {
    // A list of its own: what the user's function gave may be no list.
    const named = attempt(() => [...unique(lanesOf(one))])
    if (E.isLeft(named)) return named
    for (const lane of named.right) {
      const checked = checkKey(lane)
      if (E.isLeft(checked)) return E.left({ _tag: 'HandlerRefused', error: checked.left })
    }
    return named
  }

  return (event) => {
    const failed = (why: HandlingFailure): ReadonlyArray<Delivery> => [
      { lane: event.stream, event, content: E.left(why) },
    ]
    const content = decode(event)
    if (E.isLeft(content)) return failed(content.left)
    if (content.right.length === 0) return []
    const byLane = new Map<string, Array<AnyRecorded>>()
    for (const one of content.right) {
      const named = lanes(one)
      if (E.isLeft(named)) return failed(named.left)
      for (const lane of named.right) {
        const own = byLane.get(lane)
        if (own === undefined) byLane.set(lane, [one])
        else own.push(one)
      }
    }
    return Array.from(byLane, ([lane, own]) => ({ lane, event, content: E.right(own) }))
  }
}

/** When every lane is a stream there is nothing to ask. */
const deliveriesByStream =
  (decode: Decode): Plan['deliveries'] =>
  (event) => {
    const content = decode(event)
    return E.isRight(content) && content.right.length === 0 ? [] : [{ lane: event.stream, event, content }]
  }

const basicsOf = (handler: HandlerBasics<ReadonlyArray<AnySource>>, decode: Decode, lanesOf: LanesOf | undefined) => ({
  name: handler.name,
  version: 1,
  partitions: handler.partitions ?? 1,
  start: handler.start ?? ('origin' as const),
  filter: { categories: [...new Set(handler.from.flatMap(categoriesOf))], ...handler.filter },
  policy: handler.onFailure ?? FailurePolicy.park,
  rebuildable: false,
  sends: false,
  laneIsStream: lanesOf === undefined,
  deliveries: lanesOf === undefined ? deliveriesByStream(decode) : deliveriesBy(decode, lanesOf),
})

/** Views, or processes, that a partition keeps in memory. */
const cache = 10_000

/** Lanes that a partition handles side by side, and processes whose commands are on their way, unless a handler says otherwise. */
const sideBySide = 16

/** What the engine does for a handler. What goes into the user's functions was decoded by the codecs of their own sources: that is their type. */
export const planOf = (handler: AnyHandler, send: Send): Plan => {
  const decode = decoder(handler.from)
  const policy = handler.onFailure ?? FailurePolicy.park
  switch (handler._tag) {
    case 'EventHandler': {
      const { concurrency = sideBySide, timeout = 30_000 } = handler
      const handle = handler.handle as Parameters<typeof handlingWork>[0]['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...basicsOf(handler, decode, lane && ((event) => [lane(event)])),
        work: handlingWork({ handle, concurrency, timeout, policy }),
      }
    }
    case 'BatchHandler': {
      const { timeout = 30_000 } = handler
      const handle = handler.handle as BatchingOptions['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...basicsOf(handler, decode, lane && ((event) => [lane(event)])),
        work: batchingWork({ handle, timeout, policy }),
      }
    }
    case 'Projection': {
      const project = handler.project as ProjectingOptions['project'] // See above.
      const key = handler.key as (event: AnyRecorded) => string | ReadonlyArray<string> // See above.
      const keys: LanesOf = (event) => {
        const named = key(event)
        return typeof named === 'string' ? [named] : named
      }
      return {
        ...basicsOf(handler, decode, keys),
        version: handler.version ?? 1,
        rebuildable: true,
        work: projectingWork({ view: handler.view, project, policy, cache }),
      }
    }
    case 'TransactionalHandler': {
      const { transactions } = handler
      const handle = handler.handle as TransactingOptions['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...basicsOf(handler, decode, lane && ((event) => [lane(event)])),
        work: transactingWork({ transactions, handle, policy }),
      }
    }
    case 'ProcessManager': {
      const { state, initialState } = handler
      const evolve = handler.evolve as ProcessingOptions['evolve'] // See above.
      const react = handler.react as ProcessingOptions['react'] // See above.
      const key = handler.key as (event: AnyRecorded) => string | undefined // See above.
      const keys: LanesOf = (event) => {
        const named = key(event)
        return named === undefined ? [] : [named]
      }
      return {
        ...basicsOf(handler, decode, keys),
        sends: true,
        work: processingWork({ state, initialState, evolve, react, policy, send, cache, concurrency: sideBySide }),
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
