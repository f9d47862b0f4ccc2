import type { Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Codec = t.strict({
  state: t.keyof({ running: null, 'catching up': null, retrying: null, waiting: null }),
  handled: t.number,
  rate: t.number,
})

/**
 * What a member of a consumer group says of itself: its state; how many events it has handled since it began; and how many in a second since it
 * said so last. `waiting` has no partition to work on: there are more members than partitions.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerReport = Readonly<t.TypeOf<typeof Codec>>

/**
 * Reads what a member has reported; `undefined` when it is none of ours.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (report: Json): HandlerReport | undefined => {
  const decoded = Codec.decode(report)
  return E.isRight(decoded) ? decoded.right : undefined
}

/**
 * Functions on {@link HandlerReport}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerReport = { parse } as const
