import type { AbortSignalLike, Envelope, ExpectedVersion, HistoryId } from '@foldlog/core'

/**
 * Facts about a command beside its data.
 *
 * `commandId` makes the command idempotent: dispatched again with the same id on the same stream, it returns its first
 * result; with a command of another type it ends with `CommandIdReused`. A text of at most 512 characters, preferably a
 * ULID; one is made when it is absent. `correlationId` is that of the request, the command's id when absent.
 * `causationId` is the id of the event that caused the command; it goes to middleware and tracer. `user` is stored with
 * every event. It may have any interface whose values are JSON; otherwise the command ends with an `InvalidInput` that
 * names the field.
 *
 * `expected` is the version that the caller has seen: the command is decided on a stream at this version, or ends with
 * `VersionConflict` and nothing is written. A repetition of a handled command returns its first result in any case.
 * `history` is the history of the log in which an exact version was read. After the log was rewound, other events can
 * have the same version. With `history` the command then ends with a `VersionConflict` that is `rewound`; without it
 * only the number is compared.
 *
 * `signal` cancels a waiting command: it is not decided and ends with `DispatchAborted`. A command whose turn has come
 * runs to its end, so the caller always learns the result.
 *
 * `awaitHandlers` names handlers that must have handled the command's events before the dispatch ends; then their
 * documents can be read. It requires a dispatcher with `waitFor`.
 *
 * @category model
 * @since 0.1.0
 */
export interface DispatchContext {
  readonly commandId?: string | undefined
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly user?: object | undefined
  readonly expected?: ExpectedVersion | undefined
  readonly history?: HistoryId | undefined
  readonly signal?: AbortSignalLike | undefined
  readonly awaitHandlers?: ReadonlyArray<string> | undefined
}

/**
 * Makes the context of a command that an event caused: the same correlation, and the event as the cause.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventId } from '@foldlog/core'
 * import { causedBy } from '@foldlog/dispatcher'
 * import { either as E } from 'fp-ts'
 *
 * const id = EventId.parse('01J00000000000000000000000')
 * if (E.isRight(id)) console.log(causedBy({ id: id.right, metadata: { correlationId: 'request-9' } }))
 * ```
 *
 * ```text
 * {
 *   correlationId: 'request-9',
 *   causationId: '01J00000000000000000000000'
 * }
 * ```
 */
export const causedBy = ({ id, metadata }: Pick<Envelope, 'id' | 'metadata'>): DispatchContext => ({
  correlationId: metadata.correlationId ?? id,
  causationId: id,
})
