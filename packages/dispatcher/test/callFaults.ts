import { fc } from '@fast-check/jest'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/**
 * The fate of a store call: it answers, fails before it takes effect, or takes effect and loses its answer. Each after
 * some turns of the event loop.
 */
export interface CallFault {
  readonly outcome: 'answers' | 'fails' | 'is lost'
  readonly turns: number
}

/** A call answers `fair` times as often as it fails, and as often as its answer is lost. */
export const callFaults = (successWeight: number) =>
  fc.record<CallFault>({
    outcome: fc.oneof(
      { weight: successWeight, arbitrary: fc.constant('answers' as const) },
      { weight: 1, arbitrary: fc.constant('fails' as const) },
      { weight: 1, arbitrary: fc.constant('is lost' as const) },
    ),
    turns: fc.nat(3),
  })

const unavailable = storeUnavailable('gone', true, undefined)

/** Waits for some turns of the event loop. */
export const waitTurns = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await new Promise(setImmediate)
}

/**
 * Injects faults: each call takes the next fault of the list. After the list there are no faults, so every call answers
 * in the end.
 */
export const withFaults = (faults: ReadonlyArray<CallFault>) => {
  let call = 0
  return <L, A>(work: () => Promise<E.Either<L, A>>) =>
    async () => {
      const { outcome, turns } = faults[call++] ?? { outcome: 'answers', turns: 0 }
      await waitTurns(turns)
      if (outcome === 'fails') return E.left(unavailable)
      const answer = await work()
      await waitTurns(turns)
      return outcome === 'is lost' ? E.left(unavailable) : answer
    }
}
