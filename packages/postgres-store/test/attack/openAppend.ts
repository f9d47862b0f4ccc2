import type { Appended, ExpectedVersion, Tag } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { connect, type FreshStore, newEvent, streamName } from './freshStore.ts'

export interface OpenAppend {
  readonly appended: Appended
  /** The only connection of this client is in the transaction. */
  readonly client: postgres.Sql
  /** Ends the transaction with this statement. */
  readonly end: (how: string) => Promise<void>
}

/** An append of one event that has drawn its position, and whose transaction stays open until it is ended. */
export const openAppend = async ({ url, store }: FreshStore, name: string): Promise<OpenAppend> => {
  const client = connect(url, { max: 1 })
  await client.unsafe('begin')
  const outcome = await store
    .inTransaction(client)
    .append({ stream: streamName(name), expected: 'any', events: [newEvent()] })()
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return {
    appended: outcome.right,
    client,
    end: async (how) => {
      await client.unsafe(how)
      await client.end({ timeout: 5 })
    },
  }
}

/** Appends to one stream in a transaction of its own; gives the position of the first event. */
export const appendOne = async (
  { store }: Pick<FreshStore, 'store'>,
  name: string,
  expected: ExpectedVersion = 'any',
  size = 1,
  tags: ReadonlyArray<Tag> = [],
): Promise<number> => {
  const events = Array.from({ length: size }, () => ({ ...newEvent(), ...(tags.length > 0 && { tags }) }))
  const outcome = await store.append({ stream: streamName(name), expected, events })()
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right.positions[0] ?? 0
}

/** The same in a transaction of the caller's, where an append does not go by foldlog.append_event. */
export const appendInTransaction = async (
  { sql, store }: FreshStore,
  name: string,
  expected: ExpectedVersion,
): Promise<number> => {
  const outcome = await sql.begin((transaction) =>
    store.inTransaction(transaction).append({ stream: streamName(name), expected, events: [newEvent()] })(),
  )
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right.positions[0] ?? 0
}

/** The result of one read of the log: the positions of the events, and the settled position. */
export const readPositions = async ({ store }: Pick<FreshStore, 'store'>, after = 0) => {
  const slice = await store.readLog({ after })()
  if (E.isLeft(slice)) throw new Error(JSON.stringify(slice.left))
  return { events: slice.right.events.map(({ position }) => position), settled: slice.right.position }
}
