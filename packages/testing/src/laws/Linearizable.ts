import { printed } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/**
 * A completed operation with its outcome. `invoked` and `returned` are moments on one ascending clock, such as a
 * counter. A call that returned before another was invoked comes before it; overlapping calls may have come in either
 * order.
 *
 * @category model
 * @since 0.1.0
 */
export interface Call<Operation, Outcome> {
  readonly operation: Operation
  readonly outcome: Outcome
  readonly invoked: number
  readonly returned: number
}

/**
 * A sequential specification. `step` returns the state after a call, or the reason why the call cannot have ended like
 * that in this state. States with the same `key` answer alike for ever.
 *
 * @category model
 * @since 0.1.0
 */
export interface SequentialSpec<State, C> {
  readonly initial: State
  readonly step: (state: State, call: C) => E.Either<string, State>
  readonly key: (state: State) => string
}

/**
 * Calls that no order explains: the longest explained prefix, and the reasons why no other call can follow it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NotLinearizable<C> {
  readonly _tag: 'NotLinearizable'
  readonly linearized: ReadonlyArray<C>
  readonly stuck: ReadonlyArray<{ readonly call: C; readonly why: string }>
}

/**
 * An order in which the calls, one at a time, would have ended as they did.
 *
 * @category model
 * @since 0.1.0
 */
export interface Linearization<State, C> {
  readonly order: ReadonlyArray<C>
  readonly state: State
}

/**
 * Finds an order that explains concurrent calls, which shows that they are linearizable. The next candidates are the
 * calls that were invoked before any remaining call returned. The same remaining calls with an equal state are not
 * tried twice, so the number of sets of overlapping calls bounds the work.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { type Call, Linearizable } from '@foldlog/testing/laws'
 * import { either as E } from 'fp-ts'
 *
 * // A cell: what is read is what was written last.
 * type Asked = Call<{ readonly write?: number }, number | undefined>
 * const cell = {
 *   initial: 0,
 *   key: String,
 *   step: (held: number, { operation: { write }, outcome }: Asked): E.Either<string, number> =>
 *     write !== undefined ? E.right(write) : outcome === held ? E.right(held) : E.left(`it holds ${held}`),
 * }
 * const written = (write: number, invoked: number, returned: number): Asked => ({
 *   operation: { write },
 *   outcome: undefined,
 *   invoked,
 *   returned,
 * })
 * const read = (outcome: number, invoked: number, returned: number): Asked =>
 *   ({ operation: {}, outcome, invoked, returned })
 *
 * // While 1 is being written, a reader may see it or not; afterwards it must.
 * console.log(E.isRight(Linearizable.check(cell)([written(1, 0, 3), read(0, 1, 2)])))
 * console.log(E.isRight(Linearizable.check(cell)([written(1, 0, 1), read(0, 2, 3)])))
 * ```
 *
 * ```text
 * true
 * false
 * ```
 */
const check =
  <State, C extends Call<unknown, unknown>>({ initial, step, key }: SequentialSpec<State, C>) =>
  (calls: ReadonlyArray<C>): E.Either<NotLinearizable<C>, Linearization<State, C>> => {
    const failed = new Set<string>()
    let furthest: NotLinearizable<C> = { _tag: 'NotLinearizable', linearized: [], stuck: [] }
    const search = (
      state: State,
      order: ReadonlyArray<C>,
      left: ReadonlySet<number>,
    ): Linearization<State, C> | undefined => {
      if (left.size === 0) return { order, state }
      const visitedKey = `${[...left].join()} ${key(state)}`
      if (failed.has(visitedKey)) return undefined
      const remaining = [...left].flatMap((i) => {
        const call = calls[i]
        return call === undefined ? [] : [{ i, call }]
      })
      const firstReturn = Math.min(...remaining.map(({ call }) => call.returned))
      const stuck: Array<NotLinearizable<C>['stuck'][number]> = []
      for (const { i, call } of remaining) {
        if (call.invoked > firstReturn) continue
        const next = step(state, call)
        if (E.isLeft(next)) {
          stuck.push({ call, why: next.left })
          continue
        }
        const found = search(next.right, [...order, call], new Set([...left].filter((other) => other !== i)))
        if (found !== undefined) return found
      }
      failed.add(visitedKey)
      if (order.length >= furthest.linearized.length && stuck.length > 0) {
        furthest = {
          _tag: 'NotLinearizable',
          linearized: order,
          stuck: printed(stuck, () => stuck.map(({ why }) => why)),
        }
      }
      return undefined
    }
    const found = search(initial, [], new Set(calls.keys()))
    return found === undefined ? E.left(furthest) : E.right(found)
  }

/**
 * Functions on concurrent calls.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Linearizable = { check } as const
