import type { CommitOutcome, DocumentChange, HandlerCommit } from '@foldlog/core'
import { historyText } from './historyText.ts'

/** As foldlog.commit_handlers takes them; see there. */
const changeOf = ({ kind, key, data, due }: DocumentChange) =>
  data === undefined ? [kind, key] : [kind, key, data, due?.getTime() ?? null]

const commitOf = ({ name, generation, partition, epoch, revision, position, changes, reach }: HandlerCommit) => [
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
  changes.map(changeOf),
  ...(reach === undefined ? [] : [reach.position, historyText(reach.history)]),
]

/** Commits as foldlog.commit_handlers takes them. */
export const commitsText = (commits: ReadonlyArray<HandlerCommit>): string => JSON.stringify(commits.map(commitOf))

/** What foldlog.commit_handlers says of one commit; see there. */
export type CommitVerdict = 'new' | 'repeated' | 'fenced' | 'rewound'

/** The answer of foldlog.commit_handlers, which wrote it. */
export const verdictsOf = (row: string | undefined): ReadonlyArray<CommitVerdict> =>
  JSON.parse(row ?? '[]') as ReadonlyArray<CommitVerdict>

export const outcomeOf = (verdict: CommitVerdict = 'fenced'): CommitOutcome =>
  verdict === 'new' || verdict === 'repeated' ? 'committed' : verdict
