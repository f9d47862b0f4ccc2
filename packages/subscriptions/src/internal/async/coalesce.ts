import { nextTurn } from './nextTurn.ts'

export interface CoalesceOptions<A, B> {
  /** Sends items together; returns their results in the same order. */
  readonly send: (items: ReadonlyArray<A>) => Promise<ReadonlyArray<B>>
  /** Number of sends in flight; more items wait until one of them ends, and leave together then. */
  readonly maxInFlight: number
  /** When a send begins: with the items of the same microtask queue (when absent), or of one turn of the event loop. */
  readonly gather?: 'microtasks' | 'turn'
  /** How many of the waiting items leave together; all of them when absent. */
  readonly count?: (waiting: ReadonlyArray<A>) => number
}

interface Waiting<A, B> {
  readonly item: A
  readonly resolve: (result: B) => void
  readonly reject: (cause: unknown) => void
}

const gathered = (gather: 'microtasks' | 'turn'): Promise<void> =>
  gather === 'turn' ? new Promise((resolve) => nextTurn(resolve)) : Promise.resolve()

/**
 * What becomes ready together leaves together: the returned function sends its item with those of other callers. An
 * item that arrives after a send has begun is never part of it.
 */
export const coalesce = <A, B>({
  send,
  maxInFlight,
  gather = 'microtasks',
  count = ({ length }) => length,
}: CoalesceOptions<A, B>): ((item: A) => Promise<B>) => {
  let waiting: Array<Waiting<A, B>> = []
  let inFlight = 0

  const sendNext = async (): Promise<void> => {
    const end = count(waiting.map(({ item }) => item))
    const batch = waiting.slice(0, end)
    waiting = waiting.slice(end)
    try {
      const results = await send(batch.map(({ item }) => item))
      // As many results as items.
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as B)
    } catch (cause) {
      for (const { reject } of batch) reject(cause)
    }
  }

  const pump = async (): Promise<void> => {
    if (inFlight >= maxInFlight) return
    inFlight++
    await gathered(gather)
    while (waiting.length > 0) await sendNext()
    inFlight--
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      void pump()
    })
}
