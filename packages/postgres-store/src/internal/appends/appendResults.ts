import type { AppendError, Appended, HistoryId, VersionConflict, ViewConflict } from '@foldlog/core'
import {
  type CheckedAppend,
  type CheckedStreamCheck,
  eventIdReused,
  storeUnavailable,
  streamDeleted,
  versionConflictOf,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { eventIdOf } from '../encoding/uuid.ts'

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

/**
 * The answer to a batch. Without verdicts everything was appended, each append to one stream and at its exact version.
 */
type BatchAnswer = readonly [
  milliseconds: number,
  verdicts: ReadonlyArray<AppendVerdict> | null,
  positions: ReadonlyArray<number>,
  history: HistoryId,
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

const decodeRejection = (parts: ReadonlyArray<CheckedAppend>, verdict: AppendVerdict): AppendOutcome => {
  if (verdict[0] === 'stale') return viewConflict
  if (verdict[0] === 'conflict') {
    const [, ...conflicts] = verdict
    const conflict = decodeConflicts(parts, conflicts)
    return conflict === undefined ? unexpectedAnswer : E.left(conflict)
  }
  const [tag, index, id] = verdict
  const part = typeof index === 'number' ? streamsOf(parts)[index] : undefined
  if (part === undefined) return unexpectedAnswer
  if (tag === 'deleted') return E.left(streamDeleted(part.stream))
  return tag === 'reused' ? E.left(eventIdReused(part.stream, eventIdOf(id))) : unexpectedAnswer
}

const toAppended = (
  { stream, events }: CheckedAppend,
  firstVersion: number,
  positions: ReadonlyArray<number>,
  milliseconds: number,
  repeated: boolean,
  history: HistoryId,
): Appended => ({
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
  const [milliseconds, verdicts, positions, history] = JSON.parse(text ?? '[0,[],[],""]') as BatchAnswer
  let offset = 0
  return batch.map((parts, i): AppendOutcome => {
    const verdict = verdicts === null ? allAppended(parts) : verdicts[i]
    if (verdict === undefined) return unexpectedAnswer
    if (verdict[0] === 'appended') {
      return E.right(
        parts.map((part, j) => {
          const from = offset
          offset += part.events.length
          return toAppended(part, verdict[1][j] ?? 0, positions.slice(from, offset), milliseconds, false, history)
        }),
      )
    }
    if (verdict[0] !== 'repeated') return decodeRejection(parts, verdict)
    const firstResults = verdict[1]
    return E.right(
      parts.map((part, j) => {
        const [first, where, when] = firstResults[j] ?? [0, [], 0]
        return toAppended(part, first, where, when, true, history)
      }),
    )
  })
}
