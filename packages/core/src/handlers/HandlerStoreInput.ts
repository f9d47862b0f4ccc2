import { either as E, function as F } from 'fp-ts'
import { LogPosition } from '../store/LogPosition.ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import { nameProblem, textProblem } from '../values/internal/textRules.ts'
import { Json } from '../values/Json.ts'
import { Limits } from '../values/Limits.ts'
import type { DocumentChange, DocumentKind, DocumentQuery } from './HandlerDocument.ts'
import type { HandlerRef, PartitionRef } from './HandlerRef.ts'
import type { HandlerCommit, HandlerRegistration, PartitionRevision, SetBack } from './HandlerStore.ts'
import type { Heartbeat, Lease } from './Lease.ts'

type Checked<A> = E.Either<InvalidInput, A>

const kinds: ReadonlySet<string> = new Set<DocumentKind>([
  'view',
  'process',
  'command',
  'timer',
  'parked',
  'stop',
  'gaps',
])

const ok: Checked<void> = E.right(undefined)

const all = (...checks: ReadonlyArray<() => Checked<unknown>>): Checked<void> => {
  for (const check of checks) {
    const checked = check()
    if (E.isLeft(checked)) return checked
  }
  return ok
}

const object = (what: string, value: unknown): Checked<void> =>
  typeof value === 'object' && value !== null ? ok : rejectInput(what, `must be an object, is ${format(value)}`)

const array = (what: string, value: unknown, max: number): Checked<void> =>
  Array.isArray(value) && value.length <= max ? ok : rejectInput(what, `must be an array of at most ${max}`)

const integer = (what: string, value: unknown, min: number, max: number): Checked<void> =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
    ? ok
    : rejectInput(what, `must be an integer from ${min} to ${max}, is ${format(value)}`)

const text = (what: string, value: unknown, max: number): Checked<void> => {
  if (typeof value !== 'string') return rejectInput(what, `must be a string, is ${format(value)}`)
  const problem = nameProblem(value, max)
  return problem === undefined ? ok : rejectInput(what, problem)
}

/** Allows control characters: the application chooses the keys of its handlers. */
const keyText = (what: string, value: unknown): Checked<void> => {
  if (typeof value !== 'string') return rejectInput(what, `must be a string, is ${format(value)}`)
  if (value.length === 0 || value.length > Limits.documentKey) {
    return rejectInput(what, `must have 1 to ${Limits.documentKey} characters, has ${value.length}`)
  }
  const problem = textProblem(value)
  return problem === undefined ? ok : rejectInput(what, problem)
}

const name = (value: unknown) => text('handler name', value, Limits.handlerName)

const generation = (value: unknown) => integer('generation', value, 1, 2_147_483_647)

const kind = (value: unknown): Checked<void> =>
  typeof value === 'string' && kinds.has(value) ? ok : rejectInput('kind', `must be one of ${[...kinds].join(', ')}`)

const time = (what: string, value: Date): Checked<void> =>
  Object.prototype.toString.call(value) === '[object Date]' && Number.isSafeInteger(value.getTime())
    ? ok
    : rejectInput(what, 'must be a date')

/**
 * Checks the identity of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const ref = (handler: HandlerRef): Checked<void> =>
  all(
    () => object('handler', handler),
    () => name(handler.name),
    () => generation(handler.generation),
  )

const partitionRef = (of: PartitionRef): Checked<void> =>
  all(
    () => ref(of),
    () => integer('partition', of.partition, 0, Limits.partitions - 1),
  )

/**
 * Checks the registration of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const registration = (handler: HandlerRegistration): Checked<void> =>
  all(
    () => ref(handler),
    () => integer('partitions', handler.partitions, 1, Limits.partitions),
    () => integer('start', handler.start, 0, Number.MAX_SAFE_INTEGER),
  )

/**
 * Checks a heartbeat.
 *
 * @category for store authors
 * @since 0.1.0
 */
const heartbeat = (input: Heartbeat): Checked<void> =>
  all(
    () => ref(input),
    () => text('member', input.member, Limits.handlerName),
    () => integer('leaseTime', input.leaseTime, 1, 86_400_000),
    () => integer('capacity', input.capacity, 0, Limits.partitions),
    () => Json.check('report')(input.report),
  )

const change = (one: DocumentChange, what: string): Checked<void> =>
  all(
    () => object(what, one),
    () => kind(one.kind),
    () => keyText(`${what}.key`, one.key),
    () => (one.data === undefined ? ok : Json.check(`${what}.data`)(one.data)),
    () => (one.due === undefined ? ok : time(`${what}.due`, one.due)),
  )

/**
 * Checks a commit. It may contain a document once.
 *
 * @category for store authors
 * @since 0.1.0
 */
const commit = (work: HandlerCommit): Checked<void> => {
  const seen = new Set<string>()
  const checked = all(
    () => partitionRef(work),
    () => integer('epoch', work.epoch, 1, Number.MAX_SAFE_INTEGER),
    () => integer('revision', work.revision, 0, Number.MAX_SAFE_INTEGER),
    () => integer('position', work.position, 0, Number.MAX_SAFE_INTEGER),
    () => array('changes', work.changes, Limits.changesPerCommit),
    () => (work.sourcePosition === undefined ? ok : LogPosition.check(work.sourcePosition)),
  )
  if (E.isLeft(checked)) return checked
  for (const [i, one] of work.changes.entries()) {
    const fine = change(one, `changes[${i}]`)
    if (E.isLeft(fine)) return fine
    const id = `${one.kind}\n${one.key}`
    if (seen.has(id)) return rejectInput(`changes[${i}]`, `is the second change of the ${one.kind} ${format(one.key)}`)
    seen.add(id)
  }
  return ok
}

/**
 * Checks a list of partitions.
 *
 * @category for store authors
 * @since 0.1.0
 */
const partitionList = (partitions: unknown): Checked<void> =>
  Array.isArray(partitions) && partitions.every((one) => E.isRight(integer('', one, 0, Limits.partitions - 1)))
    ? ok
    : rejectInput('partitions', `must be an array of integers from 0 to ${Limits.partitions - 1}`)

const scalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)

const where = (fields: unknown): Checked<void> =>
  typeof fields === 'object' && fields !== null && !Array.isArray(fields) && Object.values(fields).every(scalar)
    ? F.pipe(
        Json.check('where')(fields),
        E.map(() => undefined),
      )
    : rejectInput('where', 'must be an object of texts, numbers, booleans and nulls')

/**
 * A {@link DocumentQuery} with its count filled in.
 *
 * @category for store authors
 * @since 0.1.0
 */
export type CheckedDocumentQuery = DocumentQuery & Required<Pick<DocumentQuery, 'count'>>

/**
 * Checks a query for documents and fills in the default.
 *
 * @category for store authors
 * @since 0.1.0
 */
const query = (input: DocumentQuery): Checked<CheckedDocumentQuery> =>
  F.pipe(
    all(
      () => object('query', input),
      () => name(input.name),
      () => (input.generation === undefined ? ok : generation(input.generation)),
      () => kind(input.kind),
      () => (input.partitions === undefined ? ok : partitionList(input.partitions)),
      () => (input.where === undefined ? ok : where(input.where)),
      () => (input.prefix === undefined ? ok : keyText('prefix', input.prefix)),
      () => (input.after === undefined ? ok : keyText('after', input.after)),
    ),
    E.chain(() => checkPageSize(input.count)),
    E.map((count) => ({ ...input, count })),
  )

const partitionRevision = (one: PartitionRevision): Checked<void> =>
  all(
    () => object('partition', one),
    () => generation(one.generation),
    () => integer('partition', one.partition, 0, Limits.partitions - 1),
    () => integer('epoch', one.epoch, 0, Number.MAX_SAFE_INTEGER),
    () => integer('revision', one.revision, 0, Number.MAX_SAFE_INTEGER),
  )

/**
 * Checks a reset of checkpoints.
 *
 * @category for store authors
 * @since 0.1.0
 */
const resetCheckpoints = (input: SetBack): Checked<void> => {
  const checked = all(
    () => object('handler', input),
    () => name(input.name),
    () => integer('position', input.position, 0, Number.MAX_SAFE_INTEGER),
    () => array('partitions', input.partitions, Number.MAX_SAFE_INTEGER),
    () => (input.partitions.length > 0 ? ok : rejectInput('partitions', 'must name at least one')),
  )
  if (E.isLeft(checked)) return checked
  return all(...input.partitions.map((one) => () => partitionRevision(one)))
}

/**
 * Checks keys of documents.
 *
 * @category for store authors
 * @since 0.1.0
 */
const keys = (input: ReadonlyArray<string>): Checked<void> => {
  const checked = array('keys', input, Limits.pageSize)
  if (E.isLeft(checked)) return checked
  return all(...input.map((key, i) => () => keyText(`keys[${i}]`, key)))
}

/**
 * Checks the action that is requested for a document.
 *
 * @category for store authors
 * @since 0.1.0
 */
const action = (input: string): Checked<void> => text('requestedAction', input, 64)

const lease = (input: Lease): Checked<void> =>
  all(
    () => partitionRef(input),
    () => integer('epoch', input.epoch, 1, Number.MAX_SAFE_INTEGER),
  )

/** Checks the list of one call: its length, and each of its elements. */
const listOf =
  <A>(what: string, check: (one: A) => Checked<unknown>) =>
  (input: ReadonlyArray<A>): Checked<void> => {
    const checked = array(what, input, Limits.pageSize)
    if (E.isLeft(checked)) return checked
    return all(...input.map((one) => () => check(one)))
  }

/**
 * Checks the heartbeats of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const heartbeats = listOf('heartbeats', heartbeat)

/**
 * Checks the leases of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const leases = listOf('leases', lease)

/**
 * Checks the names of handlers of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const names = listOf('names', name)

const commitList = listOf('commits', commit)

/**
 * Checks the commits of one call. It may contain each partition once: of two successive commits of a partition, the
 * first could not be distinguished from other work when the call is sent again.
 *
 * @category for store authors
 * @since 0.1.0
 */
const commits = (input: ReadonlyArray<HandlerCommit>): Checked<void> => {
  const checked = commitList(input)
  if (E.isLeft(checked)) return checked
  const seen = new Set<string>()
  for (const [i, { name, generation, partition }] of input.entries()) {
    const id = `${name}\n${generation}\n${partition}`
    if (seen.has(id))
      return rejectInput(`commits[${i}]`, `is the second commit for partition ${partition} of ${format(name)}`)
    seen.add(id)
  }
  return ok
}

/**
 * The checks that every {@link HandlerStore} makes first, so that all refuse the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerStoreInput = {
  ref,
  registration,
  heartbeat,
  heartbeats,
  commit,
  commits,
  leases,
  names,
  resetCheckpoints,
  partitions: partitionList,
  query,
  keys,
  action,
} as const
