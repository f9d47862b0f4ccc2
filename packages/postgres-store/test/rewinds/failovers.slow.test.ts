import { EventCodec } from '@foldlog/core'
import { makeHandlerTransactions, makePostgresStore, migrate } from '@foldlog/postgres-store'
import {
  EventHandler,
  makeHandlerRuntime,
  RuntimeStatus,
  subscribe,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { connect, FailoverPair, until } from '@foldlog/test-kit'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

/** More than these few with FOLDLOG_FAILOVERS=20. */
const failovers = Number(process.env['FOLDLOG_FAILOVERS'] ?? 2)
const writers = 8

const sources = [{ category: 's', events: EventCodec.make({ Happened: t.UnknownRecord }) }] as const

const repeatedIn = (ids: ReadonlyArray<string>): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return ids.filter((id) => seen.has(id) || !seen.add(id))
}

describe('failovers to a synchronous standby', () => {
  it(`lose nothing that was acknowledged, double nothing and stop no handler, ${failovers} times while others write`, async () => {
    const pair = await FailoverPair.start()
    const sql = connect(pair.url, { max: 8 })
    await right(migrate({ sql }))
    await sql`create table foldlog.notes (id text not null)`
    const store = makePostgresStore({ sql, statementTimeout: 3_000, retryTimeout: 60_000 })
    let over = false
    const errors: Array<unknown> = []
    const quiet = (): void => {}
    const handled: Array<string> = []
    const runtime = makeHandlerRuntime({
      store,
      handlers: [
        EventHandler.make({
          name: 'handling',
          from: sources,
          start: 'origin',
          partitions: 2,
          handle:
            ({ id }) =>
            async () => {
              handled.push(id)
              return E.right(undefined)
            },
        }),
        TransactionalHandler.make({
          name: 'noting',
          from: sources,
          transactions: makeHandlerTransactions({ sql, timeout: 3_000 }),
          handle: (transaction, events) =>
            TE.tryCatch(
              () =>
                transaction.unsafe('insert into foldlog.notes select jsonb_array_elements_text($1::text::jsonb)', [
                  JSON.stringify(events.map(({ id }) => id)),
                ]),
              (cause) => ({ _tag: 'NotesRefused', why: String(cause) }),
            ),
        }),
      ],
      logger: { debug: quiet, info: quiet, warn: quiet, error: (message, facts) => errors.push([message, facts]) },
    })
    const closing = new AbortController()
    const followed: Array<string> = []
    const follow = async (): Promise<void> => {
      for await (const event of subscribe({ store, start: 'origin', pollInterval: 100, signal: closing.signal })) {
        if (E.isRight(event)) followed.push(event.right.id)
        else errors.push(event.left)
      }
    }
    const work: Array<Promise<unknown>> = []
    try {
      await right(runtime.start)
      work.push(follow())
      const acknowledged: Array<string> = []
      let next = 0
      const write = async (): Promise<void> => {
        while (!over) {
          const event = { ...newEvent({}), type: 'Happened' }
          const append = { stream: streamName(`s-${next++}`), expected: 'noStream', events: [event] } as const
          let outcome = await store.append(append)()
          // The outcome is unknown, so the same append is sent again.
          while (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') outcome = await store.append(append)()
          if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
          acknowledged.push(event.id)
        }
      }
      const writing = Promise.all(Array.from({ length: writers }, write))
      work.push(writing.catch(() => {}))
      for (let i = 0; i < failovers; i++) {
        const before = acknowledged.length
        await until('writers to write', () => acknowledged.length > before + 100)
        await pair.failOver()
      }
      const before = acknowledged.length
      await until('writers to write', () => acknowledged.length > before + 100)
      over = true
      await writing
      const stored: Array<string> = []
      let place = { position: 0, history: await right(store.history) }
      for (let end = false; !end; ) {
        const page = await right(store.readLog({ after: place.position, count: 1_000 }))
        stored.push(...page.events.map(({ id }) => id))
        place = { position: page.position, history: page.history }
        end = page.end
      }
      await until('handlers', async () => E.isRight(await runtime.waitFor(['handling', 'noting'], place)()))
      await until('the subscription', () => followed.length >= stored.length)
      const notes = (await sql`select id from foldlog.notes`).map(({ id }) => String(id))
      const inLog = new Set(stored)
      const has = [handled, notes, followed].map((ids) => new Set(ids))
      // Lost, doubled, passed over in silence, and stopped without a reason. An event handler may get an event again
      // after a failover.
      expect({
        lost: acknowledged.filter((id) => !inLog.has(id)),
        doubled: [...repeatedIn(stored), ...repeatedIn(notes), ...repeatedIn(followed)],
        silent: stored.filter((id) => has.some((ids) => !ids.has(id))),
        errors,
      }).toEqual({ lost: [], doubled: [], silent: [], errors: [] })
      expect(stored.length).toBe(acknowledged.length)
      const { handlers } = await right(RuntimeStatus.read(store))
      expect(handlers.map(({ name, state }) => [name, state])).toEqual([
        ['handling', 'running'],
        ['noting', 'running'],
      ])
      const figures = `${failovers} failovers, ${stored.length} events: 0 lost, 0 doubled, 0 silent\n`
      if (failovers > 2) process.stdout.write(figures)
    } finally {
      over = true
      closing.abort()
      await runtime.stop()
      await Promise.all(work)
      await store.stop()
      await sql.end({ timeout: 1 })
      await pair.close()
    }
  }, 1_800_000)
})
