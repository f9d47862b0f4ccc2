import { type EncodedEvent, Json, type KnownShape } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { attempt } from './thrown.ts'

/** The name of a stored form. */
export const labelOf = ({ type, schemaVersion }: Pick<EncodedEvent, 'type' | 'schemaVersion'>) =>
  `${type} v${schemaVersion}`

/** Stored data of a form, made by its own codec. What JSON cannot hold was never stored, and is no fault of an upcast. */
export const storedBy =
  ({ type, schemaVersion, codec }: KnownShape) =>
  (data: unknown): E.Either<string, EncodedEvent> =>
    F.pipe(
      attempt(() => Json.check('data')(codec.encode(data))),
      E.chain(E.mapLeft(({ what, why }) => `${what}: ${why}`)),
      E.map((json) => ({ type, schemaVersion, data: json })),
    )
