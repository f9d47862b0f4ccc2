import {
  type CheckedAppend,
  type EventId,
  eventIdReused,
  type Logger,
  type StoreUnavailable,
  storeOverloaded,
  storeUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { pause, sleep } from './deadline.ts'
import { type Failure, failureOf } from './failure.ts'
import type { AppendRequest, SendAppends } from './sendAppends.ts'
import { eventIdOf } from './uuid.ts'
import { type Outcome, outcomesOf } from './verdicts.ts'

/**
 * How appends are grouped. Each number is a cap: appends and characters of JSON in one batch, batches in flight, appends waiting.
 *
 * @category model
 * @since 0.1.0
 */
export interface Batching {
  /** Appends in one batch; 128 when absent. */
  readonly appends: number
  /** Characters of JSON in one batch; 4,000,000 when absent. A single append may be longer. */
  readonly characters: number
  /** Batches in flight; 3 when absent. */
  readonly inFlight: number
  /** Appends waiting; 10,000 when absent. */
  readonly waiting: number
}

interface Job extends AppendRequest {
  readonly ids: ReadonlyArray<EventId>
  readonly characters: number
  readonly giveUpAt: number
  readonly settle: (outcome: Outcome) => void
  /** Whether its batch was refused as a whole: it then goes alone, so that a bad neighbour cannot fail it. */
  alone: boolean
  attempts: number
}

export interface Batcher {
  readonly append: (parts: ReadonlyArray<CheckedAppend>, views?: string) => Promise<Outcome>
  readonly stop: () => Promise<void>
}

export interface BatcherOptions {
  readonly ask: SendAppends
  readonly batching: Batching
  /** Milliseconds for which an append is sent again after its connection was lost. */
  readonly patience: number
  readonly logger: Logger
}

/** Appends with so many events leave as two halves: the one is made or stored while the other is under way. Of fewer, two batches would cost more than that saves. */
const worthTwo = 32

/** Of an id, a version, and what stands between the values of an event. */
const charactersOfIds = 64

/** So many characters are sent for an append, about: its JSON is quoted once more. */
const charactersOf = ({ stream, size, events }: CheckedAppend): number =>
  events.reduce(
    (sum, { type, correlationId, causationId }) =>
      sum + charactersOfIds + type.length + (correlationId?.length ?? 0) + (causationId?.length ?? 0),
    2 * stream.length + size,
  )

const haveEvents = (jobs: ReadonlyArray<Job>, number: number): boolean => {
  let events = 0
  return jobs.some(({ ids }) => {
    events += ids.length
    return events >= number
  })
}

/**
 * Group commit. An idle store sends at once (at the end of the current turn of the event loop, so that what is appended together leaves
 * together); appends that arrive while others are in flight wait, and leave together when one of those is done.
 *
 * Nothing is lost or doubled when a connection dies: the append is sent again with the same ids, and the server answers with the first result
 * if it had been stored. One bad append fails alone: a batch that is refused as a whole is sent again one by one.
 */
export const makeBatcher = ({ ask, batching, patience, logger }: BatcherOptions): Batcher => {
  let queue: Array<Job> = []
  let inFlight = 0
  let scheduled = false
  let stopped = false
  let idle: Array<() => void> = []

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      while (inFlight < batching.inFlight && queue.length > 0) void send(nextBatch())
      if (inFlight === 0 && queue.length === 0) {
        for (const wake of idle) wake()
        idle = []
      }
    })
  }

  /** The longest beginning of the queue that may leave together: within the caps, and no id twice (a repetition waits for the first). */
  const nextBatch = (): ReadonlyArray<Job> => {
    const two = inFlight === 0 && batching.inFlight > 1 && haveEvents(queue, worthTwo)
    const half = two ? Math.ceil(queue.length / 2) : queue.length
    const most = Math.min(batching.appends, half)
    const ids = new Set<EventId>()
    let characters = 0
    let end = 0
    for (const job of queue) {
      characters += job.characters
      const fits = end < most && characters <= batching.characters && !job.alone
      if (end > 0 && (!fits || job.ids.some((id) => ids.has(id)))) break
      for (const id of job.ids) ids.add(id)
      end++
      if (job.alone) break
    }
    const batch = queue.slice(0, end)
    queue = queue.slice(end)
    return batch
  }

  const send = async (batch: ReadonlyArray<Job>): Promise<void> => {
    inFlight++
    try {
      const answer = await ask(batch)
      const outcomes = outcomesOf(
        batch.map(({ parts }) => parts),
        answer,
      )
      for (const [i, job] of batch.entries())
        job.settle(outcomes[i] ?? E.left(storeUnavailable('no verdict', false, answer)))
    } catch (cause) {
      await failed(batch, failureOf(cause))
    } finally {
      inFlight--
      schedule()
    }
  }

  const failed = async (batch: ReadonlyArray<Job>, failure: Failure): Promise<void> => {
    const attempts = Math.max(...batch.map((job) => ++job.attempts))
    if (failure._tag === 'Lost' || failure._tag === 'Undone') {
      logger.warn('a batch of appends is sent again', { appends: batch.length, attempts, why: failure.error.why })
      // The place in flight is kept while waiting: a server in trouble is not hurried.
      await sleep(pause(attempts))
      sendAgain(batch, failure.error, failure._tag === 'Undone')
    } else if (batch.length > 1) {
      sendAgain(batch, undefined, true)
    } else {
      for (const { parts, settle } of batch) settle(E.left(refusalOf(parts, failure)))
    }
  }

  const sendAgain = (batch: ReadonlyArray<Job>, error: StoreUnavailable | undefined, alone: boolean) => {
    const now = Date.now()
    const late = (job: Job) => error !== undefined && now >= job.giveUpAt
    for (const job of batch) {
      job.alone = job.alone || alone
      if (late(job) && error !== undefined) job.settle(E.left(error))
    }
    queue = [...batch.filter((job) => !late(job)), ...queue]
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
          giveUpAt: Date.now() + patience,
          settle,
          alone: false,
          attempts: 0,
        })
        schedule()
      }),
    stop: () =>
      new Promise((done) => {
        stopped = true
        idle.push(done)
        schedule()
      }),
  }
}

const idIn = /\(id\)=\(([0-9a-f-]{36})\)/

/** What the server's refusal of a single append means to its caller. */
export const refusalOf = (parts: ReadonlyArray<CheckedAppend>, failure: Failure) => {
  if (failure._tag !== 'DuplicateId') return failure.error
  // The server names the first id it met; a role that may not read the table is not told, and then the first of the append stands for it.
  const uuid = idIn.exec(failure.detail)?.[1]
  const named = uuid === undefined ? undefined : eventIdOf(uuid)
  const part = parts.find(({ events }) => events.some(({ id }) => id === named)) ?? parts[0]
  const id = named ?? part?.events[0]?.id
  return part === undefined || id === undefined
    ? storeUnavailable('an event id is stored already', false, failure.detail)
    : eventIdReused(part.stream, id)
}
