import type { InvalidInput } from '@foldlog/core'
import { type DocumentQuery, type FieldOrder, type HandlerDocument, rejectInput, SortKey } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { ViewDirection, ViewQuery } from '../../ViewQuery.ts'
import { hashOf } from '../handlers/partitionOf.ts'
import { pathOf } from './viewConditions.ts'

type Checked<A> = E.Either<InvalidInput, A>

/** The order of a query: fields, then the key. */
export interface CheckedOrder {
  readonly order: ReadonlyArray<FieldOrder>
  readonly descending: boolean
}

const isDescending = (what: string, direction: unknown, otherwise: boolean): Checked<boolean> => {
  if (direction === undefined) return E.right(otherwise)
  return direction === 'ascending' || direction === 'descending'
    ? E.right(direction === 'descending')
    : rejectInput(what, 'must be ascending or descending')
}

/** Reads the order of a query of views. */
export const readOrder = ({ order = [], direction }: ViewQuery): Checked<CheckedOrder> => {
  if (!Array.isArray(order)) return rejectInput('query.order', 'must be a list of fields')
  const whole = isDescending('query.direction', direction, false)
  if (E.isLeft(whole)) return whole
  const fields: Array<FieldOrder> = []
  for (const [i, one] of order.entries()) {
    const { field, direction: own }: { field?: unknown; direction?: ViewDirection } =
      typeof one === 'string' ? { field: one } : Object(one)
    if (typeof field !== 'string') return rejectInput(`query.order[${i}]`, 'must be a field, or have one')
    const descending = isDescending(`query.order[${i}].direction`, own, whole.right)
    if (E.isLeft(descending)) return descending
    fields.push({ path: pathOf(field), descending: descending.right })
  }
  return E.right({ order: fields, descending: whole.right })
}

/** The same order in the other direction. */
export const reversed = ({ order, descending }: CheckedOrder): CheckedOrder => ({
  order: order.map((field) => ({ ...field, descending: !field.descending })),
  descending: !descending,
})

/** A mark that distinguishes the places of different orders. Directions do not count. */
const markOf = (order: ReadonlyArray<FieldOrder>): string =>
  hashOf(JSON.stringify(order.map(({ path }) => path)))
    .toString(16)
    .padStart(8, '0')

/**
 * The place of a document in an order, as a text: its key, or a mark of the order, the sort keys of the fields, and the
 * key. It is the place at the time of the read, so the next page begins there even when the document has changed or is
 * deleted.
 */
export const placeOf = ({ key, data }: HandlerDocument, order: ReadonlyArray<FieldOrder>): string =>
  order.length === 0
    ? key
    : [markOf(order), ...order.map(({ path }) => SortKey.of(SortKey.fieldAt(data, path))), key].join('.')

/** The end of a page as a query of documents has it. */
export type PageBegin = Pick<DocumentQuery, 'after' | 'afterFields'>

/** Reads a place of an order: any key, or a result of `placeOf` for the same fields. */
export const readPlace = (what: string, place: string, order: ReadonlyArray<FieldOrder>): Checked<PageBegin> => {
  if (order.length === 0) return E.right({ after: place })
  const wrong = 'is no place of this order: take the first or the last of a page that has the same order'
  if (typeof place !== 'string') return rejectInput(what, wrong)
  const [mark, ...parts] = place.split('.')
  const afterFields = parts.slice(0, order.length)
  const isPlace = mark === markOf(order) && parts.length > order.length && afterFields.every((one) => hex.test(one))
  return isPlace ? E.right({ after: parts.slice(order.length).join('.'), afterFields }) : rejectInput(what, wrong)
}

const hex = /^(?:[0-9a-f]{2}){1,251}$/
