import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * A command of a process that was sent and has no answer yet: its process, its type and id, the time since when it
 * waits, the number of attempts that have ended without an answer, and the reason of the last of them (`null` during
 * the first attempt).
 *
 * @category model
 * @since 0.1.0
 */
export interface WaitingCommand {
  readonly process: string
  readonly type: string
  readonly commandId: string
  readonly since: Date
  /** The number of attempts that have ended without an answer. */
  readonly attempts: number
  readonly why: string | null
}

const Report = t.strict({
  process: t.string,
  type: t.string,
  commandId: t.string,
  since: t.number,
  attempts: t.number,
  why: t.union([t.string, t.null]),
})

/**
 * The form of a waiting command in the report of a member. `since` is in milliseconds since 1970.
 *
 * @category model
 * @since 0.1.0
 */
export type ReportedCommand = Readonly<t.TypeOf<typeof Report>>

/**
 * Reads the commands in the report of a member. It leaves out values of any other form.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (reported: unknown): ReadonlyArray<WaitingCommand> => {
  const list = t.array(t.unknown).decode(reported)
  if (E.isLeft(list)) return []
  return list.right.flatMap((one) => {
    const read = Report.decode(one)
    return E.isRight(read) ? [{ ...read.right, since: new Date(read.right.since) }] : []
  })
}

/**
 * Functions on {@link WaitingCommand}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const WaitingCommand = { parse } as const
