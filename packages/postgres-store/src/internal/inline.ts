import {
  CheckedAppend,
  HandlerInput,
  InlineInput,
  type InlineStore,
  refuse,
  type ViewChange,
  type ViewsChange,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerStatements } from './handlerStatements.ts'
import { historyText } from './historyText.ts'
import type { Requests } from './Requests.ts'
import type { Outcome } from './verdicts.ts'

export interface InlineOptions {
  readonly append: (parts: ReadonlyArray<CheckedAppend>, views: string) => Promise<Outcome>
  readonly requests: Requests
  readonly statements: HandlerStatements
}

const changeOf = ({ key, basis, partition, data }: ViewChange) =>
  data === undefined ? [key, basis, partition] : [key, basis, partition, data]

/** Views as foldlog.lock_views takes them; see there. */
const viewsText = (views: ReadonlyArray<ViewsChange>): string =>
  JSON.stringify(
    views.map(({ name, generation, changes, history }) => [
      name,
      generation,
      changes.map(changeOf),
      ...(history === undefined ? [] : [historyText(history)]),
    ]),
  )

/** Appends with views. They leave in the batches of all appends. What opens and ends may be sent twice: the second time it changes nothing. */
export const inlineOn = ({ append, requests: { send }, statements }: InlineOptions): InlineStore => ({
  appendWithViews: (appends, views) => async () => {
    const checked = CheckedAppend.check(appends)
    if (E.isLeft(checked)) return checked
    const fine = InlineInput.views(views)
    return E.isLeft(fine) ? fine : append(checked.right, viewsText(views))
  },

  inlineProjections: async () => {
    const answer = await send(statements.inlineProjections, [])
    if (E.isLeft(answer)) return answer
    // Written by foldlog.list_inline.
    const rows = JSON.parse(answer.right.rows[0] ?? '[]') as ReadonlyArray<
      readonly [name: string, generation: number, partitions: number, categories: ReadonlyArray<string>]
    >
    return E.right(
      rows.map(([name, generation, partitions, categories]) => ({ name, generation, partitions, categories })),
    )
  },

  pauseAppends: (name, categories, milliseconds) => async () => {
    const checked = InlineInput.pause(name, categories, milliseconds)
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.pauseAppends, [name, JSON.stringify(categories), `${milliseconds}`])
    if (E.isLeft(answer)) return answer
    return answer.right.rows[0] === 'true' ? E.right(undefined) : refuse('name', 'is no handler that is known')
  },

  openInline: (ref, categories) => async () => {
    const checked = InlineInput.opening(ref, categories)
    if (E.isLeft(checked)) return checked
    const { name, generation } = ref
    const answer = await send(statements.openInline, [name, `${generation}`, JSON.stringify(categories)])
    if (E.isLeft(answer)) return answer
    const [verdict] = answer.right.rows
    if (verdict === 'true' || verdict === 'false') return E.right(verdict === 'true')
    if (verdict === 'rollback') return refuse('handler', 'waits for a rollback that was requested')
    return verdict === 'older'
      ? refuse('handler', 'is older than the generation that serves, or was made from lost events')
      : refuse('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)
  },

  endInline: (name) => async () => {
    const checked = HandlerInput.names([name])
    if (E.isLeft(checked)) return checked
    const answer = await send(statements.endInline, [name])
    return E.isLeft(answer) ? answer : E.right(answer.right.rows[0] === 'true')
  },
})
