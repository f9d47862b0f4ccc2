import { HandlerInput, type HandlerStore } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { commitsText, outcomeOf, verdictsOf } from './commitText.ts'
import type { HandlerStatements } from './handlerStatements.ts'
import type { Requests } from './Requests.ts'

/** Work that is done. A commit may be sent again: the server knows it by its revision. */
export const commitsOn = ({ send }: Requests, statements: HandlerStatements): Pick<HandlerStore, 'commit'> => ({
  commit: (commits) => async () => {
    const checked = HandlerInput.commits(commits)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.commit, [commitsText(commits)])
    if (E.isLeft(answer)) return answer
    const verdicts = verdictsOf(answer.right.rows[0])
    return E.right(commits.map((_, i) => outcomeOf(verdicts[i])))
  },
})
