import type { RecordedEvent } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import { either as E } from 'fp-ts'
import { defaultRetryStatus } from 'retry-ts'
import type { AnyRecorded, Handling } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { insistently, nextTry, type Undone, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { makeInFlight } from './InFlight.ts'
import { makeSlots } from './Slots.ts'
import { type Holding, noMore, type Parking, type Stop, type Trying, type Work, type WorkTools } from './Work.ts'

export interface HandlingOptions {
  readonly handle: (event: AnyRecorded, handling: Handling) => TE.TaskEither<unknown, unknown>
  readonly policy: FailurePolicy
  /** Milliseconds for one try. */
  readonly timeout: number
  readonly concurrency: number
}

/** What a handler is told. Its signal is made when somebody looks at it. */
export class Told implements Handling {
  readonly attempt: number
  readonly #signal: () => AbortSignal

  constructor(attempt: number, signal: () => AbortSignal) {
    this.attempt = attempt
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }
}

const lanesOf = (batch: ReadonlyArray<Delivery>): ReadonlyArray<ReadonlyArray<Delivery>> => {
  const lanes = new Map<string, Array<Delivery>>()
  for (const delivery of batch) {
    const lane = lanes.get(delivery.lane)
    if (lane === undefined) lanes.set(delivery.lane, [delivery])
    else lane.push(delivery)
  }
  return [...lanes.values()]
}

/**
 * The work of a handler with effects: lanes side by side, each in order. An event that fails and is to be tried again ends its lane in this turn, and holds it up;
 * the others need not wait for it.
 */
export const handlingWork =
  ({ handle, concurrency, policy, timeout }: HandlingOptions) =>
  (tools: WorkTools): Work => {
    const inFlight = makeInFlight(timeout, tools.signal)
    const attempting = { policy, tools }
    // Lanes that are held up are tried beside the batches.
    const slots = makeSlots(concurrency)

    const handleOne = (
      event: AnyRecorded,
      { status, patient }: Trying,
    ): Promise<E.Either<HandlingFailure | Undone, unknown>> => {
      const tryOnce = (attempt: number) =>
        slots.within(() => inFlight.run((signal) => handle(event, new Told(attempt, signal))))
      return patient ? insistently(tryOnce, attempting) : tryOnce(status.iterNumber + 1)
    }

    const handleAll = async (
      events: ReadonlyArray<AnyRecorded>,
      trying: Trying,
    ): Promise<E.Either<HandlingFailure | Undone, unknown>> => {
      for (const event of events) {
        const outcome = await handleOne(event, trying)
        if (E.isLeft(outcome)) return outcome
      }
      return E.right(undefined)
    }

    return {
      ...noMore,
      handle: async (batch, trying) => {
        const parked: Array<Parking> = []
        const held: Array<Holding> = []
        let stop: (Stop & { readonly event: RecordedEvent }) | undefined
        /** Where the first event stands that was not begun, or not finished. Everything before it is done, whatever is done behind it. */
        let undoneFrom = Number.POSITIVE_INFINITY

        const doLane = async (lane: ReadonlyArray<Delivery>): Promise<void> => {
          for (const [i, delivery] of lane.entries()) {
            const { position } = delivery.event
            if (stop !== undefined && position >= stop.event.position) return
            if (!tools.mayBegin()) {
              undoneFrom = Math.min(undoneFrom, position)
              return
            }
            const own = i === 0 ? trying : { ...trying, status: defaultRetryStatus }
            const outcome = E.isLeft(delivery.content) ? delivery.content : await handleAll(delivery.content.right, own)
            if (E.isRight(outcome)) continue
            const { left: why } = outcome
            if (why._tag === 'Undone') {
              undoneFrom = Math.min(undoneFrom, position)
              return
            }
            // What cannot be decoded is not tried again, and what was tried patiently has been.
            const status = trying.patient || E.isLeft(delivery.content) ? undefined : nextTry(policy, own.status)
            if (status !== undefined) {
              held.push({ delivery, status })
              return
            }
            const verdict = verdictOn(policy, why, delivery.event)
            if (verdict === 'skip') continue
            if (verdict === 'stop') {
              // Of several that stop, the first in the log: everything before it is done.
              if (stop === undefined || position < stop.event.position) stop = { event: delivery.event, why }
              return
            }
            parked.push({ delivery, why })
            for (const later of lane.slice(i + 1)) parked.push({ delivery: later, why: 'behind' })
            return
          }
        }

        const lanes = lanesOf(batch)
        let next = 0
        const worker = async (): Promise<void> => {
          for (let lane = lanes[next++]; lane !== undefined; lane = lanes[next++]) await doLane(lane)
        }
        await Promise.all(Array.from({ length: Math.min(concurrency, lanes.length) }, worker))
        parked.sort((a, b) => a.delivery.event.position - b.delivery.event.position)
        if (stop !== undefined && stop.event.position < undoneFrom) return E.right({ changes: [], parked, held, stop })
        const again = batch.filter(({ event }) => event.position >= undoneFrom)
        return E.right({ changes: [], parked, held, ...(again.length > 0 ? { again } : undefined) })
      },
      committed: () => {},
      close: async () => inFlight.close(),
    }
  }
