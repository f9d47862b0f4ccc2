import type {
  AnyAggregate,
  AnyDecision,
  CommandOfAggregate,
  CommandOfDecision,
  ErrorOf,
  ErrorOfDecision,
  EventOfAggregate,
  EventOfDecision,
} from '@foldlog/core'
import type { AggregateFor } from './AggregateFor.ts'
import type { Dispatched, JointDispatched } from './Dispatched.ts'

/**
 * The commands of aggregates and of joint decisions.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandFor<A extends AnyAggregate, D extends AnyDecision> = CommandOfAggregate<A> | CommandOfDecision<D>

/**
 * The result of a command of this type.
 *
 * @category type level
 * @since 0.1.0
 */
export type DispatchedFor<A extends AnyAggregate, D extends AnyDecision, Type extends string> =
  | ([AggregateFor<A, Type>] extends [never] ? never : Dispatched<EventOfAggregate<AggregateFor<A, Type>>>)
  | ([AggregateFor<D, Type>] extends [never] ? never : JointDispatched<EventOfDecision<AggregateFor<D, Type>>>)

/**
 * The domain errors of a command of this type.
 *
 * @category type level
 * @since 0.1.0
 */
export type ErrorFor<A extends AnyAggregate, D extends AnyDecision, Type extends string> =
  | ErrorOf<AggregateFor<A, Type>>
  | ErrorOfDecision<AggregateFor<D, Type>>
