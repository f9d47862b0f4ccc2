import type { EventStore, Logger, RetryPolicy, VersionConflict } from '@foldlog/core'
import type { EffectOptions } from './decideAll.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { StateCache } from './StateCache.ts'
import type { LoadedState } from './StateLoader.ts'
import type { ResolvedStream } from './StreamResolver.ts'

/** The dependencies of a batch. */
export interface BatchOptions {
  readonly store: EventStore
  readonly states: StateCache
  readonly effects: EffectOptions
  readonly retry: RetryPolicy
  readonly logger: Logger
}

/** Commands of one stream that are decided together. */
export interface Batch extends BatchOptions {
  readonly aggregate: ErasedAggregate
  readonly resolved: ResolvedStream
  /** Commands that were not decided, to be returned. */
  readonly returned: Array<PendingCommand>
  /** The number of appends whose ids the store had, but not as those of these commands. */
  idMismatches: number
  /** Runs some of the commands as a batch of their own, and returns those that were not decided. */
  readonly runPart: (commands: ReadonlyArray<PendingCommand>) => Promise<ReadonlyArray<PendingCommand>>
}

/**
 * Commands to decide, on `loadedState` when that was just read. `conflict` is the version conflict that they met
 * before: with another writer, or because the log was rewound.
 */
export interface Round {
  readonly commands: ReadonlyArray<PendingCommand>
  readonly loadedState?: LoadedState
  readonly conflict?: VersionConflict
}

/** The round after which nothing is left to decide. */
export const done: Round = { commands: [] }
