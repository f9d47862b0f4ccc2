import { type InvalidInput, Json, type JsonRecord } from '@foldlog/core'
import { type DocumentFilter, type FieldRange, rejectInput, SortKey, type SortKeyRange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnyViewRange, ViewFilter } from '../../ViewQuery.ts'

type Checked<A> = E.Either<InvalidInput, A>

/** The names of a field: `guest.name` is the field `name` of the object `guest`. */
export const pathOf = (field: string): ReadonlyArray<string> => field.split('.')

const comparisons: { readonly [K in keyof AnyViewRange]-?: (value: never) => SortKeyRange } = {
  atLeast: SortKey.atLeast,
  moreThan: SortKey.moreThan,
  lessThan: SortKey.lessThan,
  atMost: SortKey.atMost,
  startsWith: SortKey.startsWith,
}

const names = Object.keys(comparisons).join(', ')

const isComparison = (name: string): name is keyof AnyViewRange => Object.hasOwn(comparisons, name)

/** A value of a condition, checked. A negative zero is equal to zero, which is how it is stored. */
const checkValue = (what: string, value: unknown): Checked<Json> => Json.check(what)(value === 0 ? 0 : value)

const isScalar = (value: unknown): value is null | boolean | number | string =>
  value === null || ['boolean', 'number', 'string'].includes(typeof value)

const rangesOf = (what: string, path: ReadonlyArray<string>, range: object): Checked<ReadonlyArray<FieldRange>> => {
  const ranges: Array<FieldRange> = []
  for (const [name, value] of Object.entries(range)) {
    if (!isComparison(name)) return rejectInput(`${what}.${name}`, `is none of ${names}`)
    if (value === undefined) continue
    const checked = checkValue(`${what}.${name}`, value)
    if (E.isLeft(checked)) return checked
    if (!isScalar(checked.right) || checked.right === null)
      return rejectInput(`${what}.${name}`, 'must be a text, a number or a boolean')
    if (name === 'startsWith' && typeof checked.right !== 'string')
      return rejectInput(`${what}.${name}`, 'must be a text')
    if (!SortKey.isExact(checked.right))
      return rejectInput(`${what}.${name}`, `must have less than ${SortKey.textBytes} bytes of UTF-8`)
    // The checks above are the types of all comparisons.
    ranges.push({ path, ...comparisons[name](checked.right as never) })
  }
  return E.right(ranges)
}

/**
 * The fields with one more. A field that contradicts another one is left out: the ranges, which no document is in, say
 * it already.
 */
const withField = (fields: JsonRecord, [name = '', ...path]: ReadonlyArray<string>, value: Json): JsonRecord => {
  const before: Json | undefined = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (path.length === 0) return before === undefined ? { ...fields, [name]: value } : fields
  if (before !== undefined && (typeof before !== 'object' || before === null)) return fields
  // What is there is an object of this function.
  return { ...fields, [name]: withField((before ?? {}) as JsonRecord, path, value) }
}

/** The filter of documents that selects what a filter of views selects. */
export const documentFilterOf = (name: string, filter: ViewFilter): Checked<DocumentFilter> => {
  if (typeof filter !== 'object' || filter === null) return rejectInput('query', 'must be an object')
  const { where = {}, prefix, from, to } = filter
  if (typeof where !== 'object' || where === null || Array.isArray(where))
    return rejectInput('query.where', 'must be an object of fields')
  const ranges: Array<FieldRange> = []
  let fields: JsonRecord = {}
  for (const [field, condition] of Object.entries<unknown>(where)) {
    if (condition === undefined) continue
    const what = `query.where.${field}`
    const path = pathOf(field)
    if (typeof condition === 'object' && condition !== null && !Array.isArray(condition)) {
      const found = rangesOf(what, path, condition)
      if (E.isLeft(found)) return found
      ranges.push(...found.right)
      continue
    }
    if (!isScalar(condition)) return rejectInput(what, 'must be a text, a number, a boolean, null, or a range of these')
    const checked = checkValue(what, condition)
    if (E.isLeft(checked)) return checked
    ranges.push({ path, ...SortKey.equalTo(condition) })
    fields = withField(fields, path, checked.right)
  }
  return E.right({ name, kind: 'view', where: fields, ranges, prefix, from, to })
}
