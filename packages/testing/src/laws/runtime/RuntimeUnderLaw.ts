import type {
  Command,
  EventStore,
  HandlerMismatch,
  HandlerStore,
  InvalidInput,
  LogPosition,
  LogTail,
  StoreUnavailable,
} from '@foldlog/core'
import type { task as T, taskEither as TE } from 'fp-ts'
import type { HandlerUnderLaw } from './HandlerUnderLaw.ts'

/**
 * A store as a runtime of handlers needs it.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerRuntimeStore = EventStore & LogTail & HandlerStore

/**
 * The configuration of a runtime: a store, handlers, a dispatcher for commands, limits in milliseconds and in numbers
 * of events.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeUnderLawOptions {
  readonly store: HandlerRuntimeStore
  readonly handlers: ReadonlyArray<HandlerUnderLaw>
  readonly dispatch?:
    | ((command: Command, context: { readonly commandId: string }) => TE.TaskEither<{ readonly _tag: string }, unknown>)
    | undefined
  readonly limits?:
    | {
        readonly leaseTime?: number | undefined
        readonly pollInterval?: number | undefined
        readonly idleCommitInterval?: number | undefined
        readonly stopTimeout?: number | undefined
        readonly pageSize?: number | undefined
        readonly batchSize?: number | undefined
      }
    | undefined
}

/**
 * The part of a runtime that the laws use.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeUnderLaw {
  readonly start: TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, void>
  readonly stop: T.Task<void>
  readonly status: TE.TaskEither<
    StoreUnavailable,
    {
      readonly handlers: ReadonlyArray<{
        readonly name: string
        readonly generation: number
        readonly state: string
        readonly position: number
        readonly lag: number
        readonly parked: number
        readonly reasons: ReadonlyArray<string>
        readonly waitsFor: ReadonlyArray<string>
        readonly waitingCommands: ReadonlyArray<{ readonly attempts: number; readonly why: string | null }>
      }>
    }
  >
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | LogPosition,
    timeout?: number,
  ) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly rebuild: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly rollBack: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly abandon: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
}
