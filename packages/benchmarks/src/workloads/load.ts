import { makeDispatcher } from '@foldlog/dispatcher'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate, CandidateRun, Turn } from '../Candidate.ts'
import { Act } from '../candidates/act.ts'
import { BareTable } from '../candidates/bareTable.ts'
import type { EmmettEvent } from '../candidates/emmett.ts'
import { fillStore, openFilledStore, type StoreContent } from '../candidates/fillStore.ts'
import { closedLoop } from '../closedLoop.ts'
import { type Account, account, afterDeposit, initialState } from '../domain/account.ts'
import type { payload } from '../domain/payload.ts'
import { Streams } from '../domain/streams.ts'
import { expectRight } from '../expectRight.ts'
import { Workload } from '../Workload.ts'

const length = 20

const contentIn = ({ size }: BenchmarkEnvironment): StoreContent => ({
  streams: Math.max(2, size(1_000)),
  events: length,
})

/** Turns of loading one stream after another. The balance of each counts its events. */
const loading = ({ streams }: StoreContent, balanceOf: (stream: string) => Promise<number>): CandidateRun['turn'] => {
  const stream = Streams.round(streams)
  return async ({ milliseconds }: Turn) => {
    let right = 0
    const { calls, ...driven } = await closedLoop(1, milliseconds, async (lane) => {
      if ((await balanceOf(stream(lane))) === length) right++
    })
    return { ...driven, units: calls, check: { expected: calls, found: right } }
  }
}

const foldlog: Candidate = {
  name: 'foldlog',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await openFilledStore.foldlog(arena, content)
    // Streams are loaded in turn, so the cached one is never the next.
    const { load } = makeDispatcher({ store: entrant.store, aggregates: [account], cache: 1 })
    const balanceOf = async (id: string) => (await expectRight(load(account, id))).state.balance
    return { turn: loading(content, balanceOf), close: entrant.close }
  },
}

const emmett: Candidate = {
  name: 'emmett',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await openFilledStore.emmett(arena, content)
    const balanceOf = async (id: string) => {
      const { state } = await entrant.store.aggregateStream<Account, EmmettEvent>(`account-${id}`, {
        evolve: (state: Account, { data }: EmmettEvent) => afterDeposit(state, data.amount),
        initialState: () => initialState,
      })
      return state.balance
    }
    return { turn: loading(content, balanceOf), close: entrant.close }
  },
}

const castore: Candidate = {
  name: 'castore',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await openFilledStore.castore(arena, content)
    const balanceOf = async (id: string) => (await entrant.store.getExistingAggregate(id)).aggregate.balance
    return { turn: loading(content, balanceOf), close: entrant.close }
  },
}

const select: Candidate = {
  name: 'select',
  enter: async (arena) => {
    const content = contentIn(arena)
    const table = await BareTable.open(arena)
    await fillStore.bareTable(table, content)
    const balanceOf = async (id: string) => {
      const rows = await table.sql<ReadonlyArray<{ readonly data: ReturnType<typeof payload> }>>`
        select version, type, data from events where stream = ${`account-${id}`} order by version`
      return rows.reduce((state, { data }) => afterDeposit(state, data.amount), initialState).balance
    }
    return { turn: loading(content, balanceOf), close: table.close }
  },
}

/**
 * Loading of short streams.
 *
 * @category workloads
 * @since 0.1.0
 */
export const load: Workload = {
  name: `load-${length}`,
  what: `load a stream of ${length} events that is in no cache, one at a time`,
  unit: 'streams/s',
  measure: Workload.rate,
  goals: [
    { against: 'castore', ratio: 1 },
    { against: 'select', ratio: 0.6 },
  ],
  foldlog,
  others: [emmett, castore, Act.loader(contentIn), select],
}
