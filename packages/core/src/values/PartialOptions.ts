/**
 * Options of which each may be absent. `undefined` is the same as absent, so that a caller with
 * `exactOptionalPropertyTypes` passes what it may not have.
 *
 * @category model
 * @since 0.1.0
 */
export type PartialOptions<A> = { readonly [K in keyof A]?: A[K] | undefined }
