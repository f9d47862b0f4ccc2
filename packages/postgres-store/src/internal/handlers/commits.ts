import type { HandlerStore } from '@foldlog/core'
import { HandlerStoreInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { commitsJson, decodeVerdicts, toCommitOutcome } from './commitJson.ts'

/** Commits completed work. A commit may be sent again: the server recognises it by its revision. */
export const commitsOn = ({ query }: RetryingClient, statements: HandlerStatements): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () => {
    const checked = HandlerStoreInput.commits(commits)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.commit, [commitsJson(commits)])
    if (E.isLeft(result)) return result
    const verdicts = decodeVerdicts(result.right.rows[0])
    return E.right(commits.map((_, i) => toCommitOutcome(verdicts[i])))
  },
})
