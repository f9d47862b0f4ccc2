import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { type ArbitraryResult, problem } from './ArbitraryResult.ts'
import { advice, oneOf } from './constrain.ts'
import type { IoTsCodec } from './IoTsCodec.ts'
import { json, jsonList, jsonRecord } from './json.ts'
import { anyNumber } from './numbers.ts'
import { anyText } from './texts.ts'

/** The values of a codec that is made of no others; `undefined` for one that is. */
export const leaf = (it: IoTsCodec, path: string): ArbitraryResult | undefined => {
  switch (it._tag) {
    case 'NullType':
      return E.right(fc.constant(null))
    case 'UndefinedType':
    case 'VoidType':
      return E.right(fc.constant(undefined))
    case 'UnknownType':
    case 'AnyType':
      return E.right(json)
    case 'ObjectType':
    case 'AnyDictionaryType':
      return E.right(jsonRecord)
    case 'AnyArrayType':
      return E.right(jsonList)
    case 'StringType':
      return E.right(oneOf(anyText))
    case 'NumberType':
      return E.right(anyNumber)
    case 'BigIntType':
      return E.right(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }))
    case 'BooleanType':
      return E.right(fc.boolean())
    case 'LiteralType':
      return E.right(fc.constant(it.value))
    case 'KeyofType': {
      const keys = Object.keys(it.keys)
      return keys.length === 0 ? problem(path, 'a keyof without keys has no value') : E.right(fc.constantFrom(...keys))
    }
    case 'NeverType':
      return problem(path, 'never has no value')
    case 'FunctionType':
      return problem(path, `functions are no data; ${advice}`)
    default:
      return undefined
  }
}
