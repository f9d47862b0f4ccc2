import type { Logger } from '@foldlog/core'
import type { Lease } from '@foldlog/core/store'
import type { FailurePolicy } from '../../FailurePolicy.ts'
import { makeHeldLock, type TryLock } from '../async/TryLock.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, type UnitOfWork } from '../handlers/HandlerWorker.ts'
import { verdictFor } from '../handlers/userCode.ts'
import { type Attempts, beginAttempts, endAttempts, eventInputs } from './Attempts.ts'
import type { PartitionCommitter } from './PartitionCommitter.ts'
import type { PartitionEnd } from './PartitionEnd.ts'
import type { Transition } from './Transition.ts'

/**
 * Notes which attempts have begun, after a takeover from a process that did not release the partition. So an event that
 * ends every process is found, and parked.
 *
 * Normal work writes no notes. A process that ends leaves only a lease that is not released. The inputs that it was
 * handling are among those that the next owner takes first. So the next owner notes the inputs that it begins, until it
 * has taken one batch more than was taken before, or has reached the end of the log. When it ends, too, its notes name
 * the suspects. The owner after it handles each suspect alone: this process handles no other suspect meanwhile. When a
 * process ends now, its note names exactly one event. After `maxEnds` ends the policy decides on the event, as on any
 * failure.
 *
 * A lease that merely expired makes suspects of events that did nothing. They are handled, alone, and their checkpoint
 * removes the notes.
 */
export interface AttemptNotes {
  /** Logs that there are suspects. */
  readonly onOpened: (found: Attempts) => void
  /** Whether a delivery is handled alone. */
  readonly isAlone: ((delivery: Delivery) => boolean) | undefined
  /** An attempt at events; `waits` while another partition handles a suspect: `onFree` is called then. */
  readonly ofEvents: (deliveries: ReadonlyArray<Delivery>, onFree: () => void) => Attempt | 'waits'
  /** The same for retries of parked events, and for timers. */
  readonly ofInputs: (inputs: ReadonlyArray<string>, onFree: () => void) => Attempt | 'waits'
  /** How often processes have ended while they handled a suspect alone; `undefined` when the input is none. */
  readonly endsOf: (input: string) => number | undefined
  /** Writes the note of an attempt. Returns false when the partition ends instead. */
  readonly begin: (attempt: Attempt) => Promise<boolean>
  /** Whether nothing need be noted for an attempt. */
  readonly isNoted: (attempt: Attempt) => boolean
  /** The note as a transition, for an attempt outside of the loop. */
  readonly beginning: (attempt: Attempt, onBegun: () => void) => Transition
  /**
   * Adds to a transition that the attempt has ended. When `isSettled`, no other follows; a checkpoint behind an event
   * says the same.
   */
  readonly end: (attempt: Attempt, transition: Transition, isSettled?: (unit: UnitOfWork) => boolean) => Transition
  /** The deliveries of a batch are taken, at the head of the queue. */
  readonly onTaken: (taken: ReadonlyArray<Delivery>) => void
  /** The partition was fed up to the end of the log. */
  readonly onEndOfLog: (position: number) => void
  /** The partition has ended by the note of an attempt. */
  readonly ended: () => PartitionEnd | undefined
  /** Frees what its attempts hold. */
  readonly close: () => void
}

/** An attempt at some inputs. */
export interface Attempt {
  /** Those that are noted. */
  readonly inputs: ReadonlyArray<string>
  readonly isAlone: boolean
  /** So many processes have ended while they handled the input: it is not handled. */
  readonly ends: number | undefined
  /** Lets other suspects be handled. */
  readonly release: () => void
}

/** An input that ends so many processes, alone, is not handled again. */
const maxEnds = 3

/** So many inputs are named in a line of the log. */
const maxInputs = 10

const nothing = (): void => {}

const unnoted: Attempt = { inputs: [], isAlone: false, ends: undefined, release: nothing }

/** What becomes of events that are not handled, because they have ended processes. */
export const giveUp = (policy: FailurePolicy, deliveries: ReadonlyArray<Delivery>, times: number): UnitOfWork => {
  const why = { _tag: 'ProcessEnded', times } as const
  const [first] = deliveries
  if (first === undefined) return emptyUnit
  const verdict = verdictFor(policy, why, first.event)
  if (verdict === 'stop') return { ...emptyUnit, stop: { event: first.event, why, tries: times } }
  if (verdict === 'skip') return { ...emptyUnit, skipped: deliveries.map((delivery) => ({ delivery, why })) }
  return { ...emptyUnit, parked: deliveries.map((delivery) => ({ delivery, why, tries: times })) }
}

/** The events that may have been in progress when a holder ended that did not release the partition. */
const makeNotedEvents = ({ released }: Lease, batchSize: number) => {
  let to = released ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  let taken = 0
  const endAt = (position: number): void => {
    if (to === Number.POSITIVE_INFINITY) to = position
  }
  return {
    to: () => to,
    endAt,
    /** One batch was in progress beyond `doneTo`; before it, lanes were retrying. */
    onTaken: (deliveries: ReadonlyArray<Delivery>, doneTo: number): void => {
      const last = deliveries.at(-1)
      if (last === undefined || to !== Number.POSITIVE_INFINITY) return
      for (const { event } of deliveries) if (event.position > doneTo) taken++
      if (taken >= batchSize) endAt(last.event.position)
    },
  }
}

export interface AttemptNotesOptions {
  readonly lease: Lease
  readonly batchSize: number
  readonly suspects: TryLock
  readonly logger: Logger
}

export const makeAttemptNotes = (
  { lease, batchSize, suspects: lock, logger }: AttemptNotesOptions,
  state: PartitionCommitter,
): AttemptNotes => {
  const held = makeHeldLock(lock)
  const noted = makeNotedEvents(lease, batchSize)
  let ended: PartitionEnd | undefined
  const attempts = (): Attempts => state.current().attempts
  const { name: handler, generation, partition } = lease
  const facts = { handler, generation, partition }

  /** An attempt at the suspect among inputs, alone; `undefined` when there is none, `waits` when it must wait. */
  const ofSuspect = (inputs: ReadonlyArray<string>, onFree: () => void): Attempt | 'waits' | undefined => {
    const { suspects } = attempts()
    const suspect = suspects.size === 0 ? undefined : inputs.find((one) => suspects.has(one))
    if (suspect === undefined) return undefined
    const times = suspects.get(suspect) ?? 0
    if (times >= maxEnds) return { ...unnoted, inputs: [suspect], ends: times }
    const release = held.tryTake()
    if (release === undefined) {
      void lock.freed().then(onFree)
      return 'waits'
    }
    if (times > 0) {
      const hint = 'when it is handled again, and it is the cause, this process ends too'
      logger.warn('processes have ended while they handled this event alone', { ...facts, input: suspect, times, hint })
    }
    return { inputs: [suspect], isAlone: true, ends: undefined, release }
  }

  const isNoted = ({ inputs, ends }: Attempt): boolean => inputs.length === 0 || ends !== undefined

  const beginning = ({ inputs, isAlone }: Attempt): Transition => ({
    unit: emptyUnit,
    next: { ...state.current(), attempts: beginAttempts(attempts(), inputs, isAlone) },
  })

  const end: AttemptNotes['end'] = (attempt, transition, isSettled = ({ stop }) => stop !== undefined) => {
    if (attempt.inputs.length === 0) return transition
    const { unit, next, onCommitRejected, onReached } = transition
    return {
      ...transition,
      next: { ...next, attempts: endAttempts(next.attempts, attempt.inputs, isSettled(unit)) },
      onReached: () => {
        attempt.release()
        onReached?.()
      },
      ...(onCommitRejected && { onCommitRejected: (why) => end(attempt, onCommitRejected(why), isSettled) }),
    }
  }

  return {
    onOpened: ({ suspects }) => {
      if (suspects.size === 0) return
      const inputs = [...suspects.keys()].slice(0, maxInputs)
      const message = 'a process ended while it handled these events; each of them is handled alone'
      logger.warn(message, { ...facts, events: suspects.size, inputs })
    },
    get isAlone() {
      const { suspects } = attempts()
      if (suspects.size === 0) return undefined
      return (delivery: Delivery) => eventInputs([delivery]).some((input) => suspects.has(input))
    },
    ofEvents: (deliveries, onFree) => {
      const first = deliveries[0]?.event.position ?? Number.POSITIVE_INFINITY
      // In normal work this is all that is done.
      if (first > noted.to() && attempts().suspects.size === 0) return unnoted
      const inputs = eventInputs(deliveries)
      return ofSuspect(inputs, onFree) ?? { ...unnoted, inputs: inputs.filter((one) => Number(one) <= noted.to()) }
    },
    ofInputs: (inputs, onFree) => ofSuspect(inputs, onFree) ?? (lease.released ? unnoted : { ...unnoted, inputs }),
    endsOf: (input) => attempts().suspects.get(input),
    isNoted,
    begin: async (attempt) => {
      if (isNoted(attempt)) return true
      ended = await state.commit(beginning(attempt))
      return ended === undefined
    },
    beginning: (attempt, onBegun) => ({ ...beginning(attempt), onReached: onBegun }),
    end,
    onTaken: (deliveries) => noted.onTaken(deliveries, state.current().gaps.found.doneTo),
    onEndOfLog: noted.endAt,
    ended: () => ended,
    close: held.freeAll,
  }
}
