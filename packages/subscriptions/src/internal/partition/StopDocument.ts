import type { Json } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { HandlerRewound } from '../../HandlerRewound.ts'
import { sortableNumber } from '../handlers/documentKeys.ts'
import { describeFailure, sanitize } from './ParkedDocument.ts'
import type { StoppedHere } from './PartitionEnd.ts'

const EventRefData = t.strict({
  position: t.number,
  id: t.string,
  stream: t.union([t.string, t.null]),
  type: t.union([t.string, t.null]),
})

/** Stored form of a stop because the log went back: what `recoverRewound` needs. */
const RewoundData = t.strict({
  position: t.number,
  history: t.union([t.string, t.null]),
  current: t.string,
  common: t.union([t.number, t.null]),
  lost: t.array(EventRefData),
})

export type StoredRewind = t.TypeOf<typeof RewoundData>

/** What `recoverRewound` needs to know of the processes that run the handler. */
export interface StopReports {
  readonly leaseTime: number
  readonly reported?: ReadonlyArray<string>
}

/**
 * Stored form of a stop, as long as the handler is stopped. `leaseTime` is that of the process that has stopped it: the
 * milliseconds in which every running process sends a heartbeat. `reported` are the members that have added their lost
 * events under this partition.
 */
export const StopDocument = t.exact(
  t.intersection([
    t.type({
      position: t.number,
      reason: t.string,
      event: t.union([t.strict({ stream: t.string, version: t.number, type: t.string }), t.null]),
      stoppedAt: t.number,
    }),
    t.partial({ rewound: RewoundData, leaseTime: t.number, reported: t.array(t.string) }),
  ]),
)

/** The action that is requested of a stop: the handler continues. */
export const resumeAction = 'resume'

/** Each partition has its own stop, so that it is written by one partition only. */
export const stopKey = (partition: number): string => sortableNumber(partition)

/** A stop as a sentence for an operator. */
export const describeStop = ({ stop: { why } }: StoppedHere): string => {
  if (why._tag === 'InvalidInput') return `the store rejected it: ${why.what} ${why.why}`
  return why._tag === 'HandlerRewound' ? HandlerRewound.describe(why) : describeFailure(why)
}

/** A stored stop as a sentence for an operator. */
export const describeStopDocument = (data: Json): string => {
  const stop = StopDocument.decode(data)
  return E.isRight(stop) ? `${stop.right.reason}, at position ${stop.right.position}` : 'its stop cannot be decoded'
}

const rewoundData = ({ position, history, current, common, lost }: HandlerRewound): StoredRewind => ({
  position,
  history,
  current,
  common,
  lost: [...lost],
})

export const stopChange = (
  partition: number,
  stopped: StoppedHere,
  now: number,
  { leaseTime, reported }: StopReports,
): DocumentChange => {
  const { position, stop } = stopped
  const { event } = stop
  const data: t.TypeOf<typeof StopDocument> = {
    position,
    reason: sanitize(describeStop(stopped)),
    event: event === undefined ? null : { stream: event.stream, version: event.version, type: event.type },
    stoppedAt: now,
    ...(stop.why._tag === 'HandlerRewound' ? { rewound: rewoundData(stop.why) } : undefined),
    leaseTime,
    ...(reported === undefined ? undefined : { reported: [...reported] }),
  }
  return { kind: 'stop', key: stopKey(partition), data: data as Json } // Texts and numbers.
}

export const removeStop = (partition: number): DocumentChange => ({ kind: 'stop', key: stopKey(partition) })

/** Whether a stored stop is one because the log went back. */
export const isRewind = ({ data }: Pick<HandlerDocument, 'data'>): boolean => {
  const stop = StopDocument.decode(data)
  return E.isRight(stop) && stop.right.rewound !== undefined
}

/** The milliseconds in which every running process sends a heartbeat; 0 when that is not known. */
export const leaseTimeOf = ({ data }: Pick<HandlerDocument, 'data'>): number => {
  const stop = StopDocument.decode(data)
  return E.isRight(stop) ? (stop.right.leaseTime ?? 0) : 0
}

/** The members that have added their lost events to the stop of this partition. */
export const reportedOf = ({ data }: Pick<HandlerDocument, 'data'>): ReadonlyArray<string> => {
  const stop = StopDocument.decode(data)
  return E.isRight(stop) ? (stop.right.reported ?? []) : []
}

/**
 * Whether a generation is stopped, by any of its partitions, and whether this partition has a stop to remove. Checked
 * before a partition begins: the member that takes it over may not know of the stop yet.
 */
export const stopState = (
  stops: ReadonlyArray<HandlerDocument>,
  partition: number,
): { readonly stopped: boolean; readonly own: boolean; readonly rewound: boolean } => ({
  stopped: stops.some(({ requestedAction }) => requestedAction !== resumeAction),
  rewound: stops.some(isRewind),
  own: stops.some((document) => document.partition === partition),
})
