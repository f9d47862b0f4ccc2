import type { HandlerDocument } from '@foldlog/core/store'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import { type BlockedLanes, countParked } from './BlockedLanes.ts'
import { decodeParked } from './ParkedDocument.ts'
import type { PartitionState } from './PartitionState.ts'
import { isWaiting, type WaitsFor } from './unparking.ts'

/** The lanes of a partition whose parked events are taken up, in turn. */
export interface ParkedLanes {
  /** Adds what is requested for parked events, as it was polled. */
  readonly request: (documents: ReadonlyArray<HandlerDocument>) => void
  /** The keys of events to discard. */
  readonly discards: () => ReadonlyArray<string>
  /** They are discarded; the lanes from which they were removed follow. */
  readonly onDiscarded: (keys: ReadonlyArray<string>, lanes: Iterable<string>) => void
  /** Lanes that are taken up together. */
  readonly next: (state: PartitionState) => ReadonlyArray<ParkedLane>
  /** Lets a lane wait for its next turn. */
  readonly wait: (lane: ParkedLane) => void
  /** Takes a lane out, unless something else was requested for it since it was taken up. */
  readonly remove: (lane: ParkedLane) => void
  /** The lane has parked events that only followed others: they are taken up. */
  readonly follow: (lane: string, oneByOne?: number) => void
  /** Keeps a lane out until its next try. Requests for it are part of that try. */
  readonly delay: (lane: ParkedLane, until: Promise<void>) => void
}

/** A lane whose parked events are to be taken up. */
export interface ParkedLane {
  readonly lane: string
  /** Somebody requests a retry: its first event is tried, also when it has failed itself. */
  readonly isRequested: boolean
  /** The status of the first event: how often it was tried since the request. */
  readonly status: RetryStatus
  /** The keys of the events for which it is requested: for all of them one failure of the lane is the answer. */
  readonly keys: ReadonlySet<string>
  /** So many of its events are taken up one by one, because several together could not be committed. */
  readonly oneByOne: number
  /** Why its first event could not be tried yet. */
  readonly waitsFor?: WaitsFor
}

/** Whether the requested event is the only one of its lane: then nothing else need be read. */
export const isSingle = (blocked: BlockedLanes, { lane, keys }: ParkedLane): boolean =>
  keys.size === 1 && countParked(blocked, lane) === 1

/** Maximum number of lanes of which pages are read for one unit of work. */
const maxPages = 16

/** Maximum number of documents that are discarded in one unit of work. */
const maxDiscards = 500

/** Maximum number of requested events of one lane that are known at once, and of those of one unit of work. */
const maxKeys = 1_000

/** `maxEvents` limits the lanes that are taken up together. `onReady` is called when a lane can be taken up. */
export const makeParkedLanes = (maxEvents: number, onReady: () => void): ParkedLanes => {
  const waiting = new Map<string, ParkedLane>()
  const delayed = new Set<string>()
  const discards = new Set<string>()

  const wait = (one: ParkedLane): void => {
    waiting.delete(one.lane)
    waiting.set(one.lane, one)
    onReady()
  }

  const follow: ParkedLanes['follow'] = (lane, oneByOne = 0) => {
    if (!waiting.has(lane) && !delayed.has(lane))
      wait({ lane, isRequested: false, status: defaultRetryStatus, keys: new Set(), oneByOne })
  }

  const request = (lane: string, key: string): void => {
    const known = waiting.get(lane)
    const keys = known?.keys ?? new Set()
    if (known?.isRequested === true && (keys.has(key) || keys.size >= maxKeys)) return
    const { status, oneByOne } = known ?? { status: defaultRetryStatus, oneByOne: 0 }
    waiting.set(lane, { lane, isRequested: true, status, keys: new Set(keys).add(key), oneByOne })
  }

  return {
    request: (documents) => {
      for (const document of documents) {
        const lane = decodeParked(document)?.lane
        if (lane === undefined) continue
        if (document.requestedAction === 'discard') discards.add(document.key)
        else if (!delayed.has(lane)) request(lane, document.key)
      }
      onReady()
    },
    discards: () => [...discards].slice(0, maxDiscards),
    onDiscarded: (keys, lanes) => {
      for (const key of keys) discards.delete(key)
      for (const lane of lanes) follow(lane)
    },
    next: (state) => {
      const lanes: Array<ParkedLane> = []
      let [pages, keys] = [0, 0]
      for (const one of waiting.values()) {
        const [first = one] = lanes
        if (lanes.length === maxEvents || pages === maxPages) break
        if (lanes.length > 0 && keys + one.keys.size > maxKeys) break
        if (one.waitsFor !== undefined && isWaiting(state, one.waitsFor)) continue
        if (one.status.iterNumber !== first.status.iterNumber) continue
        if (one !== first && (one.oneByOne > 0 || first.oneByOne > 0)) continue
        lanes.push(one)
        keys += one.keys.size
        if (!isSingle(state.blocked, one)) pages++
      }
      return lanes
    },
    wait,
    remove: (one) => {
      if (waiting.get(one.lane) === one) waiting.delete(one.lane)
    },
    follow,
    delay: (one, until) => {
      waiting.delete(one.lane)
      delayed.add(one.lane)
      void until.then(() => {
        delayed.delete(one.lane)
        wait(one)
      })
    },
  }
}
