import type { AppendError, Appended, HistoryId, VersionConflict, ViewConflict } from '@foldlog/core'
import {
  type CheckedAppend,
  type CheckedStreamCheck,
  eventIdReused,
  rejectInput,
  storeUnavailable,
  streamDeleted,
  versionConflictOf,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { eventIdOf } from '../encoding/uuid.ts'
import { type ConflictRow, decodeBoundary } from './boundaryConflicts.ts'

type ConflictingPart = readonly [part: number, actual: number, rewound: boolean]

/** The result of foldlog.append for one append; see there. */
type AppendVerdict =
  | readonly ['appended', ReadonlyArray<number>]
  | readonly [
      'repeated',
      ReadonlyArray<readonly [first: number, positions: ReadonlyArray<number>, milliseconds: number]>,
    ]
  | readonly ['deleted', part: number]
  | readonly ['conflict', ...ReadonlyArray<ConflictingPart>]
  | readonly ['reused', part: number, id: string]
  | readonly ['stale']
  | readonly ['boundary', ...ReadonlyArray<ConflictRow>]
  | readonly ['foreign', condition: number]
  | readonly ['sibling']

/**
 * The answer to a batch. Without verdicts everything was appended, each append to one stream and at its exact version.
 */
type BatchAnswer = readonly [
  milliseconds: number,
  verdicts: ReadonlyArray<AppendVerdict> | null,
  positions: ReadonlyArray<number>,
  history: HistoryId,
  log?: string,
]

const allAppended = (parts: ReadonlyArray<CheckedAppend>): AppendVerdict => [
  'appended',
  parts.map(({ expected }) => encodeExpectedVersion(expected) + 1),
]

/** The outcome of one append, to one stream or several. */
export type AppendOutcome = E.Either<AppendError | ViewConflict, ReadonlyArray<Appended>>

const unexpectedAnswer = E.left(
  storeUnavailable('the answer of the server does not match the request', false, undefined),
)

const foreignMarker: AppendOutcome = rejectInput('append.conditions', 'must have markers that this store has returned')

const siblingAnswer: AppendOutcome = E.left(
  storeUnavailable('a condition came after other appends in its batch', true, undefined),
)

const viewConflict: AppendOutcome = E.left({ _tag: 'ViewConflict' })

/** The streams of an append in the order of appendJson. */
const streamsOf = (parts: ReadonlyArray<CheckedAppend>): ReadonlyArray<CheckedStreamCheck> => [
  ...parts,
  ...parts.flatMap(({ checks }) => checks),
]

const decodeConflicts = (
  parts: ReadonlyArray<CheckedAppend>,
  conflicts: ReadonlyArray<ConflictingPart>,
): VersionConflict | undefined => {
  const streams = streamsOf(parts)
  return versionConflictOf(
    conflicts.flatMap(([index, actual, rewound]) => {
      const part = streams[index]
      if (part === undefined) return []
      const { stream, expected } = part
      return [{ stream, expected, actual, ...(rewound ? { rewound } : undefined) }]
    }),
  )
}

const decodeRejection = (
  parts: ReadonlyArray<CheckedAppend>,
  verdict: AppendVerdict,
  history: HistoryId,
  log: string | undefined,
): AppendOutcome => {
  if (verdict[0] === 'stale') return viewConflict
  if (verdict[0] === 'conflict') {
    const [, ...conflicts] = verdict
    const conflict = decodeConflicts(parts, conflicts)
    return conflict === undefined ? unexpectedAnswer : E.left(conflict)
  }
  if (verdict[0] === 'boundary') {
    const [, ...rows] = verdict
    return E.left(decodeBoundary(parts, rows, history, log))
  }
  if (verdict[0] === 'foreign') return foreignMarker
  if (verdict[0] === 'sibling') return siblingAnswer
  const [tag, index, id] = verdict
  const part = typeof index === 'number' ? streamsOf(parts)[index] : undefined
  if (part === undefined) return unexpectedAnswer
  if (tag === 'deleted') return E.left(streamDeleted(part.stream))
  return tag === 'reused' ? E.left(eventIdReused(part.stream, eventIdOf(id))) : unexpectedAnswer
}

const toAppended = (
  { stream, events, conditions }: CheckedAppend,
  firstVersion: number,
  positions: ReadonlyArray<number>,
  milliseconds: number,
  repeated: boolean,
  history: HistoryId,
  log?: { readonly last: number; readonly id: string },
): Appended => ({
  ...(conditions.length === 0 || log === undefined
    ? undefined
    : {
        // The append holds the keys of its conditions. So nothing that meets them is in flight, and what will meet them
        // draws a later position.
        markers: conditions.map(() => ({ log: log.id, history, settled: log.last, seen: [] })),
      }),
  stream,
  firstVersion,
  version: firstVersion + events.length - 1,
  positions,
  recordedAt: new Date(milliseconds),
  repeated,
  history,
})

/** Decodes the answer of foldlog.append to a batch: one outcome for each append, in order. */
export const decodeResults = (
  batch: ReadonlyArray<ReadonlyArray<CheckedAppend>>,
  text: string | undefined,
): ReadonlyArray<AppendOutcome> => {
  // The text was written by foldlog.append of this package's own migrations.
  const [milliseconds, verdicts, positions, history, log] = JSON.parse(text ?? '[0,[],[],""]') as BatchAnswer
  let offset = 0
  return batch.map((parts, i): AppendOutcome => {
    const verdict = verdicts === null ? allAppended(parts) : verdicts[i]
    if (verdict === undefined) return unexpectedAnswer
    if (verdict[0] === 'appended') {
      const end = offset + parts.reduce((sum, part) => sum + part.events.length, 0)
      return E.right(
        parts.map((part, j) => {
          const from = offset
          offset += part.events.length
          const marked = log === undefined ? undefined : { id: log, last: positions[end - 1] ?? 0 }
          return toAppended(
            part,
            verdict[1][j] ?? 0,
            positions.slice(from, offset),
            milliseconds,
            false,
            history,
            marked,
          )
        }),
      )
    }
    if (verdict[0] !== 'repeated') return decodeRejection(parts, verdict, history, log)
    const firstResults = verdict[1]
    return E.right(
      parts.map((part, j) => {
        const [first, where, when] = firstResults[j] ?? [0, [], 0]
        return toAppended(part, first, where, when, true, history)
      }),
    )
  })
}
