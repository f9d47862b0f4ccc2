import type { Command } from '@foldlog/core'
import type { CommandRejected, TimerFired } from './ProcessInput.ts'
import type { Reaction } from './Reaction.ts'
import type { AnySource, RecordedOf, TypeFrom } from './Source.ts'

/**
 * What a case of a process manager returns: the state after the input, with the reactions in `do`; or only reactions,
 * when the state does not change.
 *
 * @category model
 * @since 0.1.0
 */
export type ProcessAnswer<C extends Command, S> =
  | ReadonlyArray<Reaction<C>>
  | { readonly state: S; readonly do?: ReadonlyArray<Reaction<C>> | undefined }

/**
 * The cases of the events that begin a process, by their type. A case that returns only reactions begins no process.
 *
 * @category model
 * @since 0.1.0
 */
export type BeginCases<Sources extends ReadonlyArray<AnySource>, C extends Command, S> = {
  readonly [Type in TypeFrom<Sources>]?: ((event: RecordedOf<Sources, Type>) => ProcessAnswer<C, S>) | undefined
}

/**
 * The cases of the events of a process that has begun, by their type.
 *
 * @category model
 * @since 0.1.0
 */
export type ProcessCases<Sources extends ReadonlyArray<AnySource>, C extends Command, S> = {
  readonly [Type in TypeFrom<Sources>]?:
    | ((state: S, event: RecordedOf<Sources, Type>) => ProcessAnswer<C, S>)
    | undefined
}

/**
 * The cases of the timers that are due, by their names.
 *
 * @category model
 * @since 0.1.0
 */
export type TimerCases<C extends Command, S> = {
  readonly [timer: string]: ((state: S, timer: TimerFired) => ProcessAnswer<C, S>) | undefined
}

/**
 * The cases of rejected commands, by the type of the command; or one function for all of them.
 *
 * @category model
 * @since 0.1.0
 */
export type RejectionCases<C extends Command, S> =
  | {
      readonly [Type in C['type']]?:
        | ((state: S, rejection: CommandRejected<Extract<C, { readonly type: Type }>>) => ProcessAnswer<C, S>)
        | undefined
    }
  | ((state: S, rejection: CommandRejected<C>) => ProcessAnswer<C, S>)

/**
 * The timers that these cases schedule, as far as their names are literals.
 *
 * @category type level
 * @since 0.1.0
 */
export type ScheduledIn<Cases> = {
  readonly [K in keyof Cases]-?: Cases[K] extends (...input: never) => infer Answer ? ScheduledBy<Answer> : never
}[keyof Cases]

type ScheduledBy<Answer> =
  Answer extends ReadonlyArray<infer R>
    ? TimerOf<R>
    : Answer extends { readonly do: ReadonlyArray<infer R> }
      ? TimerOf<R>
      : never

type TimerOf<R> = R extends { readonly _tag: 'Schedule'; readonly timer: infer Timer extends string }
  ? string extends Timer
    ? never
    : Timer
  : never

/** The timers that have no case. Without `timers`, no name is known. */
type Missing<Scheduled, Timers> = Exclude<Scheduled & string, string extends keyof Timers ? never : keyof Timers>

/**
 * No constraint when `timers` has a case for each timer that is scheduled; otherwise the record must have the missing
 * cases.
 *
 * @category type level
 * @since 0.1.0
 */
export type AllTimers<Scheduled, Timers> = [Missing<Scheduled, Timers>] extends [never]
  ? unknown
  : { readonly timers: { readonly [Timer in Missing<Scheduled, Timers>]: (...input: never) => unknown } }
