import { setMaxListeners } from 'node:events'
import type { InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Ending } from './Ending.ts'
import { backoff, sleep } from './sleep.ts'

type Asked<Err, A> = Promise<E.Either<Err | StoreUnavailable, A>>

/** How long a partition is worked on: until it is told to end, or is lost. */
export interface Lifespan {
  readonly runs: () => boolean
  readonly lost: () => boolean
  /** Fires when the partition is lost, or its time to end is over. */
  readonly signal: AbortSignal
  /** Fires when the partition is to end. */
  readonly ending: AbortSignal
  /** Says that something is to be tried again; what comes back says that it is over. */
  readonly retrying: () => () => void
  readonly retries: () => boolean
  /** Tries until it succeeds, or until it makes no sense any more. */
  readonly insist: <Err extends { readonly _tag: string }, A>(
    what: string,
    question: () => Asked<Err, A>,
  ) => Asked<Err, A>
  /** The end that an error makes. A store that is away when we are to end anyway is not waited for: whoever comes next begins at the checkpoint. */
  readonly endedBy: (why: InvalidInput | StoreUnavailable, position: number) => Ending
  readonly end: () => void
  readonly hasten: () => void
  readonly drop: () => void
}

/** `facts` say in the log whose it is. */
export const makeLifespan = (logger: Logger, facts: Readonly<Record<string, string | number>>): Lifespan => {
  let state: 'running' | 'ending' | 'dropped' = 'running'
  let retries = 0
  const abort = new AbortController()
  const ending = new AbortController()
  // As many lanes wait for them as there are.
  setMaxListeners(0, abort.signal, ending.signal)

  const retrying = () => {
    retries++
    return () => {
      retries--
    }
  }

  return {
    runs: () => state === 'running',
    lost: () => state === 'dropped',
    signal: abort.signal,
    ending: ending.signal,
    retrying,
    retries: () => retries > 0,
    insist: async (what, question) => {
      for (let tries = 0; ; tries++) {
        const answer = await question()
        if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || state !== 'running') return answer
        logger.warn(`${what} is tried again`, { ...facts, tries, why: answer.left })
        const done = retrying()
        await sleep(backoff(tries), ending.signal)
        done()
      }
    },
    endedBy: (why, position) => {
      if (state === 'dropped') return { _tag: 'Lost' }
      if (why._tag === 'StoreUnavailable') return { _tag: 'Released' }
      return { _tag: 'Stopped', position, stop: { why } }
    },
    end: () => {
      if (state === 'running') state = 'ending'
      ending.abort()
    },
    hasten: () => abort.abort(),
    drop: () => {
      state = 'dropped'
      ending.abort()
      abort.abort()
    },
  }
}
