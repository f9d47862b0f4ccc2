import { either as E } from 'fp-ts'
import { UserCode } from '../UserCode.ts'

/** Runs a function of the application that should not throw; the left describes what it threw. */
export const tryCatch = <A>(f: () => A): E.Either<string, A> => E.tryCatch(f, (cause) => UserCode.threw(cause).why)
