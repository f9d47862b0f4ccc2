import type { Command, Event, Recorded } from '@foldlog/core'

/**
 * A timer of the process that is due. `dueAt` is the time for which it was scheduled.
 *
 * @category model
 * @since 0.1.0
 */
export interface TimerFired {
  readonly _tag: 'TimerFired'
  readonly timer: string
  readonly dueAt: Date
}

/**
 * A command of the process that was rejected. `error` is what the JSON form of the error kept.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRejected<C extends Command> {
  readonly _tag: 'CommandRejected'
  readonly command: C
  readonly error: unknown
}

/**
 * What a process reacts to: an event, a timer, or the rejection of a command that it has sent.
 *
 * @category model
 * @since 0.1.0
 */
export type ProcessInput<Ev extends Event, C extends Command> =
  | { readonly _tag: 'EventHappened'; readonly event: Recorded<Ev> }
  | TimerFired
  | CommandRejected<C>
