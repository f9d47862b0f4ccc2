import type { CheckedAppend, CheckedEvent } from '@foldlog/core/store'
import type { StatementParameters } from '../client/StatementRunner.ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { pgArray, quoteAny } from '../encoding/pgArray.ts'
import { hasBoundary } from './AppendBoundary.ts'
import type { AppendRequest } from './AppendRequest.ts'
import { batchColumns, eventParameters } from './appendColumns.ts'
import { conditionsJson } from './appendJson.ts'

const haveOne = (values: ReadonlyArray<string | null>): boolean => values.every((value) => value === values[0])

/**
 * The appends of a batch, when foldlog.append_tagged may store it: each is to one stream, to which no other append of
 * the batch is, at an exact version or any; it has neither checks nor views, and no condition without tags. All
 * versions, and all markers, are of one history.
 */
export const taggedAppends = (batch: ReadonlyArray<AppendRequest>): ReadonlyArray<CheckedAppend> | undefined => {
  const appends: Array<CheckedAppend> = []
  const streams = new Set<string>()
  for (const { parts, views } of batch) {
    const [append, other] = parts
    if (append === undefined || other !== undefined || views !== undefined) return undefined
    const { stream, expected, checks, conditions } = append
    if (checks.length > 0 || encodeExpectedVersion(expected) < -1 || streams.has(stream)) return undefined
    if (conditions.some(({ query }) => query.some(({ tags }) => tags.length === 0))) return undefined
    streams.add(stream)
    appends.push(append)
  }
  const markers = appends.flatMap(({ conditions }) => conditions.flatMap(({ marker }) => marker ?? []))
  return hasBoundary(appends) &&
    haveOne(appends.map(({ history }) => history)) &&
    haveOne(markers.map(({ history }) => history)) &&
    haveOne(markers.map(({ log }) => log))
    ? appends
    : undefined
}

/** The first tag of an item of a condition. An event that meets the item has it. */
interface Guard {
  readonly tag: string
  /** The number of the append in its batch, from 1. */
  readonly append: number
  readonly settled: number
}

const guardsOf = ({ conditions }: CheckedAppend, i: number): ReadonlyArray<Guard> =>
  conditions.flatMap(({ query, marker }) =>
    query.flatMap(({ tags: [tag] }) =>
      tag === undefined ? [] : [{ tag, append: i + 1, settled: marker?.settled ?? 0 }],
    ),
  )

/** Encodes the conditions of such appends, all but their JSON. */
const conditionColumns = (appends: ReadonlyArray<CheckedAppend>) => {
  const guards = appends.flatMap(guardsOf)
  const marker = appends.flatMap(({ conditions }) => conditions.flatMap((one) => one.marker ?? []))[0]
  return {
    tags: pgArray(guards.map(({ tag }) => quoteAny(tag))),
    appends: pgArray(guards.map(({ append }) => append)),
    positions: pgArray(guards.map(({ settled }) => settled)),
    marker: [historyUuidOrNull(marker?.log), historyUuidOrNull(marker?.history)],
  }
}

/** Encodes such appends: the columns of foldlog.append_batch, then tags and conditions. */
export const taggedColumns = (appends: ReadonlyArray<CheckedAppend>): StatementParameters => {
  const tags = appends.flatMap(({ events }) => events.map((event) => event.tags ?? []))
  let end = 0
  const ends = tags.map(({ length }) => {
    end += length
    return end
  })
  const guards = conditionColumns(appends)
  return [
    ...batchColumns(appends),
    pgArray(tags.flat().map(quoteAny)),
    pgArray(ends),
    guards.tags,
    guards.appends,
    guards.positions,
    ...guards.marker,
    `[${appends.map((append) => conditionsJson([append])).join(',')}]`,
  ]
}

/** Encodes such an append of this one event for foldlog.append_tagged_event. */
export const taggedEventParameters = (append: CheckedAppend, event: CheckedEvent): StatementParameters => {
  const guards = conditionColumns([append])
  return [
    ...eventParameters(append, event),
    pgArray((event.tags ?? []).map(quoteAny)),
    guards.tags,
    guards.positions,
    ...guards.marker,
    `[${conditionsJson([append])}]`,
  ]
}
