import type * as t from 'io-ts'

type PlainPrimitive<A> = A extends string
  ? string
  : A extends number
    ? number
    : A extends bigint
      ? bigint
      : A extends boolean
        ? boolean
        : A

/**
 * The type without the brands of io-ts, at any depth: what can be written as a literal. A brand exists in types only, so a test may say
 * `amount: 5` where the domain says `amount: Amount`.
 *
 * @category type level
 * @since 0.1.0
 */
export type Plain<A> =
  A extends t.Brand<unknown>
    ? PlainPrimitive<A>
    : A extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...parameters: never) => unknown)
      ? A
      : A extends object
        ? { readonly [K in keyof A]: Plain<A[K]> }
        : A
