import type { ViewField, ViewFieldValue, ViewScalar } from './ViewField.ts'

/**
 * A range of values of a field: those of the same kind that are at least `atLeast`, and so on. Numbers compare as
 * numbers, texts by code point, and false is less than true. Texts of a range have at most 249 bytes of UTF-8.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewRange<Value> {
  readonly atLeast?: Exclude<Value, null> | undefined
  readonly moreThan?: Exclude<Value, null> | undefined
  readonly lessThan?: Exclude<Value, null> | undefined
  readonly atMost?: Exclude<Value, null> | undefined
  readonly startsWith?: Extract<Value, string> | (string extends Value ? string : never) | undefined
}

/**
 * What the fields of a view must be: a value, or a range of values. Fields are those of the stored form.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewConditions<Stored = unknown> = {
  readonly [Field in ViewField<Stored>]?:
    | ViewFieldValue<Stored, Field>
    | ViewRange<ViewFieldValue<Stored, Field>>
    | undefined
}

/**
 * Which views to count: those with the values of `where` in their fields, with a key from `from` on and before `to`,
 * and with the prefix `prefix` in their keys.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewFilter<Stored = unknown> {
  readonly where?: ViewConditions<Stored> | undefined
  readonly prefix?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/**
 * The direction of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewDirection = 'ascending' | 'descending'

/**
 * A field by which views are ordered, with a direction of its own, or in that of the query.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewOrder<Stored = unknown> =
  | ViewField<Stored>
  | { readonly field: ViewField<Stored>; readonly direction?: ViewDirection | undefined }

/**
 * Which views to read, and in which order: by the fields of `order` (at most 4), then by key, in `direction` (ascending
 * when absent). Of a field, missing values come first, then null, false, true, numbers, texts, and last lists and
 * objects, which have no order among themselves. Texts are compared by their first 250 bytes.
 *
 * At most `count` views (1,000 when absent), behind the place `after`, or the last ones before the place `before`. A
 * place is the `first` or `last` of a page of the same order; in the order of keys it is a key, and need not exist.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewQuery<Stored = unknown> extends ViewFilter<Stored> {
  readonly order?: ReadonlyArray<ViewOrder<Stored>> | undefined
  readonly direction?: ViewDirection | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly count?: number | undefined
}

/**
 * A range whose values are not known.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyViewRange = ViewRange<ViewScalar>
