import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../InvalidInput.ts'
import type { Json } from '../Json.ts'
import { Limits } from '../Limits.ts'
import { sizeBound, storedSize } from './storedSize.ts'

// Documents of a handler that one call writes, measured in their stored form. A bound is enough for most calls.

const rule = (limit: number): string =>
  `must have at most ${limit} characters of JSON with every digit of its numbers written out`

const exactSize = (data: Json): number => storedSize(JSON.stringify(data))

/** Checks the size of one document, or of the state of a snapshot. */
export const checkDocumentSize = (what: string, data: Json): Checked<void> => {
  if (sizeBound(data) <= Limits.documentSize) return E.right(undefined)
  const size = exactSize(data)
  return size <= Limits.documentSize
    ? E.right(undefined)
    : rejectInput(what, `${rule(Limits.documentSize)}, has ${size}`)
}

/** The documents that one commit, or one projection of an append, changes. */
export interface ChangedDocuments {
  readonly what: string
  readonly changes: ReadonlyArray<{ readonly data?: Json | undefined }>
}

/** Checks the sizes of all documents that a call writes, each of them and together. */
export const checkDocumentSizes = (what: string, lists: ReadonlyArray<ChangedDocuments>): Checked<void> => {
  let bound = 0
  for (const list of lists) {
    for (const [i, { data }] of list.changes.entries()) {
      if (data === undefined) continue
      const own = sizeBound(data)
      bound += own
      if (own <= Limits.documentSize) continue
      const checked = checkDocumentSize(`${list.what}.changes[${i}].data`, data)
      if (E.isLeft(checked)) return checked
    }
  }
  if (bound <= Limits.commitSize) return E.right(undefined)
  let size = 0
  for (const { changes } of lists) for (const { data } of changes) size += data === undefined ? 0 : exactSize(data)
  return size <= Limits.commitSize ? E.right(undefined) : rejectInput(what, `${rule(Limits.commitSize)}, has ${size}`)
}
