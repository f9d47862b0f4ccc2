import type { either as E } from 'fp-ts'
import type { AnyAggregate } from './AnyAggregate.ts'
import type { AnyCommandCodec } from './CommandCodec.ts'
import type { Event } from './Event.ts'

/**
 * The aggregates of a joint decision, by the names under which it knows them. Two names may have the same aggregate.
 *
 * @category model
 * @since 0.1.0
 */
export type JointAggregates = Readonly<Record<string, AnyAggregate>>

/**
 * Any `JointDecision`, whatever its commands, aggregates and errors: the bound for a list of different ones.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyJointDecision {
  readonly aggregates: JointAggregates
  readonly commands: ReadonlyArray<string>
  readonly commandCodec?: AnyCommandCodec | undefined
  readonly ids: (command: never) => Readonly<Record<string, string>>
  readonly decide: (
    command: never,
    states: never,
  ) => E.Either<unknown, Readonly<Record<string, ReadonlyArray<Event> | undefined>>>
}
