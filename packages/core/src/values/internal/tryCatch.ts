import { either as E } from 'fp-ts'
import { describeUnknown } from '../describeUnknown.ts'

/** Runs a function of the user's that ought not to throw; when it does, the left says what. */
export const tryCatch = <A>(f: () => A): E.Either<string, A> => E.tryCatch(f, describeUnknown)
