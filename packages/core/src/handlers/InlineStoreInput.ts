import { either as E } from 'fp-ts'
import { LogPosition } from '../store/LogPosition.ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { Limits } from '../values/Limits.ts'
import type { HandlerRef } from './HandlerRef.ts'
import { HandlerStoreInput } from './HandlerStoreInput.ts'
import type { ProjectionChanges } from './InlineStore.ts'

type Checked = E.Either<InvalidInput, void>

const ok: Checked = E.right(undefined)

const position = (what: string, value: unknown): Checked =>
  value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    ? ok
    : rejectInput(what, 'must be a position, or null')

const changesOf = (one: ProjectionChanges): Checked => {
  const ref = HandlerStoreInput.ref(one)
  if (E.isLeft(ref)) return ref
  const { name, generation, changes } = one
  if (!Array.isArray(changes)) return rejectInput('changes', 'must be an array')
  const history = one.history === undefined ? ok : LogPosition.checkHistory(one.history)
  if (E.isLeft(history)) return history
  // A view is a document, so the rules for documents in a commit apply to it.
  const work = { name, generation, partition: 0, epoch: 1, revision: 0, position: 0 }
  const documents = changes.map((change) =>
    typeof change === 'object' && change !== null ? { ...change, kind: 'view' as const } : change,
  )
  const checked = HandlerStoreInput.commit({ ...work, changes: documents })
  if (E.isLeft(checked)) return checked
  for (const [i, change] of one.changes.entries()) {
    const expected = position(`changes[${i}].expectedPosition`, change.expectedPosition)
    if (E.isLeft(expected)) return expected
    const partitions = HandlerStoreInput.partitions([change.partition])
    if (E.isLeft(partitions)) return partitions
  }
  return ok
}

/**
 * Checks the views of an append. They may contain each projection once, and each view of it once.
 *
 * @category for store authors
 * @since 0.1.0
 */
const views = (input: ReadonlyArray<ProjectionChanges>): Checked => {
  if (!Array.isArray(input) || input.length > Limits.pageSize) {
    return rejectInput('views', `must be an array of at most ${Limits.pageSize}`)
  }
  const seen = new Set<string>()
  for (const [i, one] of input.entries()) {
    const checked = changesOf(one)
    if (E.isLeft(checked)) return checked
    if (seen.has(one.name)) return rejectInput(`views[${i}]`, `is the second entry for ${JSON.stringify(one.name)}`)
    seen.add(one.name)
  }
  return ok
}

const categories = (input: ReadonlyArray<string>): Checked =>
  Array.isArray(input) &&
  input.length > 0 &&
  input.every((one) => typeof one === 'string' && /^[^-\0\p{Surrogate}]+$/u.test(one))
    ? ok
    : rejectInput('categories', 'must be a non-empty array of categories')

/**
 * Checks the opening of a projection.
 *
 * @category for store authors
 * @since 0.1.0
 */
const opening = (handler: HandlerRef, of: ReadonlyArray<string>): Checked => {
  const ref = HandlerStoreInput.ref(handler)
  return E.isLeft(ref) ? ref : categories(of)
}

/**
 * Checks a pause of appends.
 *
 * @category for store authors
 * @since 0.1.0
 */
const pause = (name: string, of: ReadonlyArray<string>, milliseconds: number): Checked => {
  const checked = HandlerStoreInput.names([name])
  if (E.isLeft(checked)) return checked
  const fine = categories(of)
  if (E.isLeft(fine)) return fine
  return Number.isSafeInteger(milliseconds) && milliseconds >= 1 && milliseconds <= 60_000
    ? ok
    : rejectInput('milliseconds', 'must be an integer from 1 to 60,000')
}

/**
 * The checks that every {@link InlineStore} makes first, so that all refuse the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const InlineStoreInput = { views, opening, pause } as const
