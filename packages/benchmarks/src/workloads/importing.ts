import { CommandHandler } from '@event-driven-io/emmett'
import { type AccountEvent, decide, evolve, initialState } from '@foldlog/bank'
import { ImportSummary, importDispatcher, importRows, type Row, rows } from '@foldlog/bank/import'
import type { EventStore } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type { Candidate } from '../Candidate.ts'
import { Emmett } from '../candidates/emmett.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { transactions } from '../domain/transactions.ts'
import { expectRight } from '../expectRight.ts'
import type { Sample } from '../Sample.ts'
import { Workload } from '../Workload.ts'

const { file, note } = transactions

/** Without a limit, which the real file requires. */
const overdraft = 'unlimited' as const

/** Imports the file as the bank does, until its end or the end of the time. Returns the number of rows. */
const importInto = async (store: EventStore, milliseconds: number): Promise<number> => {
  const { dispatch, stop } = importDispatcher(store)
  const signal = AbortSignal.timeout(Math.ceil(milliseconds))
  const result = await importRows({ rows: rows(file), dispatch, overdraft, signal })()
  await stop()
  if (E.isRight(result)) return ImportSummary.rows(result.right)
  if (result.left.why._tag !== 'Interrupted') throw new Error(JSON.stringify(result.left.why))
  return ImportSummary.rows(result.left.summary)
}

const timed = async (work: () => Promise<number>, count: () => Promise<number>): Promise<Sample> => {
  const begun = performance.now()
  const units = await work()
  const milliseconds = performance.now() - begun
  return { units, milliseconds, latencies: [], check: { expected: units, found: await count() } }
}

const foldlog: Candidate = {
  name: 'foldlog',
  enter: async (arena) => {
    const { sql, close } = await Foldlog.open(arena)
    return {
      // A row is imported once: each turn needs a log of its own.
      turn: async ({ number, milliseconds }) => {
        const schema = `turn_${number}`
        await expectRight(migrate({ sql, schema }))
        const store = makePostgresStore({ sql, schema })
        const sample = await timed(
          () => importInto(store, milliseconds),
          async () => {
            const [row] = await sql<[{ count: number }]>`
              select count(*)::float8 as count from ${sql(schema)}.events
              where type in ('MoneyDeposited', 'MoneyWithdrawn', 'EntryDeclined')`
            return row.count
          },
        )
        await store.stop()
        return sample
      },
      close,
      note,
    }
  },
}

const memory: Candidate = {
  name: 'memory-store',
  enter: async () => ({
    turn: ({ milliseconds }) => {
      const store = makeMemoryStore()
      return timed(
        () => importInto(store, milliseconds),
        async () => {
          let count = 0
          for (let after = 0, end = false; !end; ) {
            const page = await expectRight(store.readLog({ after, filter: { categories: ['account'] } }))
            count += page.events.filter(({ type }) => type !== 'AccountOpened').length
            after = page.position
            end = page.end
          }
          return count
        },
      )
    },
    close: async () => {},
  }),
}

/**
 * More than the connections of Emmett's pool, so that each connection has work although rows of one account wait for
 * each other.
 */
const underWayAtMost = 40

/** A loop that passes the rows to Emmett, those of one account in the order of the file. */
const loopOver = async (milliseconds: number, handle: (row: Row) => Promise<unknown>): Promise<number> => {
  const last = new Map<string, Promise<unknown>>()
  const underWay = new Set<Promise<unknown>>()
  const end = performance.now() + milliseconds
  let count = 0
  for await (const next of rows(file)) {
    if (E.isLeft(next)) throw new Error(JSON.stringify(next.left))
    if (performance.now() > end) break
    const { row } = next.right
    const work = (last.get(row.account) ?? Promise.resolve()).then(() => handle(row))
    const done = work.then(() => {
      count++
      underWay.delete(done)
    })
    last.set(row.account, work)
    underWay.add(done)
    if (underWay.size >= underWayAtMost) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  return count
}

const emmett: Candidate = {
  name: 'emmett',
  enter: async (arena) => {
    const entrant = await Emmett.open(arena)
    return {
      turn: async ({ number, milliseconds }) => {
        const handle = CommandHandler({
          evolve,
          initialState: () => initialState,
          mapToStreamId: (id) => `account-${number}.${id}`,
        })
        const before = await Emmett.rows(entrant)
        let events = 0
        const handleRow = async ({ account, name, entry }: Row) => {
          const data = { accountId: account, entry, terms: { name, overdraft } }
          const { newEvents } = await handle(entrant.store, account, (state): Array<AccountEvent> => {
            const decided = decide({ type: 'PostEntry', data }, state)
            if (E.isLeft(decided)) throw new Error(decided.left._tag)
            return [...decided.right]
          })
          events += newEvents.length
        }
        const begun = performance.now()
        const units = await loopOver(milliseconds, handleRow)
        const elapsed = performance.now() - begun
        const found = (await Emmett.rows(entrant)) - before
        return { units, milliseconds: elapsed, latencies: [], check: { expected: events, found } }
      },
      close: entrant.close,
      note: `up to ${underWayAtMost} rows under way`,
    }
  },
}

/**
 * The import of a file of bank transactions, one command for each row.
 *
 * @category workloads
 * @since 0.1.0
 */
export const importing: Workload = {
  name: 'import',
  what: 'import a file of bank transactions, a command for each',
  unit: 'commands/s',
  measure: Workload.rate,
  goals: [{ against: 'emmett', ratio: 10 }],
  weight: 3,
  foldlog,
  others: [emmett, memory],
}
