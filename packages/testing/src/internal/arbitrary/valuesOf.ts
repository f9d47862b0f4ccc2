import { either as E, function as F } from 'fp-ts'
import type { Override } from '../../Override.ts'
import type { Made, Make } from './Making.ts'
import { makeWith } from './make.ts'
import { narrow } from './narrow.ts'

/** Values that the whole codec accepts, not its parts alone. */
export const valuesOf = (overrides: ReadonlyArray<Override>): Make => {
  const make = makeWith(overrides)
  return (codec, path) =>
    F.pipe(
      make(codec, path),
      E.chain(
        (values): Made =>
          F.pipe(
            narrow([[values]], codec),
            E.mapLeft((why) => [`${path}: ${why}`]),
          ),
      ),
    )
}
