import type { Command, Event, InvalidInput } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { DomainCodeFailed } from '../DispatchError.ts'
import type { AnyDispatched, DispatchedEvents, StreamVersion } from '../Dispatched.ts'
import type { BoundaryCommand } from './BoundaryCommand.ts'
import type { Target } from './Target.ts'

/** The environment of effectful decisions, and their maximum duration in milliseconds. */
export interface EffectOptions {
  readonly env: unknown
  readonly timeout: number
}

/** The events of a decision, for each target of the command in the order of the targets. */
export type DecidedEvents = ReadonlyArray<ReadonlyArray<Event>>

/**
 * How the commands of a type are decided: on the states of which aggregates, and by which function. A command of one
 * aggregate has one target.
 */
export interface CommandRoute {
  /** Names the owner of the commands in problems. */
  readonly name: string
  /** Finds the aggregates that a command is decided on; each stream occurs once. */
  readonly targetsOf: (
    type: string,
    command: Command,
  ) => E.Either<DomainCodeFailed | InvalidInput, ReadonlyArray<Target>>
  /** Decides a command on the states of its targets, in their order. Throws when the domain code throws. */
  readonly decide: (
    command: Command,
    states: ReadonlyArray<unknown>,
    effects: EffectOptions,
  ) => E.Either<unknown, DecidedEvents> | Promise<E.Either<unknown, DecidedEvents>>
  /** Of a boundary: what a command reads and guards. */
  readonly prepare?: ((type: string, command: Command) => E.Either<DomainCodeFailed, BoundaryCommand>) | undefined
  /** Completes the result of a command with what it says of streams. `parts` are in the order of the targets. */
  readonly result: (parts: ReadonlyArray<StreamVersion>, done: DispatchedEvents<Event>) => AnyDispatched
}
