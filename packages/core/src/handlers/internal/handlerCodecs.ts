import { either as E } from 'fp-ts'
import { eventId, historyId } from '../../store/internal/storeCodecs.ts'
import { LogFilter } from '../../store/LogFilter.ts'
import { format } from '../../values/internal/format.ts'
import {
  accepted,
  date,
  inputCodec,
  integer,
  json,
  list,
  name,
  nullable,
  object,
  oneOf,
  optional,
  text,
} from '../../values/internal/inputCodecs.ts'
import { documentKeyProblem, textProblem } from '../../values/internal/textRules.ts'
import { Json, type JsonRecord } from '../../values/Json.ts'
import { Limits } from '../../values/Limits.ts'
import type { DocumentKind } from '../HandlerDocument.ts'

const documentKinds: ReadonlyArray<DocumentKind> = [
  'view',
  'process',
  'command',
  'timer',
  'parked',
  'stop',
  'gaps',
  'attempts',
]

export const handlerName = name(Limits.handlerName)

export const partition = integer(0, Limits.partitions - 1)

export const partitions = list(partition)

export const documentKey = text(documentKeyProblem)

export const documentKeys = list(documentKey, { max: Limits.pageSize })

export const action = name(64)

// `integer` of Postgres.
export const generation = integer(1, 2_147_483_647)

const refFields = { name: handlerName, generation }

export const handlerRef = object(refFields)

const partitionRefFields = { ...refFields, partition }

// `check` checks the type itself.
const reads = accepted((value) => LogFilter.check('reads')(value as LogFilter))

const identity = object({ kind: name(64), reads, start: name(64) })

export const registration = object({
  ...refFields,
  partitions: integer(1, Limits.partitions),
  start: integer(0),
  identity: optional(identity),
  replaces: optional(identity),
})

export const heartbeat = object({
  ...refFields,
  member: name(Limits.handlerName),
  // A day, in milliseconds.
  leaseTime: integer(1, 86_400_000),
  capacity: integer(0, Limits.partitions),
  report: json,
})

export const lease = object({ ...partitionRefFields, epoch: integer(1) })

const documentKind = oneOf(documentKinds)

const change = object({ kind: documentKind, key: documentKey, data: optional(json), due: optional(date) })

const logPosition = object({ position: integer(0), history: historyId, id: optional(eventId) })

// Measured on commits of 8 documents each: a check takes 1.7 µs for a document, 1.3 µs of them for its data. Checks
// written by hand take 1.3 µs, and a commit waits for a statement.
export const commit = object({
  ...partitionRefFields,
  epoch: integer(1),
  revision: integer(0),
  position: integer(0),
  changes: list(change, { max: Limits.changesPerCommit }),
  sourcePosition: optional(logPosition),
})

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** A scalar under each name, or an object that has some of these again. */
const wrongField = (value: object): string | undefined => {
  const expected = 'must be an object of texts, numbers, booleans, nulls, and such objects'
  if (Array.isArray(value)) return `${expected}, is ${format(value)}`
  for (const [name, field] of Object.entries(value)) {
    if (isScalar(field)) continue
    if (typeof field !== 'object' || field === null || Object.keys(field).length === 0)
      return `${expected}, has ${format(field)} under ${format(name)}`
    const wrong = wrongField(field)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** The fields that a query compares. */
const where = inputCodec<JsonRecord>((value) => {
  if (typeof value !== 'object' || value === null) return `must be an object, is ${format(value)}`
  // This comes first, because a circle has no end.
  const checked = Json.check('')(value)
  return E.isLeft(checked) ? checked.left.why : wrongField(value)
})

const fieldName = text((value) => {
  const { length } = value
  return length > Limits.fieldName
    ? `must have at most ${Limits.fieldName} characters, has ${length}`
    : textProblem(value)
})

const fieldPath = list(fieldName, { min: 1, max: Limits.fieldPath })

export const indexes = list(list(fieldPath, { min: 1, max: Limits.orderFields }), { max: Limits.indexes })

export const sortKey = text((value) =>
  /^(?:[0-9a-f]{2}){1,256}$/.test(value) ? undefined : `must be a sort key, is ${format(value)}`,
)

const bound = text((value) =>
  value.length === 0 || value.length > Limits.documentKey + 1
    ? `must have 1 to ${Limits.documentKey + 1} characters, has ${value.length}`
    : textProblem(value),
)

const flag = inputCodec<boolean>((value) =>
  typeof value === 'boolean' ? undefined : `must be true or false, is ${format(value)}`,
)

const filterFields = {
  name: handlerName,
  generation: optional(generation),
  kind: documentKind,
  partitions: optional(partitions),
  where: optional(where),
  ranges: optional(list(object({ path: fieldPath, from: sortKey, to: sortKey }), { max: Limits.ranges })),
  prefix: optional(documentKey),
  from: optional(bound),
  to: optional(bound),
}

export const documentFilter = object(filterFields)

export const documentQuery = object({
  ...filterFields,
  order: optional(list(object({ path: fieldPath, descending: optional(flag) }), { max: Limits.orderFields })),
  descending: optional(flag),
  after: optional(documentKey),
  afterFields: optional(list(sortKey, { max: Limits.orderFields })),
  count: optional(integer(1, Limits.pageSize)),
})

export const checkpointReset = object({
  name: handlerName,
  position: integer(0),
  partitions: list(object({ generation, partition, epoch: integer(0), revision: integer(0) }), {
    min: 1,
  }),
})

export const views = list(
  object({
    ...refFields,
    history: optional(historyId),
    // A view is a document, so the rules of documents in a commit apply to it.
    changes: list(
      object({
        key: documentKey,
        data: optional(json),
        partition,
        expectedPosition: nullable(integer(0)),
      }),
      { max: Limits.changesPerCommit },
    ),
  }),
  { max: Limits.pageSize },
)

const category = text((value) =>
  /^[^-\0\p{Surrogate}]+$/u.test(value) ? undefined : `must be a category, is ${format(value)}`,
)

export const categories = list(category, { min: 1 })

/** Milliseconds: at most a minute. */
export const pauseTime = integer(1, 60_000)
