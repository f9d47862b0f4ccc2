import type { CommitOutcome, DocumentChange, HandlerCommit } from '@foldlog/core'
import { historyUuid } from '../encoding/historyUuid.ts'

/** As foldlog.commit_handlers takes them; see there. */
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

/** Commits as foldlog.commit_handlers takes them. */
export const commitsJson = (commits: ReadonlyArray<HandlerCommit>): string => JSON.stringify(commits.map(commitRow))

/** What foldlog.commit_handlers says of one commit; see there. */
export type CommitVerdict = 'new' | 'repeated' | 'fenced' | 'rewound'

/** The answer of foldlog.commit_handlers, which wrote it. */
export const decodeVerdicts = (row: string | undefined): ReadonlyArray<CommitVerdict> =>
  JSON.parse(row ?? '[]') as ReadonlyArray<CommitVerdict>

export const toCommitOutcome = (verdict: CommitVerdict = 'fenced'): CommitOutcome =>
  verdict === 'new' || verdict === 'repeated' ? 'committed' : verdict
