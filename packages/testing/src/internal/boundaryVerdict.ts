import type { EventCodec } from '@foldlog/core'
import { type Command, type Event, Query, type StreamName, Tagged, View } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { BoundaryLike } from '../BoundaryLike.ts'
import { unchanged } from './unchanged.ts'

/** The parts of a boundary, for commands and events of unknown types: those that it is given are its own. */
export interface ErasedBoundary {
  readonly commands: ReadonlyArray<string>
  readonly events: Pick<EventCodec<Event>, 'encode' | 'tags'>
  readonly reads: (command: Command) => View<Event, unknown>
  readonly decide: (command: Command, state: unknown) => E.Either<unknown, ReadonlyArray<Event>>
  readonly stream: (event: Event, command: Command) => E.Either<{ readonly why: string }, StreamName>
  readonly guard?: ((command: Command) => Query) | undefined
}

// A caller gives it only its own commands, and events of its codec.
export const erased = (boundary: BoundaryLike): ErasedBoundary => boundary as unknown as ErasedBoundary

/** An event of a command with its tags and its stream, or why it has none. */
export const placed =
  ({ events, stream }: Pick<ErasedBoundary, 'events' | 'stream'>, command: Command) =>
  (event: Event): E.Either<string, Tagged<Event>> => {
    const name = stream(event, command)
    if (E.isLeft(name)) return E.left(`the stream of ${event.type}: ${name.left.why}`)
    return E.mapLeft(
      ({ path, why }: { readonly path: string; readonly why: string }) => `${path} of ${event.type}: ${why}`,
    )(Tagged.of(events, name.right)(event))
  }

/**
 * What a boundary decides after these events. Throws when a fold or the decision changes what it is given: a dispatcher
 * keeps the events, and a view may be the same for many commands.
 */
export const verdictOf = (
  { reads, decide }: Pick<ErasedBoundary, 'reads' | 'decide'>,
  command: Command,
  past: ReadonlyArray<Tagged<Event>>,
): E.Either<unknown, ReadonlyArray<Event>> => {
  const view = reads(command)
  return unchanged('given', { command, past, begin: view.begin }, () => decide(command, View.fold(view)(past)))
}

/** Whether an event meets the guard of a command. */
export const guarded = ({ reads, guard }: Pick<ErasedBoundary, 'reads' | 'guard'>, command: Command) => {
  const matches = Query.matches(guard === undefined ? reads(command).query : guard(command))
  return ({ event, stream, tags }: Tagged<Event>): boolean => matches({ type: event.type, stream, tags })
}
