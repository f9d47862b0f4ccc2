import * as fc from 'fast-check'
import type * as t from 'io-ts'
import type { Values } from './ArbitraryResult.ts'
import { type Accepts, acceptedBy } from './accepts.ts'
import { bigints } from './bigints.ts'
import type { Candidates } from './constrain.ts'
import { dates } from './dates.ts'
import { asIoTsCodec } from './IoTsCodec.ts'
import { numbersFor } from './numbers.ts'
import { textsFor } from './texts.ts'

/** The codec under all refinements. */
export const baseOf = (codec: t.Mixed): t.Mixed => {
  const it = asIoTsCodec(codec)
  return it?._tag === 'RefinementType' ? baseOf(it.type) : codec
}

/**
 * Candidates for the values of a refined codec: the values of its base, and well-known kinds of them when the base is a
 * primitive.
 */
export const candidatesFor = (codec: t.Mixed, base: Values, item: Values | undefined): Candidates => {
  const accepts: Accepts = acceptedBy(codec)
  switch (asIoTsCodec(baseOf(codec))?._tag) {
    case 'NumberType':
      return numbersFor(accepts)
    case 'StringType':
      return textsFor(accepts)
    case 'BigIntType':
      return [bigints]
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return item === undefined
        ? [[base]]
        : [
            [base],
            [
              fc.array(item, { minLength: 1, maxLength: 6 }),
              fc.array(item, { minLength: 2, maxLength: 6 }),
              fc.uniqueArray(item, { minLength: 1, maxLength: 6 }),
            ],
          ]
    default:
      return accepts(new Date(0)) ? [[base, ...dates]] : [[base]]
  }
}
