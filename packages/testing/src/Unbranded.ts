import type * as t from 'io-ts'

/**
 * A primitive without its brand. Only a branded primitive is also an object, and only a branded one is widened from its
 * literal type.
 */
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

/** The key of a record, which may be branded, too. */
type UnbrandedKey<K> = K extends string | number ? UnbrandedPrimitive<K> : K

/**
 * The type without brands, of io-ts or custom ones, at any depth: the type of a literal. A brand exists in types only,
 * so a test may use `amount: 5` where the domain has `amount: Amount`.
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
        ? A extends ReadonlyArray<unknown>
          ? { readonly [K in keyof A]: Unbranded<A[K]> }
          : { readonly [K in keyof A as UnbrandedKey<K>]: Unbranded<A[K]> }
        : A
