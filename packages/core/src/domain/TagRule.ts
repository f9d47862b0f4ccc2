import type { Tag } from '../values/Tag.ts'

/**
 * What has the tags of a rule: a `UniqueValue`, or a record of other tags.
 *
 * @category model
 * @since 0.1.0
 */
export interface TagRule {
  readonly tags: Readonly<Record<string, ((data: never) => ReadonlyArray<Tag>) | undefined>>
}

type KeyOf<A> = A extends unknown ? keyof A : never

/** What every function under this key takes. */
type DataUnder<A, K extends PropertyKey> = (
  A extends { readonly [P in K]?: ((data: infer Data) => unknown) | undefined }
    ? (data: Data) => void
    : never
) extends (data: infer All) => void
  ? All
  : never

/**
 * The tags of several rules, by the type of the event.
 *
 * @category type level
 * @since 0.1.0
 */
export type TagsOfRules<Rules extends ReadonlyArray<TagRule>> = {
  readonly [K in KeyOf<Rules[number]['tags']>]: (data: DataUnder<Rules[number]['tags'], K>) => ReadonlyArray<Tag>
}
