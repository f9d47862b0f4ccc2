import { describeUnknown } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { DomainCodeFailed } from '../DispatchError.ts'

export const domainCodeFailed = (command: string, cause: unknown): DomainCodeFailed => ({
  _tag: 'DomainCodeFailed',
  command,
  why: describeUnknown(cause),
  cause,
})

/** Runs the application's domain code, which should not throw. An exception fails only the command concerned. */
export const runUserCode = <A>(command: string, f: () => A): E.Either<DomainCodeFailed, A> =>
  E.tryCatch(f, (cause) => domainCodeFailed(command, cause))

/** Returns the value of the promise; fails when it does not arrive within `ms` milliseconds. */
export const withTimeout = <A>(ms: number, f: () => Promise<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject({ message: `an effect did not end within ${ms} ms` }), ms)
    // Within `then`, so that a throw before the promise is caught too.
    Promise.resolve()
      .then(f)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
