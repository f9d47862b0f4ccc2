import { either as E, function as F } from 'fp-ts'
import type { CodecArbitrary } from '../../CodecArbitrary.ts'
import type { ArbitraryResult, MakeArbitrary } from './ArbitraryResult.ts'
import { constrain } from './constrain.ts'
import { makeWith } from './make.ts'

/** Values that the whole codec accepts, not its parts alone. */
export const valuesOf = (overrides: ReadonlyArray<CodecArbitrary>): MakeArbitrary => {
  const make = makeWith(overrides)
  return (codec, path) =>
    F.pipe(
      make(codec, path),
      E.chain(
        (values): ArbitraryResult =>
          F.pipe(
            constrain([[values]], codec),
            E.mapLeft((why) => [`${path}: ${why}`]),
          ),
      ),
    )
}
