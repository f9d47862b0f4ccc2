import { type DocumentChange, type HandlerCommit, HandlerInput, type HandlerStore } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerStatements } from './handlerStatements.ts'
import type { Requests } from './Requests.ts'

/** As foldlog.commit_handlers takes them; see there. */
const changeOf = ({ kind, key, data, due }: DocumentChange) =>
  data === undefined ? [kind, key] : [kind, key, data, due?.getTime() ?? null]

const commitOf = ({ name, generation, partition, epoch, revision, position, changes }: HandlerCommit) => [
  name,
  generation,
  partition,
  epoch,
  revision,
  position,
  changes.map(changeOf),
]

/** Work that is done. A commit may be sent again: the server knows it by its revision. */
export const commitsOn = ({ send }: Requests, statements: HandlerStatements): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () => {
    const checked = HandlerInput.commits(commits)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.commit, [JSON.stringify(commits.map(commitOf))])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.commit_handlers.
    const committed = JSON.parse(answer.right.rows[0] ?? '[]') as ReadonlyArray<boolean>
    return E.right(commits.map((_, i) => (committed[i] === true ? 'committed' : 'fenced')))
  },
})
