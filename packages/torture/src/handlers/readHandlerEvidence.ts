import { describeError } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { ParkedEvent, Views } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { HandlerEvidence, Note, Parked, StreamCount, Transfer } from '../check/HandlerEvidence.ts'
import { accountCategory } from './account.ts'
import { countingProjection } from './countingProjection.ts'

const pageSize = 1_000

const readCounts = async (store: PostgresStore): Promise<ReadonlyArray<StreamCount>> => {
  const views = Views.make(countingProjection(1), store)
  const counts: Array<StreamCount> = []
  for (let after = ''; ; ) {
    const page = await views.list({ count: pageSize, ...(after === '' ? {} : { after }) })()
    if (E.isLeft(page)) throw new Error(describeError(page.left))
    const [unreadable] = page.right.unreadable
    if (unreadable !== undefined) throw new Error(describeError(unreadable))
    for (const [stream, view] of page.right.views) counts.push({ stream, ...view })
    const { end, last } = page.right
    if (end || last === undefined) return counts
    after = last
  }
}

/** Of all handlers that are known. */
const readParked = async (store: PostgresStore): Promise<ReadonlyArray<Parked>> => {
  const handlers = await store.handlerStatuses()
  if (E.isLeft(handlers)) throw new Error(describeError(handlers.left))
  const all: Array<Parked> = []
  for (const { name } of handlers.right) {
    const parked = await ParkedEvent.list(store, name)()
    if (E.isLeft(parked)) throw new Error(describeError(parked.left))
    for (const { stream, position, why } of parked.right) all.push({ handler: name, stream, position, why })
  }
  return all
}

/**
 * The work of quiescent handlers: views from the store, tables by plain SQL.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readHandlerEvidence = async (
  sql: postgres.Sql,
  store: PostgresStore,
  schema: string,
): Promise<Omit<HandlerEvidence, 'samples' | 'losses' | 'restarts' | 'leaseTime'>> => ({
  counts: await readCounts(store),
  parked: await readParked(store),
  notes: await sql<Array<Note>>`
    select stream, version::float8 as version, position::float8 as position from ${sql(schema)}.torture_notes order by place`,
  transfers: await sql<Array<Transfer>>`
    select data ->> 'transfer' as transfer,
      (count(*) filter (where type = 'Withdrawn'))::int as withdrawn,
      (count(*) filter (where type = 'Deposited'))::int as deposited
    from ${sql(schema)}.events where category = ${accountCategory} group by 1 order by min(position)`,
})
