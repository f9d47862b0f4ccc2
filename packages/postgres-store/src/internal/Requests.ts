import { type StoreUnavailable, storeUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { pause, sleep } from './deadline.ts'
import { failureOf } from './failure.ts'
import type { Run } from './run.ts'

/** Rows of an answer, and how often the statement was sent. */
export interface Answer {
  readonly rows: ReadonlyArray<string>
  readonly attempts: number
}

/** Sends statements that may be sent twice, until one is answered or patience ends. */
export interface Requests {
  readonly send: (statement: string, parameters: Array<string>) => Promise<E.Either<StoreUnavailable, Answer>>
  /** Refuses new requests, and waits for those under way. */
  readonly stop: () => Promise<void>
}

export const makeRequests = (run: Run, patience: number): Requests => {
  const underWay = new Set<Promise<unknown>>()
  let stopped = false

  const attempt = async (statement: string, parameters: Array<string>): Promise<E.Either<StoreUnavailable, Answer>> => {
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

  return {
    send: (statement, parameters) => {
      if (stopped) return Promise.resolve(E.left(storeUnavailable('the store was stopped', false, undefined)))
      const request = attempt(statement, parameters)
      underWay.add(request)
      return request.finally(() => underWay.delete(request))
    },
    stop: async () => {
      stopped = true
      await Promise.all(underWay)
    },
  }
}
