import { fc } from '@fast-check/jest'
import { storeUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'

/**
 * What a call of the store does: answers, fails before it did anything, or does it and its answer is lost. Each after
 * some turns of the loop.
 */
export interface CallFault {
  readonly outcome: 'answers' | 'fails' | 'is lost'
  readonly turns: number
}

/** Calls that answer are `fair` times as frequent as those that fail, and as those whose answers are lost. */
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

/** Lets some turns of the loop go by. */
export const waitTurns = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await new Promise(setImmediate)
}

/**
 * Changing weather for calls: each takes the next of the list. Behind the list the weather is fine, so every call
 * answers in the end.
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
