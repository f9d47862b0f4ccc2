import { describeUnknown } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { DomainCodeFailed } from '../DispatchError.ts'

export const domainCodeFailed = (command: string, cause: unknown): DomainCodeFailed => ({
  _tag: 'DomainCodeFailed',
  command,
  why: describeUnknown(cause),
  cause,
})

/** Runs the domain's own code, which ought not to throw; when it does, it is that command's failure and nobody else's. */
export const runUserCode = <A>(command: string, f: () => A): E.Either<DomainCodeFailed, A> =>
  E.tryCatch(f, (cause) => domainCodeFailed(command, cause))

/** What the promise gives; fails when that is not there within `ms` milliseconds. */
export const withTimeout = <A>(ms: number, f: () => Promise<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject({ message: `an effect did not end within ${ms} ms` }), ms)
    // Within `then`, so that a throw before the promise is caught too.
    Promise.resolve()
      .then(f)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
