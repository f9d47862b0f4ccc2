import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { answerOf, type Undone, undone } from './attempting.ts'
import { patience, timerMs } from './sleep.ts'

/** Effects of one partition that are under way. Each must end in time; all of them when the signal fires, or soon after. */
export interface InFlight {
  readonly run: <A>(
    effect: (signal: () => AbortSignal) => TE.TaskEither<unknown, A>,
  ) => Promise<E.Either<HandlingFailure | Undone, A>>
  readonly close: () => void
}

interface Flight {
  readonly deadline: number
  /** Made when somebody wants it: most handlers do not, and it costs more than all the rest. */
  controller: AbortController | undefined
  readonly end: (outcome: E.Either<HandlingFailure | Undone, never>) => void
}

/**
 * One timer for all: every effect has the same time, so the first that began is the first that is late. A timer of its own for each event would cost more than
 * most events do.
 */
export const makeInFlight = (timeout: number, signal: AbortSignal): InFlight => {
  const flights = new Set<Flight>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let impatient: ReturnType<typeof setTimeout> | undefined

  const arm = (): void => {
    const [first] = flights
    if (first !== undefined) timer ??= setTimeout(expire, timerMs(first.deadline - performance.now()))
  }

  const expire = (): void => {
    timer = undefined
    const now = performance.now()
    for (const flight of flights) {
      if (flight.deadline > now) break
      flight.end(E.left({ _tag: 'HandlerTimedOut', milliseconds: timeout }))
      flight.controller?.abort()
    }
    arm()
  }

  const hasten = (): void => {
    for (const { controller } of flights) controller?.abort()
    impatient = setTimeout(() => {
      for (const { end } of flights) end(undone)
    }, patience)
  }
  signal.addEventListener('abort', hasten, { once: true })

  const signalOf = (flight: Flight): AbortSignal => {
    flight.controller ??= new AbortController()
    // Asked for late, when it was over already.
    if (signal.aborted || !flights.has(flight)) flight.controller.abort()
    return flight.controller.signal
  }

  return {
    run: <A>(effect: (own: () => AbortSignal) => TE.TaskEither<unknown, A>) =>
      new Promise<E.Either<HandlingFailure | Undone, A>>((resolve) => {
        if (signal.aborted) return resolve(undone)
        const end = (outcome: E.Either<HandlingFailure | Undone, A>): void => {
          if (!flights.delete(flight)) return
          // What fails after it was told to end has failed because of that.
          resolve(E.isRight(outcome) || !signal.aborted ? outcome : undone)
        }
        const flight: Flight = { deadline: performance.now() + timeout, controller: undefined, end }
        flights.add(flight)
        arm()
        void answerOf(() => effect(() => signalOf(flight))).then(end)
      }),
    close: () => {
      clearTimeout(timer)
      clearTimeout(impatient)
      signal.removeEventListener('abort', hasten)
    },
  }
}
