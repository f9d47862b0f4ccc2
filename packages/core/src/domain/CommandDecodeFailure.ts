import type { ValidationProblem } from '../values/ValidationProblem.ts'

/**
 * A value that is no command of a codec: its `type` is not one of them, or the codec of that type rejects the data.
 * `type` is that of the value, `null` when it has none. Each path begins at the command: `data.guest.name`.
 *
 * @category errors
 * @since 0.1.0
 */
export interface CommandDecodeFailure {
  readonly _tag: 'CommandDecodeFailure'
  readonly type: string | null
  readonly problems: ReadonlyArray<ValidationProblem>
}
