import type { PartialOptions } from '@foldlog/core'

/** The given options alone, so that they can be spread over their defaults. */
export const withoutUndefined = <A extends object>(options: PartialOptions<A>): Partial<A> =>
  // What is undefined is left out, and nothing else.
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<A>
