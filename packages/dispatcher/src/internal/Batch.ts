import type { BoundaryChanged, EventStore, Logger, RetryPolicy, StreamName, VersionConflict } from '@foldlog/core'
import type { BoundaryEvents } from './BoundaryEvents.ts'
import type { EffectOptions } from './CommandRoute.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { ResolvedStreams } from './ResolvedStreams.ts'
import type { StateCache } from './StateCache.ts'
import type { LoadedState } from './StateLoader.ts'

/** The dependencies of a batch. */
export interface BatchOptions {
  readonly store: EventStore
  readonly states: StateCache
  readonly effects: EffectOptions
  readonly retry: RetryPolicy
  readonly logger: Logger
}

/** Commands that are decided together, with the streams of all their targets. */
export interface Batch extends BatchOptions {
  readonly resolved: ResolvedStreams
  /** Commands that were not decided, to be returned. */
  readonly returned: Array<PendingCommand>
  /** The number of appends whose ids the store had, but not as those of these commands. */
  idMismatches: number
  /** Runs some of the commands as a batch of their own, and returns those that were not decided. */
  readonly runPart: (commands: ReadonlyArray<PendingCommand>) => Promise<ReadonlyArray<PendingCommand>>
}

/** The states of streams, by the names of their targets. */
export type LoadedStates = ReadonlyMap<StreamName, LoadedState>

/**
 * Commands to decide, on the states in `loaded` where those were just read. `conflict` is the version conflict that
 * they met before: with another writer, or because the log was rewound.
 */
export interface Round {
  readonly commands: ReadonlyArray<PendingCommand>
  readonly loaded?: LoadedStates
  /** What commands of boundaries have just read, by its source. */
  readonly events?: ReadonlyMap<string, BoundaryEvents>
  readonly conflict?: VersionConflict | BoundaryChanged
}

/** The round after which nothing is left to decide. */
export const done: Round = { commands: [] }
