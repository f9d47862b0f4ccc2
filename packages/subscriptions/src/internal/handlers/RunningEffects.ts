import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerEffect } from '../../HandlerEffect.ts'
import { clampTimeout } from '../async/timers.ts'
import { abandonAfter } from '../async/withTimeout.ts'
import { type Interrupted, interrupted, runEffect } from './userCode.ts'

/**
 * The effects of one partition that are in flight. Each must end before its timeout, and all of them soon after the
 * signal fires.
 */
export interface RunningEffects {
  readonly run: (
    effect: (signal: () => AbortSignal) => HandlerEffect<never, unknown>,
  ) => Promise<E.Either<HandlerFailure | Interrupted, unknown>>
  readonly close: () => void
}

interface RunningEffect {
  readonly deadline: number
  /** Created on first use: most handlers do not use the signal, and creating it costs more than all the rest. */
  controller: AbortController | undefined
  readonly end: (outcome: E.Either<HandlerFailure | Interrupted, never>) => void
}

/**
 * `env` is the environment of the runtime.
 *
 * One timer for all: every effect has the same timeout, so the first that began expires first. A timer for each event
 * would cost more than most events do.
 */
export const makeRunningEffects = (timeout: number, signal: AbortSignal, env: unknown): RunningEffects => {
  const effects = new Set<RunningEffect>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let abandonTimer: ReturnType<typeof setTimeout> | undefined

  const arm = (): void => {
    const [first] = effects
    if (first !== undefined) timer ??= setTimeout(expire, clampTimeout(first.deadline - performance.now()))
  }

  const expire = (): void => {
    timer = undefined
    const now = performance.now()
    for (const entry of effects) {
      if (entry.deadline > now) break
      entry.end(E.left({ _tag: 'HandlerTimedOut', milliseconds: timeout }))
      entry.controller?.abort()
    }
    arm()
  }

  const abortAll = (): void => {
    for (const { controller } of effects) controller?.abort()
    abandonTimer = setTimeout(() => {
      for (const { end } of effects) end(interrupted)
    }, abandonAfter)
  }
  signal.addEventListener('abort', abortAll, { once: true })

  const signalOf = (entry: RunningEffect): AbortSignal => {
    entry.controller ??= new AbortController()
    // The signal is requested late, when the effect is over already.
    if (signal.aborted || !effects.has(entry)) entry.controller.abort()
    return entry.controller.signal
  }

  return {
    run: (effect) =>
      new Promise<E.Either<HandlerFailure | Interrupted, unknown>>((resolve) => {
        if (signal.aborted) return resolve(interrupted)
        const end = (outcome: E.Either<HandlerFailure | Interrupted, unknown>): void => {
          if (!effects.delete(entry)) return
          // A failure after the abort is caused by the abort.
          resolve(E.isRight(outcome) || !signal.aborted ? outcome : interrupted)
        }
        const entry: RunningEffect = { deadline: performance.now() + timeout, controller: undefined, end }
        effects.add(entry)
        arm()
        void runEffect(() => effect(() => signalOf(entry)), env).then(end)
      }),
    close: () => {
      clearTimeout(timer)
      clearTimeout(abandonTimer)
      signal.removeEventListener('abort', abortAll)
    },
  }
}
