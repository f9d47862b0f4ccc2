import { LogFilter as Filter, invalidInput, Limits, type LogFilter } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnyRecorded, HandlerOptions } from '../../EventHandler.ts'
import { FailurePolicy, type HandlerFailure } from '../../FailurePolicy.ts'
import type { AnyHandler } from '../../RuntimeOptions.ts'
import type { SendCommand } from '../../SendCommand.ts'
import type { AnySource } from '../../Source.ts'
import { type BatchHandlerWorkerOptions, batchHandlerWorker } from './batchHandlerWorker.ts'
import type { Delivery } from './Delivery.ts'
import { eventHandlerWorker } from './eventHandlerWorker.ts'
import type { HandlerDefinition } from './HandlerDefinition.ts'
import { noDispatch } from './noDispatch.ts'
import { processManagerWorker } from './processManagerWorker.ts'
import { type ProjectionWorkerOptions, projectionWorker } from './projectionWorker.ts'
import { keysBy, type SourceEvents, sourceEvents, viewKeys } from './sourceEvents.ts'
import { stepOf } from './stepOf.ts'
import { type TransactionalHandlerWorkerOptions, transactionalHandlerWorker } from './transactionalHandlerWorker.ts'

type Decode = SourceEvents['decode']

/** A function of the user that returns the lanes of an event. */
type LanesOf = (event: AnyRecorded) => ReadonlyArray<string>

/**
 * Divides the decoded events of one stored event among the lanes that they touch. An event whose lanes are unknown has
 * failed, and waits in the lane of its stream.
 */
const deliveriesBy = (decode: Decode, lanesOf: LanesOf): HandlerDefinition['deliveries'] => {
  const lanes = keysBy(lanesOf)

  return (event) => {
    const failed = (why: HandlerFailure): ReadonlyArray<Delivery> => [
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
    // Each lane may need a document in one commit. The store would reject a commit with more, and the event would stop
    // the handler for ever.
    if (byLane.size > Limits.keysPerEvent) {
      const why = `are at most ${Limits.keysPerEvent} for one event, and it has ${byLane.size}`
      return failed({ _tag: 'HandlerReturnedError', error: invalidInput('keys', why) })
    }
    return Array.from(byLane, ([lane, own]) => ({ lane, event, content: E.right(own) }))
  }
}

/** When every lane is a stream, no function of the user is needed. */
const deliveriesByStream =
  (decode: Decode): HandlerDefinition['deliveries'] =>
  (event) => {
    const content = decode(event)
    return E.isRight(content) && content.right.length === 0 ? [] : [{ lane: event.stream, event, content }]
  }

const commonDefinition = (
  handler: HandlerOptions<ReadonlyArray<AnySource>> & Pick<AnyHandler, '_tag'>,
  { filter, decode }: SourceEvents,
  lanesOf: LanesOf | undefined,
) => ({
  name: handler.name,
  kind: handler._tag,
  version: 1,
  partitions: handler.partitions ?? 1,
  start: handler.start ?? ('origin' as const),
  filter,
  policy: handler.onFailure ?? FailurePolicy.park,
  rebuildable: false,
  sendsCommands: false,
  laneIsStream: lanesOf === undefined,
  deliveries: lanesOf === undefined ? deliveriesByStream(decode) : deliveriesBy(decode, lanesOf),
})

/** Maximum number of views, or processes, that a partition keeps in memory. */
const cacheSize = 10_000

/**
 * Number of lanes that a partition handles concurrently, and of processes whose commands are in flight, unless a
 * handler sets another.
 */
const defaultConcurrency = 16

/**
 * The definition of a handler for the engine. The arguments of the user's functions were decoded by the codecs of their
 * own sources: that is their type.
 */
export const definitionOf = (handler: AnyHandler, send: SendCommand, env?: unknown): HandlerDefinition => {
  const events = sourceEvents(handler)
  const policy = handler.onFailure ?? FailurePolicy.park
  switch (handler._tag) {
    case 'EventHandler': {
      const { concurrency = defaultConcurrency, timeout = 30_000 } = handler
      const handle = handler.handle as Parameters<typeof eventHandlerWorker>[0]['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...commonDefinition(handler, events, lane && ((event) => [lane(event)])),
        makeWorker: eventHandlerWorker({ handle, env, concurrency, timeout, policy }),
      }
    }
    case 'BatchHandler': {
      const { timeout = 30_000 } = handler
      const handle = handler.handle as BatchHandlerWorkerOptions['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...commonDefinition(handler, events, lane && ((event) => [lane(event)])),
        makeWorker: batchHandlerWorker({ handle, env, timeout, policy }),
      }
    }
    case 'Projection': {
      const project = handler.project as ProjectionWorkerOptions['project'] // See above.
      const key = handler.key as (event: AnyRecorded) => string | ReadonlyArray<string> // See above.
      return {
        ...commonDefinition(handler, events, viewKeys(key)),
        version: handler.version ?? 1,
        rebuildable: true,
        makeWorker: projectionWorker({ view: handler.view, project, policy, cache: cacheSize }),
      }
    }
    case 'TransactionalHandler': {
      const { transactions } = handler
      const handle = handler.handle as TransactionalHandlerWorkerOptions['handle'] // See above.
      const lane = handler.lane as ((event: AnyRecorded) => string) | undefined // See above.
      return {
        ...commonDefinition(handler, events, lane && ((event) => [lane(event)])),
        makeWorker: transactionalHandlerWorker({ transactions, handle, env, policy }),
      }
    }
    case 'ProcessManager': {
      const { state, to = [], sendTimeout = 30_000 } = handler
      const key = handler.key as (event: AnyRecorded) => string | undefined // See above.
      const keys: LanesOf = (event) => {
        const named = key(event)
        return named === undefined ? [] : [named]
      }
      return {
        ...commonDefinition(handler, events, keys),
        sendsCommands: true,
        makeWorker: processManagerWorker({
          ...stepOf(handler),
          to,
          state,
          policy,
          send,
          cache: cacheSize,
          concurrency: defaultConcurrency,
          timeout: sendTimeout,
        }),
      }
    }
  }
}

/** The definitions of the handlers of a runtime. */
export const definitionsOf = ({
  handlers,
  dispatch,
  env,
}: {
  readonly handlers: ReadonlyArray<AnyHandler>
  readonly dispatch?: SendCommand<never> | undefined
  readonly env?: unknown
}): ReadonlyArray<HandlerDefinition> => {
  // It gets the commands of the process managers, and no others.
  const send = dispatch === undefined ? noDispatch : (dispatch as SendCommand)
  return handlers.map((handler) => definitionOf(handler, send, env))
}

/** The filter for all handlers together: everything, as soon as one of them names no category. */
export const unionOf = (filters: ReadonlyArray<LogFilter>): LogFilter => {
  const categories = filters.map((filter) => filter.categories)
  return categories.every((list) => list !== undefined)
    ? { categories: [...new Set(categories.flatMap((list) => list ?? []))] }
    : {}
}

export const meets: typeof Filter.matches = Filter.matches
