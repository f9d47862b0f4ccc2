import type { EventId, Logger, StoreUnavailable } from '@foldlog/core'
import { type CheckedAppend, eventIdReused, storeOverloaded, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Batching } from '../../Batching.ts'
import { classifyError, type StatementFailure } from '../client/classifyError.ts'
import { backoff, sleep } from '../client/timers.ts'
import { eventIdOf } from '../encoding/uuid.ts'
import { type AppendOutcome, decodeResults } from './appendResults.ts'
import type { AppendRequest, SendAppends } from './sendAppends.ts'

interface PendingAppend extends AppendRequest {
  readonly ids: ReadonlyArray<EventId>
  readonly characters: number
  readonly retryUntil: number
  readonly settle: (outcome: AppendOutcome) => void
  /** Whether its batch was refused as a whole: then it is sent alone, so that another append cannot make it fail. */
  alone: boolean
  attempts: number
}

export interface AppendBatcher {
  readonly append: (parts: ReadonlyArray<CheckedAppend>, views?: string) => Promise<AppendOutcome>
  readonly stop: () => Promise<void>
}

export interface AppendBatcherOptions {
  readonly sendBatch: SendAppends
  readonly batching: Batching
  /** Milliseconds during which an append is sent again after its connection was lost. */
  readonly retryTimeout: number
  readonly logger: Logger
}

/**
 * Number of events from which the waiting appends are sent as two halves: one half is encoded or stored while the other
 * is in flight. With fewer events, a second batch costs more than it saves.
 */
const splitThreshold = 32

/** Approximate characters of an id, a version and the separators of an event. */
const charactersPerEvent = 64

/** The approximate number of characters that are sent for an append: its JSON is quoted once more. */
const charactersOf = ({ stream, size, events }: CheckedAppend): number =>
  events.reduce(
    (sum, { type, correlationId, causationId }) =>
      sum + charactersPerEvent + type.length + (correlationId?.length ?? 0) + (causationId?.length ?? 0),
    2 * stream.length + size,
  )

const hasAtLeastEvents = (appends: ReadonlyArray<PendingAppend>, minimum: number): boolean => {
  let events = 0
  return appends.some(({ ids }) => {
    events += ids.length
    return events >= minimum
  })
}

/**
 * Group commit. An idle store sends at once (at the end of the current turn of the event loop, so that appends of one
 * turn are sent together). Appends that arrive while others are in flight wait, and are sent together when one of those
 * batches is done.
 *
 * Nothing is lost or duplicated when a connection dies: the append is sent again with the same ids, and the server
 * answers with the first result if it was stored. A bad append fails alone: a batch that is refused as a whole is sent
 * again one by one.
 */
export const makeAppendBatcher = ({
  sendBatch,
  batching,
  retryTimeout,
  logger,
}: AppendBatcherOptions): AppendBatcher => {
  let queue: Array<PendingAppend> = []
  let inFlight = 0
  let scheduled = false
  let stopped = false
  let drainWaiters: Array<() => void> = []

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      while (inFlight < batching.inFlight && queue.length > 0) void send(nextBatch())
      if (inFlight === 0 && queue.length === 0) {
        for (const wake of drainWaiters) wake()
        drainWaiters = []
      }
    })
  }

  /**
   * Takes the longest prefix of the queue that may be sent together: within the limits, and without a repeated id (a
   * repetition waits for the first).
   */
  const nextBatch = (): ReadonlyArray<PendingAppend> => {
    const splits = inFlight === 0 && batching.inFlight > 1 && hasAtLeastEvents(queue, splitThreshold)
    const available = splits ? Math.ceil(queue.length / 2) : queue.length
    const maxAppends = Math.min(batching.appends, available)
    const ids = new Set<EventId>()
    let characters = 0
    let end = 0
    for (const pending of queue) {
      characters += pending.characters
      const fits = end < maxAppends && characters <= batching.characters && !pending.alone
      if (end > 0 && (!fits || pending.ids.some((id) => ids.has(id)))) break
      for (const id of pending.ids) ids.add(id)
      end++
      if (pending.alone) break
    }
    const batch = queue.slice(0, end)
    queue = queue.slice(end)
    return batch
  }

  const send = async (batch: ReadonlyArray<PendingAppend>): Promise<void> => {
    inFlight++
    try {
      const answer = await sendBatch(batch)
      const outcomes = decodeResults(
        batch.map(({ parts }) => parts),
        answer,
      )
      for (const [i, pending] of batch.entries())
        pending.settle(
          outcomes[i] ?? E.left(storeUnavailable('the server sent no result for this append', false, answer)),
        )
    } catch (cause) {
      await onFailure(batch, classifyError(cause))
    } finally {
      inFlight--
      schedule()
    }
  }

  const onFailure = async (batch: ReadonlyArray<PendingAppend>, failure: StatementFailure): Promise<void> => {
    const attempts = Math.max(...batch.map((pending) => ++pending.attempts))
    if (failure._tag === 'Lost' || failure._tag === 'Undone') {
      logger.warn('sending a batch of appends again', { appends: batch.length, attempts, why: failure.error.why })
      // The batch still counts as in flight during the wait, so that a server in trouble is not overloaded.
      await sleep(backoff(attempts))
      requeue(batch, failure.error, failure._tag === 'Undone')
    } else if (batch.length > 1) {
      requeue(batch, undefined, true)
    } else {
      for (const { parts, settle } of batch) settle(E.left(appendErrorOf(parts, failure)))
    }
  }

  const requeue = (batch: ReadonlyArray<PendingAppend>, error: StoreUnavailable | undefined, alone: boolean) => {
    const now = Date.now()
    const isExpired = (pending: PendingAppend) => error !== undefined && now >= pending.retryUntil
    for (const pending of batch) {
      pending.alone = pending.alone || alone
      if (isExpired(pending) && error !== undefined) pending.settle(E.left(error))
    }
    queue = [...batch.filter((pending) => !isExpired(pending)), ...queue]
  }

  return {
    append: (parts, views) =>
      new Promise((settle) => {
        if (stopped) return settle(E.left(storeUnavailable('the store was stopped', false, undefined)))
        if (queue.length >= batching.waiting) return settle(E.left(storeOverloaded(queue.length, batching.waiting)))
        const ids = parts.flatMap(({ events }) => events.map(({ id }) => id))
        const characters = parts.reduce((sum, part) => sum + charactersOf(part), views?.length ?? 0)
        queue.push({
          parts,
          views,
          ids,
          characters,
          retryUntil: Date.now() + retryTimeout,
          settle,
          alone: false,
          attempts: 0,
        })
        schedule()
      }),
    stop: () =>
      new Promise((done) => {
        stopped = true
        drainWaiters.push(done)
        schedule()
      }),
  }
}

const duplicateIdPattern = /\(id\)=\(([0-9a-f-]{36})\)/

/** Maps the server's refusal of a single append to the error for its caller. */
export const appendErrorOf = (parts: ReadonlyArray<CheckedAppend>, failure: StatementFailure) => {
  if (failure._tag !== 'DuplicateId') return failure.error
  // The server names the first duplicate id. It hides the id from a role that may not read the table; then the first id
  // of the append is reported.
  const uuid = duplicateIdPattern.exec(failure.detail)?.[1]
  const duplicate = uuid === undefined ? undefined : eventIdOf(uuid)
  const part = parts.find(({ events }) => events.some(({ id }) => id === duplicate)) ?? parts[0]
  const id = duplicate ?? part?.events[0]?.id
  return part === undefined || id === undefined
    ? storeUnavailable('an event id is already stored', false, failure.detail)
    : eventIdReused(part.stream, id)
}
