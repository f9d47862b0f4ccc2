/**
 * A fault that must never happen to an event. `lost`: acknowledged and not in the log. `doubled`: twice in the log.
 * `reordered`: in the log, or before a reader, not behind its predecessor in its stream. `missed`: in the log and not
 * seen by a reader. `repeated`: seen twice by a reader. `torn`: missing, although other events of its append are
 * stored. `stray`: in the log although rejected, or without a writer. `altered`: with another content or place than was
 * reported to its writer.
 *
 * Or to what a decision rests on. `boundaryViolations`: the events before it in the log that meet its query are not
 * those that it had seen, or it was refused because of an event that its condition does not exclude; `checkViolations`:
 * a stream that its append checked was not as expected.
 *
 * Or to the effects of handlers: `effectsMissing`: not done; `effectsDoubled`: done more than once, or without an
 * event; `effectsReordered`: done before that of an earlier event of its stream; `moneyDrift`: a coin that was
 * withdrawn and not deposited, or the other way round; `partitionsIdle`: not begun for longer than twice the time of a
 * lease after the last loss of a holder, one for each time a partition was idle that long.
 *
 * Or to work that a fault has hit: `standstills`: it did not succeed again within the bound of that fault.
 *
 * Or when the log goes back: `silent`: a handler or reader continues as if lost events were stored, or an append is
 * accepted that was decided on them; `alarmed`: a handler or reader reports a rewind that did not happen.
 *
 * @category model
 * @since 0.1.0
 */
export const defects = [
  'lost',
  'doubled',
  'reordered',
  'missed',
  'repeated',
  'torn',
  'stray',
  'altered',
  'boundaryViolations',
  'checkViolations',
  'effectsMissing',
  'effectsDoubled',
  'effectsReordered',
  'moneyDrift',
  'partitionsIdle',
  'standstills',
  'silent',
  'alarmed',
] as const

/**
 * One of {@link defects}.
 *
 * @category model
 * @since 0.1.0
 */
export type Defect = (typeof defects)[number]

/**
 * A defect of one event, with the data to find it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Finding {
  readonly defect: Defect
  readonly stream: string
  /** Undefined when the event has no place in the log. */
  readonly position: number | undefined
  readonly writers: ReadonlyArray<string>
  readonly what: string
}
