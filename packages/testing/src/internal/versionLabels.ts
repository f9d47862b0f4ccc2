import { type EncodedEvent, Json, type ReadableVersion } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { tryCatch } from './tryCatch.ts'

/** The name of a stored form. */
export const versionLabel = ({ type, schemaVersion }: Pick<EncodedEvent, 'type' | 'schemaVersion'>) =>
  `${type} v${schemaVersion}`

/**
 * Stored data of a form, encoded by its own codec. Data without a JSON form was never stored, and is no fault of an
 * upcast.
 */
export const encodeVersion =
  ({ type, schemaVersion, codec }: ReadableVersion) =>
  (data: unknown): E.Either<string, EncodedEvent> =>
    F.pipe(
      tryCatch(() => Json.check('data')(codec.encode(data))),
      E.chain(E.mapLeft(({ what, why }) => `${what}: ${why}`)),
      E.map((json) => ({ type, schemaVersion, data: json })),
    )
