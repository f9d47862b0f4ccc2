import { hideAll } from './internal/hide.ts'

/**
 * Hides personal data of a state or a view before a person sees it: returns the value with other data. `of` is the
 * category of the aggregate, or the name of the projection. The value is a decoded one, or its JSON.
 *
 * @category model
 * @since 0.1.0
 */
export type ValueMask = (value: unknown, of: string) => unknown

/**
 * A mask that replaces the values of personal fields by `***`; a null stays null. `fields` has the paths of fields by
 * the category of an aggregate or the name of a projection. A path leads through lists; its part `*` is every field.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { ValueMask } from '@foldlog/operations'
 *
 * const mask = ValueMask.ofFields({ guest: ['name', 'stays.*.room'] })
 * console.log(mask({ name: 'Ada', stays: { may: { room: 7, nights: 2 } } }, 'guest'))
 * ```
 *
 * ```text
 * { name: '***', stays: { may: { room: '***', nights: 2 } } }
 * ```
 */
const ofFields =
  (fields: Readonly<Record<string, ReadonlyArray<string>>>): ValueMask =>
  (value, of) =>
    hideAll(value, Object.hasOwn(fields, of) ? (fields[of] ?? []) : [])

/**
 * Functions on {@link ValueMask}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ValueMask = { ofFields } as const
