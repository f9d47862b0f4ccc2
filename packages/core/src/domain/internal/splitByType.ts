import { either as E } from 'fp-ts'

export type HasType = { readonly type: string }

/**
 * A record of every tag of `A`, so that a missing tag does not compile. A tag that `B` has too requires `never`, so it
 * has no valid value.
 */
export type TypeTags<A extends HasType, B extends HasType> = {
  readonly [K in A['type']]: K extends B['type'] ? never : true
}

/** Splits a union by the tags of its first part. */
export const splitByType =
  <A extends HasType, B extends HasType>(tagsOfA: TypeTags<A, B>) =>
  (value: A | B): E.Either<A, B> =>
    // The record has exactly the tags of `A`, and `B` has none of them.
    Object.hasOwn(tagsOfA, value.type) ? E.left(value as A) : E.right(value as B)
