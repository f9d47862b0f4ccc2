import type { Json, JsonRecord } from '../values/Json.ts'
import type { Metadata } from '../values/Metadata.ts'

/**
 * Metadata as a store keeps it: an absent value is `null`. `user` is the record of the user. When there is a command
 * type, `user` is a record that has both, so that no store needs a field for a fact that few events have.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface StoredMetadata {
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly user: Json
}

/** The key that a plain record of the user does not have. */
const mark = '$command'

/**
 * Makes the JSON text of `user` from the text of the record of the user and the command type. A record of the user
 * that has the key `$command`, at any depth, is wrapped as well, so that it is never read as a command type.
 *
 * @category for store authors
 * @since 0.1.0
 */
const userText = (user: string | null, commandType: string | null): string | null => {
  if (commandType === null && (user === null || !user.includes(`"${mark}"`))) return user
  const record = user === null ? '' : `,"user":${user}`
  return `{"${mark}":${JSON.stringify(commandType)}${record}}`
}

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The two parts of a stored `user`. A record that `userText` has not written is one of the user. */
const parts = (stored: JsonRecord): Pick<Metadata, 'user' | 'commandType'> => {
  if (!Object.hasOwn(stored, mark)) return { user: stored }
  const { [mark]: commandType, user, ...others } = stored
  const isOurs =
    (commandType === null
      ? isRecord(user)
      : typeof commandType === 'string' && (user === undefined || isRecord(user))) && Object.keys(others).length === 0
  if (!isOurs) return { user: stored }
  return {
    ...(isRecord(user) ? { user } : undefined),
    ...(typeof commandType === 'string' ? { commandType } : undefined),
  }
}

/**
 * Reads the metadata of an event from what a store has kept of a `CheckedEvent`. `user` is parsed JSON.
 *
 * @category for store authors
 * @since 0.1.0
 */
// Every event that is read passes through here.
const read = ({ correlationId, causationId, user }: StoredMetadata): Metadata => ({
  ...(correlationId === null ? undefined : { correlationId }),
  ...(causationId === null ? undefined : { causationId }),
  ...(isRecord(user) ? parts(user) : undefined),
})

/**
 * Functions on {@link StoredMetadata}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StoredMetadata = { read, userText } as const
