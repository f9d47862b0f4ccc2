import type { CurrencyMismatch, MoneyOutOfRange } from './codecs/Money.ts'
import type { CommandDecodeFailure } from './domain/CommandDecodeFailure.ts'
import type { DecodeFailure } from './domain/DecodeFailure.ts'
import type { EncodeFailure } from './domain/EncodeFailure.ts'
import type { InvalidCommandCodec } from './domain/InvalidCommandCodec.ts'
import type { InvalidEventCodec } from './domain/InvalidEventCodec.ts'
import type { HandlerMismatch } from './handlers/HandlerIdentity.ts'
import type { HandlerInUse } from './handlers/HandlerRemoval.ts'
import type { ViewConflict } from './handlers/InlineStore.ts'
import type { ViewDecodeFailure } from './handlers/ViewDecodeFailure.ts'
import type { StoreError } from './store/StoreError.ts'
import type { ValidationProblem } from './values/ValidationProblem.ts'

/**
 * The errors of `@foldlog/dispatcher`, by the facts that their texts need. Core cannot import the packages above it; a
 * type test there holds their errors to these types.
 */
type OfDispatcher =
  | { readonly _tag: 'UnknownCommand'; readonly type: string; readonly known: ReadonlyArray<string> }
  | { readonly _tag: 'DomainCodeFailed'; readonly command: string; readonly why: string; readonly cause?: unknown }
  | {
      readonly _tag: 'CommandIdReused'
      readonly commandId: string
      readonly stream: string
      readonly first: string
      readonly command: string
    }
  | { readonly _tag: 'DispatcherOverloaded'; readonly waiting: number; readonly limit: number }
  | { readonly _tag: 'DispatcherStopped' }
  | { readonly _tag: 'DispatchAborted' }
  | {
      readonly _tag: 'HandlersNotReached'
      readonly handlers: ReadonlyArray<string>
      readonly why: { readonly _tag: string }
    }
  | {
      readonly _tag: 'VersionNotFound'
      readonly stream: string
      readonly version: number
      readonly actual: number
      readonly rewound?: true | undefined
    }
  | { readonly _tag: 'InvalidDispatcher'; readonly problems: ReadonlyArray<string> }

/** The errors of `@foldlog/subscriptions`, likewise. */
type OfSubscriptions =
  | {
      readonly _tag: 'HandlersTimedOut'
      readonly position: number
      readonly late: ReadonlyArray<string>
      readonly milliseconds: number
    }
  | {
      readonly _tag: 'HandlersNotRunning'
      readonly position: number
      readonly handlers: ReadonlyArray<{ readonly name: string; readonly stops: ReadonlyArray<string> }>
    }
  | {
      readonly _tag: 'EventsParked'
      readonly events: ReadonlyArray<{
        readonly handler: string
        readonly stream: string
        readonly version: number
        readonly position: number
        readonly type: string
        readonly why: string
      }>
    }
  | { readonly _tag: 'UnknownHandler'; readonly name: string; readonly known: ReadonlyArray<string> }
  | ViewDecodeFailure
  | {
      readonly _tag: 'DocumentEncodeFailure'
      readonly kind: string
      readonly key: string
      readonly problems: ReadonlyArray<ValidationProblem>
    }
  | { readonly _tag: 'HandlerReturnedError'; readonly error: unknown }
  | { readonly _tag: 'HandlerThrew'; readonly why: string }
  | { readonly _tag: 'HandlerTimedOut'; readonly milliseconds: number }
  | { readonly _tag: 'ProcessEnded'; readonly times: number }

/** The error of `@foldlog/http` about a codec without a schema, likewise. */
type OfHttp = {
  readonly _tag: 'UnsupportedCodec'
  readonly path: string
  readonly codec: string
  readonly why: string
}

/** The error of `@foldlog/application`, likewise. */
type OfApplication = { readonly _tag: 'InvalidApplication'; readonly problems: ReadonlyArray<string> }

/** The error of `@foldlog/operations`, likewise. */
type OfOperations = { readonly _tag: 'DomainFunctionFailed'; readonly function: string; readonly why: string }

/**
 * An error that has its own sentence, as the errors of `@foldlog/postgres-embedded` and many of applications do.
 *
 * @category errors
 * @since 0.1.0
 */
export type ErrorWithSentence =
  | { readonly _tag: string; readonly why: string }
  | { readonly _tag: string; readonly message: string }
  | { readonly _tag: string; readonly problems: ReadonlyArray<string> }

/**
 * Any error that a function of foldlog returns: of the stores, the codecs, the dispatcher and the handlers. Tell them
 * apart by `_tag`.
 *
 * @category errors
 * @since 0.1.0
 */
export type FoldlogError =
  | StoreError
  | DecodeFailure
  | EncodeFailure
  | InvalidEventCodec
  | CommandDecodeFailure
  | InvalidCommandCodec
  | HandlerMismatch
  | HandlerInUse
  | ViewConflict
  | CurrencyMismatch
  | MoneyOutOfRange
  | OfDispatcher
  | OfSubscriptions
  | OfHttp
  | OfApplication
  | OfOperations
