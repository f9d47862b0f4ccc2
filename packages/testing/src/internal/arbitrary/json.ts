import * as fc from 'fast-check'
import { anyNumber } from './numbers.ts'
import { anyText } from './texts.ts'

const text = fc.oneof(...anyText)

/** Where io-ts and `JSON.parse` would lose or misplace the property. */
export const isKey = (key: string): boolean => key !== '__proto__'

/** Keys of records. */
export const keys: fc.Arbitrary<string> = text.filter(isKey)

const tree = fc.letrec<{ json: unknown; list: ReadonlyArray<unknown>; record: Readonly<Record<string, unknown>> }>(
  (tie) => ({
    json: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constant(null),
      fc.boolean(),
      anyNumber,
      text,
      tie('list'),
      tie('record'),
    ),
    list: fc.array(tie('json'), { maxLength: 4 }),
    record: fc.dictionary(keys, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  }),
)

/** Whatever JSON holds that codecs can read: where a codec takes anything, a store still takes no more. */
export const { json, list: jsonList, record: jsonRecord } = tree
