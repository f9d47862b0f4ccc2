import { describeUnknown } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

const textOf = (thrown: unknown): string => {
  // A promise may be thrown, too.
  UserCode.absorb(thrown)
  try {
    // By shape: an error of another realm is no `instanceof Error`.
    const hasMessage = typeof thrown === 'object' && thrown !== null && 'message' in thrown
    return hasMessage ? `${'name' in thrown ? `${thrown.name}: ` : ''}${thrown.message}` : String(thrown)
  } catch {
    return describeUnknown(thrown)
  }
}

/** Runs a function of the user's; when it throws, the left says what. */
export const tryCatch = <A>(f: () => A): E.Either<string, A> => E.tryCatch(f, textOf)
