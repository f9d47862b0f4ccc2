import type { AppendError, DecodeFailure, EncodeFailure, ReadError, StreamName } from '@foldlog/core'
import type { AnyDispatched } from './Dispatched.ts'

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
 * The application's domain code (`decide`, `evolve`, `id` or an effect) threw or returned a value of the wrong kind,
 * such as a promise, or an effect did not end in time. Nothing was written for this command.
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
 * Too many commands are already waiting; this one was not accepted. Slow down, then try again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatcherOverloaded {
  readonly _tag: 'DispatcherOverloaded'
  /** Commands waiting or in progress. */
  readonly waiting: number
  /** Maximum number of these commands. */
  readonly limit: number
}

/**
 * The dispatcher was stopped; the command was not accepted.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatcherStopped {
  readonly _tag: 'DispatcherStopped'
}

/**
 * The caller cancelled the command, by the signal of the context, while it was waiting. It was not decided, and nothing
 * was written for it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DispatchAborted {
  readonly _tag: 'DispatchAborted'
}

/**
 * The command was handled and its events are stored, but the awaited handlers have not handled them yet, or it is not
 * known whether they have. `dispatched` is the result in any case; `why` is the error that ended the wait. When that is
 * `LogRewound`, the log was rewound after the command was handled, and its events may be lost: dispatch it again with
 * the same command id.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlersNotReached {
  readonly _tag: 'HandlersNotReached'
  readonly handlers: ReadonlyArray<string>
  readonly dispatched: AnyDispatched
  readonly why: { readonly _tag: string }
}

/**
 * A command of the type `command` came with an id under which a command of the type `first` was handled before. `first`
 * remains done, and nothing was written for `command`. Dispatch `command` with an id of its own.
 *
 * @category errors
 * @since 0.1.0
 */
export interface CommandIdReused {
  readonly _tag: 'CommandIdReused'
  readonly commandId: string
  readonly stream: StreamName
  readonly first: string
  readonly command: string
}

/**
 * Why the state of a stream could not be loaded.
 *
 * @category errors
 * @since 0.1.0
 */
export type LoadError = ReadError | DecodeFailure | DomainCodeFailed

/**
 * The stream has no event of this version: `actual` is the version of its last event, 0 when it has none. `rewound`
 * means that the log was rewound since the state was loaded after which a history was requested: its events may be
 * gone. Read the history again, from its beginning.
 *
 * @category errors
 * @since 0.1.0
 */
export interface VersionNotFound {
  readonly _tag: 'VersionNotFound'
  readonly stream: StreamName
  readonly version: number
  readonly actual: number
  readonly rewound?: true | undefined
}

/**
 * Every error of a dispatch beside the domain's own errors. A `VersionConflict` means that the stream is not at the
 * version that the context expects, or that conflicts with other writers, or rewinds of the log, happened more often
 * than the retry policy allows. After `StoreUnavailable` the command may have been handled: dispatch it again with the
 * same command id.
 *
 * @category errors
 * @since 0.1.0
 */
export type DispatchError =
  | LoadError
  | AppendError
  | EncodeFailure
  | UnknownCommand
  | CommandIdReused
  | DispatcherOverloaded
  | DispatcherStopped
  | HandlersNotReached
  | DispatchAborted
