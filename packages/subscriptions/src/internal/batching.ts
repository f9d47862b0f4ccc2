import { either as E, readonlyArray as RA, type readonlyNonEmptyArray as RNEA, type taskEither as TE } from 'fp-ts'
import type { AnyRecorded, Handling } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { insistently, type Undone, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { Told } from './handling.ts'
import { makeInFlight } from './InFlight.ts'
import { noMore, nothing, type Parking, type Turn, type Work, type WorkTools } from './Work.ts'

export interface BatchingOptions {
  readonly handle: (
    events: RNEA.ReadonlyNonEmptyArray<AnyRecorded>,
    handling: Handling,
  ) => TE.TaskEither<unknown, unknown>
  readonly policy: FailurePolicy
  /** Milliseconds for one try. */
  readonly timeout: number
}

type Outcome = E.Either<HandlingFailure | Undone, unknown>

const contentOf = (deliveries: ReadonlyArray<Delivery>): ReadonlyArray<AnyRecorded> =>
  deliveries.flatMap(({ content }) => (E.isRight(content) ? content.right : []))

const samePosition = ([first, ...rest]: ReadonlyArray<Delivery>): boolean =>
  rest.every(({ event }) => event.position === first?.event.position)

/** The work of a handler that takes a batch at once; when that fails, the events of it one by one, to find the one to blame. */
export const batchingWork =
  ({ handle, policy, timeout }: BatchingOptions) =>
  (tools: WorkTools): Work => {
    const inFlight = makeInFlight(timeout, tools.signal)

    /** One try. An event may decode to nothing: then there is nothing to hand over. */
    const tryOnce = async (events: ReadonlyArray<AnyRecorded>, attempt: number): Promise<Outcome> =>
      RA.isNonEmpty(events) ? inFlight.run((signal) => handle(events, new Told(attempt, signal))) : E.right(undefined)

    const handleOne = async (delivery: Delivery): Promise<Outcome> =>
      E.isLeft(delivery.content)
        ? delivery.content
        : insistently((attempt) => tryOnce(contentOf([delivery]), attempt), { policy, tools })

    /** In the order of the log, so that everything before the place where it ends is done, parked or skipped. */
    const oneByOne = async (batch: ReadonlyArray<Delivery>): Promise<Turn> => {
      const parked: Array<Parking> = []
      const blocked = new Set<string>()
      for (const delivery of batch) {
        const { lane, event } = delivery
        if (blocked.has(lane)) {
          parked.push({ delivery, why: 'behind' })
          continue
        }
        const outcome: Outcome = tools.mayBegin() ? await handleOne(delivery) : E.left({ _tag: 'Undone' })
        if (E.isRight(outcome)) continue
        const { left: why } = outcome
        if (why._tag === 'Undone') {
          return { ...nothing, parked, again: batch.filter((other) => other.event.position >= event.position) }
        }
        const verdict = verdictOn(policy, why, event)
        if (verdict === 'stop') return { ...nothing, parked, stop: { event, why } }
        if (verdict === 'skip') continue
        parked.push({ delivery, why })
        blocked.add(lane)
      }
      return { ...nothing, parked }
    }

    return {
      ...noMore,
      handle: async (batch) => {
        // What cannot be decoded is dealt with alone, and must not make a batch of single events of the rest.
        const bad = batch.findIndex(({ content }) => E.isLeft(content))
        const taken = bad < 0 ? batch : batch.slice(0, Math.max(1, bad))
        const rest = batch.slice(taken.length)
        if (!samePosition(taken) && tools.mayBegin()) {
          const outcome = await tryOnce(contentOf(taken), 1)
          if (E.isRight(outcome)) return E.right({ ...nothing, again: rest })
          if (outcome.left._tag === 'Undone') return E.right({ ...nothing, again: batch })
        }
        const turn = await oneByOne(taken)
        return E.right(turn.stop === undefined ? { ...turn, again: [...(turn.again ?? []), ...rest] } : turn)
      },
      committed: () => {},
      close: async () => inFlight.close(),
    }
  }
