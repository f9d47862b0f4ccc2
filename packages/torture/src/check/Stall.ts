import type { FaultSpan } from '../FaultSpan.ts'
import type { Observations } from '../Observations.ts'
import { causeOf } from './causeOf.ts'

/**
 * A time in which a reader saw nothing new although writers appended. `cause`: the fault that covers most of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Stall {
  readonly milliseconds: number
  readonly reader: string
  readonly cause: string
}

const none: Stall = { milliseconds: 0, reader: '', cause: '' }

const longer = (a: Stall, b: Stall): Stall => (b.milliseconds > a.milliseconds ? b : a)

/**
 * Finds the longest time between two pages of one reader.
 *
 * @category checks
 * @since 0.1.0
 */
const longest = (readers: ReadonlyArray<Observations>, faults: ReadonlyArray<FaultSpan>): Stall => {
  let worst = { reader: '', from: 0, to: 0 }
  for (const { reader, pages } of readers) {
    let from: number | undefined
    for (const { at: to } of pages) {
      if (from !== undefined && to - from > worst.to - worst.from) worst = { reader, from, to }
      from = to
    }
  }
  const { reader, from, to } = worst
  return reader === '' ? none : { reader, milliseconds: Math.round(to - from), cause: causeOf(from, to, faults) }
}

/**
 * Functions on {@link Stall}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Stall = { none, longer, longest } as const
