import type { InlineStore } from '@foldlog/core'
import {
  CheckedAppend,
  HandlerStoreInput,
  InlineStoreInput,
  type ProjectionChanges,
  rejectInput,
  type ViewChange,
} from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { boundaries } from '../encoding/boundaries.ts'
import { historyUuid } from '../encoding/historyUuid.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import type { AppendOutcome } from './appendResults.ts'

export interface InlineOptions {
  readonly append: (parts: ReadonlyArray<CheckedAppend>, views: string) => Promise<AppendOutcome>
  readonly client: RetryingClient
  readonly statements: HandlerStatements
}

const changeRow = ({ key, expectedPosition, partition, data }: ViewChange) =>
  data === undefined ? [key, expectedPosition, partition] : [key, expectedPosition, partition, data]

/** Encodes views for foldlog.lock_views; see there. */
const viewsJson = (views: ReadonlyArray<ProjectionChanges>): string =>
  JSON.stringify(
    views.map(({ name, generation, changes, history }) => [
      name,
      generation,
      changes.map(changeRow),
      ...(history === undefined ? [] : [historyUuid(history)]),
    ]),
  )

/**
 * The inline store. Appends with views are sent in the same batches as all appends. Opening and ending may be sent
 * twice: the second time changes nothing.
 */
export const inlineOn = ({ append, client: { query }, statements }: InlineOptions): InlineStore => ({
  appendWithViews: (appends, views) => async () => {
    const checked = CheckedAppend.check(appends, boundaries)
    if (E.isLeft(checked)) return checked
    const checkedViews = InlineStoreInput.views(views)
    return E.isLeft(checkedViews) ? checkedViews : append(checked.right, viewsJson(views))
  },

  inlineProjections: async () => {
    const result = await query(statements.inlineProjections, [])
    if (E.isLeft(result)) return result
    // Written by foldlog.list_inline_projections.
    const rows = JSON.parse(result.right.rows[0] ?? '[]') as ReadonlyArray<
      readonly [name: string, generation: number, partitions: number, categories: ReadonlyArray<string>]
    >
    return E.right(
      rows.map(([name, generation, partitions, categories]) => ({ name, generation, partitions, categories })),
    )
  },

  pauseAppends: (name, categories, milliseconds) => async () => {
    const checked = InlineStoreInput.pause(name, categories, milliseconds)
    if (E.isLeft(checked)) return checked
    const result = await query(statements.pauseAppends, [name, JSON.stringify(categories), `${milliseconds}`])
    if (E.isLeft(result)) return result
    return result.right.rows[0] === 'true' ? E.right(undefined) : rejectInput('name', 'is not a registered handler')
  },

  openInline: (ref, categories) => async () => {
    const checked = InlineStoreInput.opening(ref, categories)
    if (E.isLeft(checked)) return checked
    const { name, generation } = ref
    const result = await query(statements.openInline, [name, `${generation}`, JSON.stringify(categories)])
    if (E.isLeft(result)) return result
    const [verdict] = result.right.rows
    if (verdict === 'true' || verdict === 'false') return E.right(verdict === 'true')
    if (verdict === 'rollback') return rejectInput('handler', 'waits for a requested rollback')
    return verdict === 'older'
      ? rejectInput('handler', 'is older than the serving generation, or was made from lost events')
      : rejectInput('handler', `there is no generation ${generation} of ${JSON.stringify(name)}`)
  },

  endInline: (name) => async () => {
    const checked = HandlerStoreInput.names([name])
    if (E.isLeft(checked)) return checked
    const result = await query(statements.endInline, [name])
    return E.isLeft(result) ? result : E.right(result.right.rows[0] === 'true')
  },
})
