import type { InvalidInput } from '@foldlog/core'
import { Boundary, type Command, type Event, type EventCodec, Query, type StreamName, type View } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { DomainCodeFailed } from '../DispatchError.ts'
import { runUserCode } from './userCode.ts'

/** A boundary with erased types. Each command goes to the boundary of its type, and so do views and events. */
export interface ErasedBoundary {
  readonly commands: ReadonlyArray<string>
  readonly events: EventCodec<Event>
  readonly reads: (command: Command) => View<Event, unknown>
  readonly decide: (command: Command, state: unknown) => E.Either<unknown, unknown>
  readonly stream: (event: Event, command: Command) => E.Either<InvalidInput, StreamName>
  readonly guard?: ((command: Command) => Query) | undefined
}

/** What a command of a boundary needs. */
export interface BoundaryCommand {
  readonly boundary: ErasedBoundary
  readonly view: View<Event, unknown>
  /** What is read: all that the view or the guard selects. */
  readonly query: Query
  /** What must not have changed when the events are stored. */
  readonly guard: Query
  /** Whether all that is read must not have changed. */
  readonly guardsAll: boolean
  /** Identifies the events that are read. */
  readonly source: string
  /** Commands with a key in common are decided in the order of their arrival. */
  readonly keys: ReadonlyArray<string>
}

/** Prepares a command. `owner` is the number of its boundary: two may have different codecs for one stored event. */
export const prepareBoundaryCommand = (
  boundary: ErasedBoundary,
  owner: number,
  type: string,
  command: Command,
): E.Either<DomainCodeFailed, BoundaryCommand> =>
  runUserCode(
    type,
    () => {
      const view = boundary.reads(command)
      const { reads, guard } = Boundary.queries(boundary)(command)
      const query = Query.union(reads, guard)
      const keys = [...new Set(query.map((item) => `boundary ${owner}\n${JSON.stringify(item)}`))]
      return {
        boundary,
        view,
        query,
        guard,
        guardsAll: guard.length === query.length && boundary.guard === undefined,
        source: `${owner}\n${JSON.stringify(query)}`,
        // A command that reads nothing waits for nobody, but has a mailbox.
        keys: keys.length === 0 ? [`boundary ${owner}\n${type}`] : keys,
      }
    },
    'reads',
  )
