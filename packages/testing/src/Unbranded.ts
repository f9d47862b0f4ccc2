import type * as t from 'io-ts'

/** A primitive without its brand: only one that has a brand is an object besides, and only it gives up its literal type. */
type UnbrandedPrimitive<A> = A extends string
  ? A extends object
    ? string
    : A
  : A extends number
    ? A extends object
      ? number
      : A
    : A extends bigint
      ? A extends object
        ? bigint
        : A
      : A extends object
        ? boolean
        : A

/**
 * The type without brands, those of io-ts or of your own, at any depth: what can be written as a literal. A brand exists in types only, so a test may say
 * `amount: 5` where the domain says `amount: Amount`.
 *
 * @category type level
 * @since 0.1.0
 */
export type Unbranded<A> = A extends string | number | bigint | boolean
  ? UnbrandedPrimitive<A>
  : A extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...parameters: never) => unknown)
    ? A
    : A extends t.Brand<unknown>
      ? A
      : A extends object
        ? { readonly [K in keyof A]: Unbranded<A[K]> }
        : A
