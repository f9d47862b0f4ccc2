/**
 * The fields of an index of views, in order, each as a path of names.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewIndex = ReadonlyArray<ReadonlyArray<string>>

/**
 * The result of `createIndexes`: the changes that were made, and those that were not, each with the reason. `busy`
 * means that another caller is creating indexes, so nothing was done.
 *
 * @category model
 * @since 0.1.0
 */
export interface IndexChanges {
  readonly made: ReadonlyArray<string>
  readonly missing: ReadonlyArray<MissingIndexChange>
  readonly busy: boolean
}

/**
 * A change of an index that was not made, and the reason.
 *
 * @category model
 * @since 0.1.0
 */
export interface MissingIndexChange {
  readonly change: string
  readonly why: string
}
