import type { StreamName } from '../values/StreamName.ts'
import type { ValidationProblem } from '../values/ValidationProblem.ts'

/**
 * Why a stored event could not be decoded.
 *
 * - `UnknownType`: no codec has this stored name.
 * - `UnknownVersion`: the name is known, with versions up to `newestKnown`, but this version is not. Most likely a
 *   newer writer is running.
 * - `InvalidData`: the codec of this name and version rejects the data.
 * - `UpcastFailed`: an upcast threw, or its result is rejected by the codec of the next version. `to` names that
 *   version.
 * - `TagsFailed`: the tags of the decoded event cannot be made of it.
 *
 * @category errors
 * @since 0.1.0
 */
export type DecodeReason =
  | { readonly _tag: 'UnknownType' }
  | { readonly _tag: 'UnknownVersion'; readonly newestKnown: number }
  | { readonly _tag: 'InvalidData'; readonly problems: ReadonlyArray<ValidationProblem> }
  | { readonly _tag: 'UpcastFailed'; readonly to: string; readonly why: string }
  | { readonly _tag: 'TagsFailed'; readonly why: string }

/**
 * A stored event that could not be decoded: its place, its stored type, and the reason. `type` and `schemaVersion` are
 * as stored.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DecodeFailure {
  readonly _tag: 'DecodeFailure'
  readonly stream: StreamName
  readonly version: number
  readonly position: number
  readonly type: string
  readonly schemaVersion: number
  readonly reason: DecodeReason
}
