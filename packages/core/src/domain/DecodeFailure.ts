import type { StreamName } from '../values/StreamName.ts'
import type { ValidationProblem } from '../values/ValidationProblem.ts'

/**
 * Why a stored event could not be decoded.
 *
 * - `UnknownType`: no codec has this stored name.
 * - `UnknownVersion`: the name is known, up to `newestKnown`, the version is not. A newer writer is about, most likely.
 * - `InvalidData`: the data is not what the codec of this name and version describes.
 * - `UpcastFailed`: an upcast threw, or made what the next version's codec does not accept. `to` names that version.
 *
 * @category errors
 * @since 0.1.0
 */
export type DecodeReason =
  | { readonly _tag: 'UnknownType' }
  | { readonly _tag: 'UnknownVersion'; readonly newestKnown: number }
  | { readonly _tag: 'InvalidData'; readonly problems: ReadonlyArray<ValidationProblem> }
  | { readonly _tag: 'UpcastFailed'; readonly to: string; readonly why: string }

/**
 * A stored event that could not be decoded: where it stands, what it says it is, and why. `type` and `schemaVersion` are as stored.
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
