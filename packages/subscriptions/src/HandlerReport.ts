import type { Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Codec = t.exact(
  t.intersection([
    t.type({
      state: t.keyof({ running: null, 'catching up': null, retrying: null, waiting: null }),
      handled: t.number,
      rate: t.number,
    }),
    t.partial({ waitingCommands: t.readonlyArray(t.unknown) }),
  ]),
)

/**
 * What a member of a consumer group reports: its state; the number of events that it has handled since its start; and
 * its rate, in events per second since its last report. A member that is `waiting` has no partition: there are more
 * members than partitions. `waitingCommands` are read by {@link WaitingCommand}`.parse`.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerReport = Readonly<t.TypeOf<typeof Codec>>

/**
 * Reads the report of a member; `undefined` when it is not a report of this package.
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
