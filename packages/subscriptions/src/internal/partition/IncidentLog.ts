import type { Logger } from '@foldlog/core'
import type { DocumentChange, PartitionRef } from '@foldlog/core/store'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import type { LaneRetry, UnitOfWork } from '../handlers/HandlerWorker.ts'
import { delayOf } from '../handlers/userCode.ts'
import { decodeParked, describeFailure, type ParkedDocument, sanitize } from './ParkedDocument.ts'

// Logs one line for each event and attempt, after the commit with its result. Code that fails everywhere parks as many
// events as there are. So a commit logs at most `maxLines` events of one kind, and the number of the others.

const maxLines = 10

type Facts = Readonly<Record<string, unknown>>

const factsOf = ({ event: { stream, version, position, type }, lane }: Delivery): Facts => ({
  stream,
  version,
  position,
  type,
  lane,
})

const parkedFacts = ({ stream, version, position, type, lane, attempts, why }: ParkedDocument): Facts => ({
  stream,
  version,
  position,
  type,
  lane,
  attempts,
  why,
})

/** Logs what happens to events that fail: with handler, generation and partition, and what is known of the event. */
export interface IncidentLog {
  readonly retried: (retry: LaneRetry) => void
  readonly split: (events: ReadonlyArray<Delivery>, why: HandlerFailure) => void
  /** Logs the events that a committed unit of work has parked, skipped, or left to a retry. */
  readonly committed: (unit: UnitOfWork, changes: ReadonlyArray<DocumentChange>) => void
  /** The requested retries of parked events have failed, or have succeeded; or the events were discarded. */
  readonly parkedAgain: (parked: ReadonlyArray<ParkedDocument>) => void
  readonly unparked: (parked: ReadonlyArray<ParkedDocument>) => void
  readonly discarded: (parked: ReadonlyArray<ParkedDocument>) => void
}

export const makeIncidentLog = (
  { name: handler, generation, partition }: PartitionRef,
  logger: Logger,
): IncidentLog => {
  const log = (level: 'error' | 'warn' | 'info', message: string, facts: Facts): void =>
    logger[level](message, { handler, generation, partition, ...facts })

  const logAll = (level: 'error' | 'warn' | 'info', message: string, more: string, all: ReadonlyArray<Facts>): void => {
    for (const facts of all.slice(0, maxLines)) log(level, message, facts)
    const rest = all.slice(maxLines)
    if (rest.length === 0) return
    log(level, more, { events: rest.length, first: rest[0]?.['position'], last: rest.at(-1)?.['position'] })
  }

  const retryFacts = ({ delivery, status, why }: LaneRetry): Facts => ({
    ...factsOf(delivery),
    attempts: status.iterNumber,
    delay: delayOf(status),
    why: sanitize(describeFailure(why)),
  })

  const logParked = (
    requests: UnitOfWork['parked'],
    parkedInputs: NonNullable<UnitOfWork['parkedInputs']>,
    changes: ReadonlyArray<DocumentChange>,
  ): void => {
    const parked = changes.flatMap(({ kind, data }) => (kind === 'parked' && data !== undefined ? [data] : []))
    // What was parked before may be written again.
    const requested = new Set([
      ...requests.map(({ delivery: { lane, event } }) => `${event.position} ${lane}`),
      ...parkedInputs.map(({ lane }) => lane),
    ])
    const decoded = parked
      .flatMap((data) => decodeParked({ data }) ?? [])
      .filter(({ lane, position, input }) => requested.has(input === undefined ? `${position} ${lane}` : lane))
    const inputs = decoded.filter(({ input }) => input !== undefined)
    logAll('error', 'an input of a process is parked', 'more inputs of processes are parked', inputs.map(parkedFacts))
    const failed = decoded.filter(({ behind, input }) => !behind && input === undefined)
    logAll('error', 'an event is parked', 'more events are parked', failed.map(parkedFacts))
    const behind = decoded.filter((one) => one.behind)
    if (behind.length === 0) return
    const [first, last] = [behind[0]?.position, behind.at(-1)?.position]
    log('warn', 'events are parked behind other events of their lanes', { events: behind.length, first, last })
  }

  return {
    retried: (retry) => log('warn', 'an event has failed, and is retried', retryFacts(retry)),
    split: (events, why) =>
      log('warn', 'several events have failed together, and are handled one by one', {
        events: events.length,
        first: events[0]?.event.position,
        last: events.at(-1)?.event.position,
        why: sanitize(describeFailure(why)),
      }),
    committed: ({ parked, parkedInputs = [], skipped = [], retries = [] }, changes) => {
      if (parked.length > 0 || parkedInputs.length > 0) logParked(parked, parkedInputs, changes)
      if (skipped.length > 0) {
        const facts = skipped.map(({ delivery, why }) => ({
          ...factsOf(delivery),
          why: sanitize(describeFailure(why)),
        }))
        logAll('error', 'an event is skipped', 'more events are skipped', facts)
      }
      if (retries.length > 0) {
        const facts = retries.map(retryFacts)
        logAll('warn', 'an event has failed, and is retried', 'more events have failed, and are retried', facts)
      }
    },
    parkedAgain: (parked) => {
      const more = 'more retries of parked events have failed'
      logAll('error', 'the retry of a parked event has failed', more, parked.map(parkedFacts))
    },
    unparked: (parked) =>
      logAll('info', 'a parked event is handled', 'more parked events are handled', parked.map(parkedFacts)),
    discarded: (parked) => {
      const more = 'more parked events are discarded, as requested'
      logAll('warn', 'a parked event is discarded, as requested', more, parked.map(parkedFacts))
    },
  }
}
