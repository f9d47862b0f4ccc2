import type { Aggregate, AnyAggregate, Command, Event } from '@foldlog/core'

/** An aggregate with erased types, so that different ones fit in one table. */
export type ErasedAggregate = Aggregate<Command, Event, unknown, unknown>

// Values of different aggregates are never mixed. Commands go to the aggregate of their type (each type has exactly
// one), states and events to that of their stream (each category has exactly one).
export const erase = (aggregate: AnyAggregate): ErasedAggregate => aggregate as unknown as ErasedAggregate
