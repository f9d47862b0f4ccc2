import { either as E } from 'fp-ts'

/** Runs a function of the user's that ought not to throw; when it does, the left says what. */
export const attempt = <A>(f: () => A): E.Either<string, A> => E.tryCatch(f, whatWasThrown)

/** A text for anything thrown. By shape: an error of another realm (a Jest sandbox) is no `instanceof Error`. */
const whatWasThrown = (thrown: unknown): string => {
  const hasMessage = typeof thrown === 'object' && thrown !== null && 'message' in thrown
  return hasMessage ? String(thrown.message) : String(thrown)
}
