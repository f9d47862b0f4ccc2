import {
  type AppendError,
  type Appended,
  type CheckedAppend,
  eventIdReused,
  type HistoryId,
  rewoundConflict,
  storeUnavailable,
  streamDeleted,
  type ViewsStale,
  versionConflict,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectedNumber } from './appendText.ts'
import { eventIdOf } from './uuid.ts'

/** What foldlog.append says of one append; see there. */
type Verdict =
  | readonly ['appended', ReadonlyArray<number>]
  | readonly [
      'repeated',
      ReadonlyArray<readonly [first: number, positions: ReadonlyArray<number>, milliseconds: number]>,
    ]
  | readonly ['deleted', part: number]
  | readonly ['conflict', part: number, actual: number]
  | readonly ['reused', part: number, id: string]
  | readonly ['rewound', part: number, actual: number]
  | readonly ['stale']

/** Without verdicts everything was appended, each append to one stream and at its exact version. */
type Answer = readonly [
  milliseconds: number,
  verdicts: ReadonlyArray<Verdict> | null,
  positions: ReadonlyArray<number>,
  history: HistoryId,
]

const plain = (parts: ReadonlyArray<CheckedAppend>): Verdict => [
  'appended',
  parts.map(({ expected }) => expectedNumber(expected) + 1),
]

/** What one append, to one stream or several, ends with. */
export type Outcome = E.Either<AppendError | ViewsStale, ReadonlyArray<Appended>>

const misfit = E.left(storeUnavailable('the answer of the server does not fit what was sent', false, undefined))

const stale: Outcome = E.left({ _tag: 'ViewsStale' })

const refusal = (parts: ReadonlyArray<CheckedAppend>, verdict: Verdict): Outcome => {
  if (verdict[0] === 'stale') return stale
  const [tag, index, fact] = verdict
  const part = typeof index === 'number' ? parts[index] : undefined
  if (part === undefined) return misfit
  if (tag === 'deleted') return E.left(streamDeleted(part.stream))
  if (tag === 'conflict') return E.left(versionConflict(part.stream, part.expected, fact))
  if (tag === 'rewound') return E.left(rewoundConflict(part.stream, part.expected, fact))
  return tag === 'reused' ? E.left(eventIdReused(part.stream, eventIdOf(fact))) : misfit
}

const appended = (
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

/** Reads the answer of foldlog.append to a batch: one outcome for each append, in order. */
export const outcomesOf = (
  batch: ReadonlyArray<ReadonlyArray<CheckedAppend>>,
  text: string | undefined,
): ReadonlyArray<Outcome> => {
  // foldlog.append of this package's own migrations wrote it.
  const [milliseconds, verdicts, positions, history] = JSON.parse(text ?? '[0,[],[],""]') as Answer
  let drawn = 0
  return batch.map((parts, i): Outcome => {
    const verdict = verdicts === null ? plain(parts) : verdicts[i]
    if (verdict === undefined) return misfit
    if (verdict[0] === 'appended') {
      return E.right(
        parts.map((part, j) => {
          const from = drawn
          drawn += part.events.length
          return appended(part, verdict[1][j] ?? 0, positions.slice(from, drawn), milliseconds, false, history)
        }),
      )
    }
    if (verdict[0] !== 'repeated') return refusal(parts, verdict)
    const repeats = verdict[1]
    return E.right(
      parts.map((part, j) => {
        const [first, where, when] = repeats[j] ?? [0, [], 0]
        return appended(part, first, where, when, true, history)
      }),
    )
  })
}
