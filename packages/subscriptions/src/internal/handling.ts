import type { taskEither as TE } from 'fp-ts'
import { either as E } from 'fp-ts'
import type { AnyRecorded, Handling } from '../EventHandler.ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { type Attempting, insistently, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { nothing, type Parking, type Turn, type Work, type WorkTools } from './Work.ts'

export interface HandlingOptions extends Omit<Attempting, 'signal'> {
  readonly handle: (event: AnyRecorded, handling: Handling) => TE.TaskEither<unknown, unknown>
  readonly concurrency: number
}

type Stop = NonNullable<Turn['stop']>

const lanesOf = (batch: ReadonlyArray<Delivery>): ReadonlyArray<ReadonlyArray<Delivery>> => {
  const lanes = new Map<string, Array<Delivery>>()
  for (const delivery of batch) {
    const lane = lanes.get(delivery.lane)
    if (lane === undefined) lanes.set(delivery.lane, [delivery])
    else lane.push(delivery)
  }
  return [...lanes.values()]
}

/** The work of a handler with effects: lanes side by side, each in order. */
export const handlingWork =
  ({ handle, concurrency, policy, timeout }: HandlingOptions) =>
  ({ signal }: WorkTools): Work => {
    const handleAll = async (events: ReadonlyArray<AnyRecorded>): Promise<E.Either<HandlingFailure, void>> => {
      for (const event of events) {
        const outcome = await insistently((own, attempt) => handle(event, { signal: own, attempt }), {
          policy,
          timeout,
          signal,
        })
        if (E.isLeft(outcome)) return outcome
      }
      return E.right(undefined)
    }

    return {
      open: async () => E.right(undefined),
      handle: async (batch) => {
        const parked: Array<Parking> = []
        let stop: Stop | undefined
        const stopped = ({ event }: Delivery): boolean =>
          signal.aborted || (stop !== undefined && event.position >= stop.delivery.event.position)

        const doLane = async (lane: ReadonlyArray<Delivery>): Promise<void> => {
          for (const [i, delivery] of lane.entries()) {
            if (stopped(delivery)) return
            const outcome = E.isLeft(delivery.content) ? delivery.content : await handleAll(delivery.content.right)
            if (E.isRight(outcome)) continue
            const verdict = verdictOn(policy, outcome.left, delivery.event)
            if (verdict === 'skip') continue
            if (verdict === 'stop') {
              // Of several that stop, the first in the log: everything before it is done.
              if (!stopped(delivery)) stop = { delivery, why: outcome.left }
              return
            }
            parked.push({ delivery, why: outcome.left })
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
        return E.right({ changes: [], parked, ...(stop === undefined ? undefined : { stop }) })
      },
      fire: async () => E.right(nothing),
      committed: () => {},
      close: async () => {},
    }
  }
