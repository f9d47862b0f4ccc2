import type { Command } from '@foldlog/core'

/**
 * What a process requests: to send a command; to schedule a timer, which replaces an earlier one of the same name; to
 * cancel a timer; or to end, which deletes its state and its timers.
 *
 * @category model
 * @since 0.1.0
 */
export type Reaction<C extends Command, Timer extends string = string> =
  | { readonly _tag: 'Send'; readonly command: C }
  | { readonly _tag: 'Schedule'; readonly timer: Timer; readonly at: Date }
  | { readonly _tag: 'Cancel'; readonly timer: string }
  | { readonly _tag: 'End' }

/**
 * The constructors of {@link Reaction}s.
 *
 * @category constructors
 * @since 0.1.0
 */
export const Reaction = {
  send: <C extends Command>(command: C): Reaction<C, never> => ({ _tag: 'Send', command }),
  schedule: <const Timer extends string>(timer: Timer, at: Date): Reaction<never, Timer> => ({
    _tag: 'Schedule',
    timer,
    at,
  }),
  /** Schedules a timer, so many milliseconds after an event was recorded, or after another timer was due. */
  scheduleIn: <const Timer extends string>(
    timer: Timer,
    after: { readonly recordedAt: Date } | { readonly dueAt: Date },
    milliseconds: number,
  ): Reaction<never, Timer> => {
    const from = 'recordedAt' in after ? after.recordedAt : after.dueAt
    return { _tag: 'Schedule', timer, at: new Date(from.getTime() + milliseconds) }
  },
  cancel: (timer: string): Reaction<never, never> => ({ _tag: 'Cancel', timer }),
  end: { _tag: 'End' } as Reaction<never, never>, // One of the four.
} as const
