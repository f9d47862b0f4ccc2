import { type StoreUnavailable, storeUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { pause, sleep } from './deadline.ts'
import { failureOf } from './failure.ts'
import type { Parameters, Run } from './run.ts'

/** Rows of an answer, and how often the statement was sent. */
export interface Answer {
  readonly rows: ReadonlyArray<string>
  readonly attempts: number
}

/** Sends a statement that may be sent twice, until it is answered or patience ends: that of the store when it is absent, in milliseconds. */
export type Send = (
  statement: string,
  parameters: Parameters,
  patience?: number,
) => Promise<E.Either<StoreUnavailable, Answer>>

/** What the store is asked for, while it is open. */
export interface Requests {
  readonly send: Send
  /** The same for work that does not begin with a statement: once it is accepted, it may send what it needs. */
  readonly accept: <A>(
    work: (send: Send) => Promise<E.Either<StoreUnavailable, A>>,
  ) => Promise<E.Either<StoreUnavailable, A>>
  /** Refuses new requests, and waits for those under way. */
  readonly stop: () => Promise<void>
}

export const makeRequests = (run: Run, ownPatience: number): Requests => {
  const underWay = new Set<Promise<unknown>>()
  let stopped = false

  const attempt: Send = async (statement, parameters, patience = ownPatience) => {
    const giveUpAt = Date.now() + patience
    for (let attempts = 1; ; attempts++) {
      try {
        return E.right({ rows: await run(statement, parameters), attempts })
      } catch (cause) {
        const failure = failureOf(cause)
        if (failure._tag === 'DuplicateId') return E.left(storeUnavailable(failure.detail, false, cause))
        if (failure._tag === 'Refused' || Date.now() >= giveUpAt) return E.left(failure.error)
        await sleep(pause(attempts))
      }
    }
  }

  const accept: Requests['accept'] = (work) => {
    if (stopped) return Promise.resolve(E.left(storeUnavailable('the store was stopped', false, undefined)))
    const request = work(attempt)
    underWay.add(request)
    return request.finally(() => underWay.delete(request))
  }

  return {
    send: (statement, parameters, patience) => accept((send) => send(statement, parameters, patience)),
    accept,
    stop: async () => {
      stopped = true
      await Promise.all(underWay)
    },
  }
}
