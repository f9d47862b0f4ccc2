import type { CommitOutcome, DocumentChange, HandlerCommit } from '@foldlog/core/store'
import { historyUuid } from '../encoding/historyUuid.ts'

/** Encodes a change for foldlog.commit_handlers; see there. */
const changeRow = ({ kind, key, data, due }: DocumentChange) =>
  data === undefined ? [kind, key] : [kind, key, data, due?.getTime() ?? null]

const commitRow = ({
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
  changes,
  sourcePosition,
}: HandlerCommit) => [
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
  changes.map(changeRow),
  ...(sourcePosition === undefined ? [] : [sourcePosition.position, historyUuid(sourcePosition.history)]),
]

/** Encodes commits for foldlog.commit_handlers. */
export const commitsJson = (commits: ReadonlyArray<HandlerCommit>): string => JSON.stringify(commits.map(commitRow))

/** The result of foldlog.commit_handlers for one commit; see there. */
export type CommitVerdict = 'new' | 'repeated' | 'fenced' | 'rewound'

/** Decodes the answer of foldlog.commit_handlers, which wrote this text. */
export const decodeVerdicts = (row: string | undefined): ReadonlyArray<CommitVerdict> =>
  JSON.parse(row ?? '[]') as ReadonlyArray<CommitVerdict>

export const toCommitOutcome = (verdict: CommitVerdict = 'fenced'): CommitOutcome =>
  verdict === 'new' || verdict === 'repeated' ? 'committed' : verdict
