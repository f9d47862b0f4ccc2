import type { either as E } from 'fp-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Command } from './Command.ts'
import type { CommandCodec } from './CommandCodec.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'
import { Tagged } from './Tagged.ts'
import type { View } from './View.ts'

/**
 * A decision that rests on any set of events, whatever their streams: `reads` names the view of it for a command,
 * `decide` is the decision, pure as that of a decider, and `stream` says to which stream each of its events goes. The
 * events are stored only if nothing has appeared since that meets the guard.
 *
 * The guard is the query of what was read, unless `guard` narrows or widens it. What a narrower one leaves out may
 * change unnoticed between the read and the append: the decision must not depend on it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Boundary<C extends Command, Ev extends Event, S, Err> {
  readonly commands: ReadonlyArray<C['type']>
  readonly commandCodec?: CommandCodec<C> | undefined
  readonly events: EventCodec<Ev>
  readonly reads: (command: C) => View<Ev, S>
  readonly decide: (command: C, state: S) => E.Either<Err, ReadonlyArray<Ev>>
  readonly stream: (event: Ev, command: C) => E.Either<InvalidInput, StreamName>
  readonly guard?: ((command: C) => Query) | undefined
}

/**
 * Makes a boundary. `commands` is the codec of its commands, from which the types of commands are inferred.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <C extends Command, Ev extends Event, S, Err>(
  boundary: Omit<Boundary<C, Ev, S, Err>, 'commands' | 'commandCodec'> & {
    readonly commands: CommandCodec<C>
  },
): Boundary<C, Ev, S, Err> => {
  // A JavaScript caller may pass nothing: the dispatcher says so.
  const { commands } = Object(boundary) as typeof boundary
  return { ...boundary, commands: commands?.types, commandCodec: commands }
}

/**
 * The query of a store for what a command reads, and the one for what must not change before its events are stored.
 * Empty when the command needs no events.
 *
 * @category destructors
 * @since 0.1.0
 */
const queries =
  <C extends Command, Ev extends Event>({
    events,
    reads,
    guard,
  }: Pick<Boundary<C, Ev, unknown, unknown>, 'events' | 'reads' | 'guard'>) =>
  (command: C): { readonly reads: Query; readonly guard: Query } => {
    const stored = Tagged.storedQuery(events)
    const { query } = reads(command)
    return { reads: stored(query), guard: stored(guard === undefined ? query : guard(command)) }
  }

/**
 * Functions on {@link Boundary}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Boundary = { make, queries } as const
