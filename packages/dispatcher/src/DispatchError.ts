import type { AppendError, DecodeFailure, EncodeFailure, Event, ReadError } from '@foldlog/core'
import type { Dispatched } from './Dispatched.ts'

/**
 * No aggregate of this dispatcher has a command of this type.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnknownCommand {
  readonly _tag: 'UnknownCommand'
  readonly type: string
  readonly known: ReadonlyArray<string>
}

/**
 * The domain's own code (`decide`, `evolve`, `id` or an effect) threw, or an effect did not end in time. Nothing was written for this command.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DomainCodeFailed {
  readonly _tag: 'DomainCodeFailed'
  readonly command: string
  readonly why: string
  readonly cause: unknown
}

/**
 * Too many commands are waiting already; this one was not taken. Slow down, then try again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatcherOverloaded {
  readonly _tag: 'DispatcherOverloaded'
  /** Commands that wait or are under way. */
  readonly waiting: number
  /** Commands that may, at most. */
  readonly limit: number
}

/**
 * The dispatcher was stopped; the command was not taken.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatcherStopped {
  readonly _tag: 'DispatcherStopped'
}

/**
 * The caller gave up, by the signal of the context, while the command was waiting. It was not decided, and nothing was written for it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatchAborted {
  readonly _tag: 'DispatchAborted'
}

/**
 * The command was done and its events are stored, but handlers that were to be awaited have not handled them yet, or
 * nobody knows. `dispatched` is the result all the same; `why` is the error that ended the wait. When that is
 * `LogRewound`, the log was rewound after the command was done, and its events may be lost: dispatch it again with the
 * same command id.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlersNotReached {
  readonly _tag: 'HandlersNotReached'
  readonly handlers: ReadonlyArray<string>
  readonly dispatched: Dispatched<Event>
  readonly why: { readonly _tag: string }
}

/**
 * Why a stream could not be brought to its state.
 *
 * @category errors
 * @since 0.1.0
 */
export type LoadError = ReadError | DecodeFailure | DomainCodeFailed

/**
 * Everything a dispatch can end with beside the domain's own errors. A `VersionConflict` says that the stream is not at
 * the version that the context expects, or that other writers were faster, or the log was rewound, more often than the
 * retry policy allows. After `StoreUnavailable` the command may
 * have been done: dispatch it again with the same command id.
 *
 * @category errors
 * @since 0.1.0
 */
export type DispatchError =
  | LoadError
  | AppendError
  | EncodeFailure
  | UnknownCommand
  | DispatcherOverloaded
  | DispatcherStopped
  | HandlersNotReached
  | DispatchAborted
