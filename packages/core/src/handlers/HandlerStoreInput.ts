import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { checkDocumentSizes } from '../values/internal/documentSizes.ts'
import { format } from '../values/internal/format.ts'
import { checkInput, integer, list } from '../values/internal/inputCodecs.ts'
import { Limits } from '../values/Limits.ts'
import type { SetBack } from './HandlerCheckpoints.ts'
import type { HandlerCommit } from './HandlerCommit.ts'
import type { DocumentFilter, DocumentQuery } from './HandlerDocument.ts'
import type { HandlerRef } from './HandlerRef.ts'
import type { HandlerRegistration } from './HandlerRegistration.ts'
import { firstRepeated } from './internal/firstRepeated.ts'
import * as codecs from './internal/handlerCodecs.ts'
import type { Heartbeat, Lease } from './Lease.ts'
import type { ViewIndex } from './ViewIndex.ts'

/** The check of an argument; `what` names it in the error. */
const check = <A>(what: string, codec: t.Decoder<unknown, unknown>): ((input: A) => Checked<void>) =>
  F.flow(
    checkInput(what)(codec),
    E.map(() => undefined),
  )

/** The check of the list of one call: its length, and each of its elements. */
const checkList = <A>(what: string, codec: t.Mixed): ((input: ReadonlyArray<A>) => Checked<void>) =>
  check(what, list(codec, { max: Limits.pageSize }))

/**
 * Checks the identity of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const ref = check<HandlerRef>('handler', codecs.handlerRef)

/**
 * Checks the registration of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const registration = check<HandlerRegistration>('handler', codecs.registration)

/**
 * Checks the heartbeats of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const heartbeats = checkList<Heartbeat>('heartbeats', codecs.heartbeat)

/**
 * Checks the leases of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const leases = checkList<Lease>('leases', codecs.lease)

/**
 * Checks the names of handlers of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const names = checkList<string>('names', codecs.handlerName)

/**
 * Checks the name of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const name = check<string>('name', codecs.handlerName)

/**
 * Checks the new name of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const newName = check<string>('newName', codecs.handlerName)

/**
 * Checks the positions of events of one call.
 *
 * @category for store authors
 * @since 0.1.0
 */
const positions = checkList<number>('positions', integer(0))

/**
 * Checks a list of partitions.
 *
 * @category for store authors
 * @since 0.1.0
 */
const partitions = check<ReadonlyArray<number>>('partitions', codecs.partitions)

/**
 * Checks a reset of checkpoints.
 *
 * @category for store authors
 * @since 0.1.0
 */
const resetCheckpoints = check<SetBack>('handler', codecs.checkpointReset)

/**
 * Checks keys of documents.
 *
 * @category for store authors
 * @since 0.1.0
 */
const keys = check<ReadonlyArray<string>>('keys', codecs.documentKeys)

/**
 * Checks the action that is requested for a document.
 *
 * @category for store authors
 * @since 0.1.0
 */
const action = check<string>('requestedAction', codecs.action)

/**
 * Checks the indexes of the views of a handler.
 *
 * @category for store authors
 * @since 0.1.0
 */
const indexes = check<ReadonlyArray<ViewIndex>>('indexes', codecs.indexes)

/**
 * A {@link DocumentQuery} with its `count` of documents filled in.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedDocumentQuery extends DocumentQuery {
  readonly count: number
}

/**
 * Checks a filter of documents.
 *
 * @category for store authors
 * @since 0.1.0
 */
const filter = check<DocumentFilter>('query', codecs.documentFilter)

/**
 * Checks a query for documents and fills in the default. A page that begins after a document names all of its fields.
 *
 * @category for store authors
 * @since 0.1.0
 */
const query = (input: DocumentQuery): Checked<CheckedDocumentQuery> =>
  F.pipe(
    checkInput('query')(codecs.documentQuery)(input),
    E.chain(({ count = Limits.defaultPageSize, after, afterFields = [], order = [] }) =>
      afterFields.length === (after === undefined ? 0 : order.length)
        ? E.right({ ...input, count })
        : rejectInput(
            'query.afterFields',
            'must have the sort key of each field of the order, beside the key in after',
          ),
    ),
  )

const commitIn = (what: string) => {
  const checkCommit = check<HandlerCommit>(what, codecs.commit)
  return (work: HandlerCommit): Checked<void> => {
    const checked = checkCommit(work)
    if (E.isLeft(checked)) return checked
    const repeated = firstRepeated(work.changes, ({ kind, key }) => `${kind}\n${key}`)
    const change = work.changes[repeated]
    return change === undefined
      ? checked
      : rejectInput(`${what}.changes[${repeated}]`, `is the second change of the ${change.kind} ${format(change.key)}`)
  }
}

/**
 * Checks a commit. It may contain a document once.
 *
 * @category for store authors
 * @since 0.1.0
 */
const commit = (work: HandlerCommit): Checked<void> =>
  F.pipe(
    commitIn('commit')(work),
    E.chain(() => checkDocumentSizes('commit', [{ what: 'commit', changes: work.changes }])),
  )

const anyList = checkList<HandlerCommit>('commits', t.unknown)

/**
 * Checks the commits of one call. It may contain each partition once: of two successive commits of a partition, the
 * first could not be distinguished from other work when the call is sent again.
 *
 * @category for store authors
 * @since 0.1.0
 */
const commits = (input: ReadonlyArray<HandlerCommit>): Checked<void> => {
  const sized = anyList(input)
  if (E.isLeft(sized)) return sized
  for (const [i, one] of input.entries()) {
    const checked = commitIn(`commits[${i}]`)(one)
    if (E.isLeft(checked)) return checked
  }
  const sizes = checkDocumentSizes(
    'commits',
    input.map(({ changes }, i) => ({ what: `commits[${i}]`, changes })),
  )
  if (E.isLeft(sizes)) return sizes
  const repeated = firstRepeated(input, ({ name, generation, partition }) => `${name}\n${generation}\n${partition}`)
  const work = input[repeated]
  return work === undefined
    ? E.right(undefined)
    : rejectInput(
        `commits[${repeated}]`,
        `is the second commit for partition ${work.partition} of ${format(work.name)}`,
      )
}

/**
 * The checks that every {@link HandlerStore} makes first, so that all reject the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerStoreInput = {
  ref,
  registration,
  heartbeats,
  commit,
  commits,
  leases,
  names,
  name,
  newName,
  positions,
  resetCheckpoints,
  partitions,
  indexes,
  filter,
  query,
  keys,
  action,
} as const
