import type { Append, Condition, NewEvent, Query } from '@foldlog/core'
import { Tag } from '@foldlog/core'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, newEvent, streamName, until } from './freshStore.ts'
import { right, waitingSince } from './registeredViews.ts'

/** The tag of the boundary under attack, and the query that it alone meets. */
export const tag = Tag.of('course', 'c1')
export const query: Query = [{ tags: [tag] }]

export const tagged = (...tags: ReadonlyArray<Tag>): NewEvent => ({ ...newEvent(), tags })

let made = 0
export const append = (events: ReadonlyArray<NewEvent>, ...conditions: ReadonlyArray<Condition>): Append => ({
  stream: streamName(`course-${++made}`),
  expected: 'noStream',
  events,
  conditions,
})

export const markerOf = async (store: PostgresStore, of: Query) =>
  right(await store.readMatching({ query: of })()).marker

/**
 * An append in a transaction of a client's own, which stays open until it is ended. `isAlone`: it is stored by the
 * function for an append that is alone in its transaction, as by a store whose only connection is that of the client.
 */
export const leaveOpen = async (fresh: FreshStore, one: Append, isAlone = false) => {
  const client = connect(fresh.url, { max: 1 })
  await client.unsafe('begin')
  const { append } = isAlone
    ? makePostgresStore({ sql: client, schema: fresh.schema })
    : fresh.store.inTransaction(client)
  const appended = right(await append(one)())
  const [{ pid } = { pid: 0 }] = await client.unsafe('select pg_backend_pid() as pid')
  const end = async (how: string) => {
    await client.unsafe(how)
    await client.end({ timeout: 5 })
  }
  return { appended, pid: Number(pid), client, end }
}

export const waits = async (fresh: FreshStore) => (await waitingSince(fresh, fresh.application)) !== undefined

const plantOne = async (fresh: FreshStore, name: string, change: (body: string) => string) => {
  const [row] = await fresh.watcher.unsafe(
    `select pg_get_functiondef(oid) as text from pg_proc where pronamespace = '"${fresh.schema}"'::regnamespace and proname = '${name}'`,
  )
  const text = String(row?.['text'])
  expect(change(text)).not.toBe(text)
  await fresh.watcher.unsafe(change(text))
}

/** Lets the general path store all appends with tags or conditions. */
export const withoutFastPaths = async (fresh: FreshStore) => {
  for (const name of ['append_tagged', 'append_tagged_event'])
    await plantOne(fresh, name, (body) => body.replace('\n  begin\n', "\n  begin\n    raise sqlstate 'FL900';\n"))
}

/** Makes a function of the schema anew, with a changed body. A fault of the general path is met by all appends. */
export const plantIn = async (fresh: FreshStore, name: string, change: (body: string) => string) => {
  if (name === 'append' || name === 'boundary_keys') await withoutFastPaths(fresh)
  await plantOne(fresh, name, change)
}

/** Starts an append; returns its outcome, and whether it waited for a lock before it ended. */
export const startAppend = async (fresh: FreshStore, one: Append) => {
  let isDone = false
  const outcome = fresh.store
    .append(one)()
    .then((ended) => {
      isDone = true
      return ended
    })
  await until(async () => isDone || (await waits(fresh)))
  return { waited: !isDone, outcome }
}

/** Whether a decision is stored that rests on less than the log has before it: an event of an open append. */
export const missesOpenAppend = async (fresh: FreshStore, one: Append, over: Query, events = 1): Promise<boolean> => {
  const open = await leaveOpen(fresh, { ...one, conditions: undefined }, true)
  const decided = Array.from({ length: events }, (_, i) => tagged(Tag.of('other', i)))
  const { outcome } = await startAppend(fresh, append(decided, { query: over }))
  await open.end('commit')
  return E.isRight(await outcome)
}
