import { makeDispatcher } from '@foldlog/dispatcher'
import type { Arena } from '../Arena.ts'
import type { Contestant, Entrant, Turn } from '../Contestant.ts'
import { BareTable } from '../contestants/bareTable.ts'
import type { EmmettEvent } from '../contestants/emmett.ts'
import { type Content, Filled, Filling } from '../contestants/filling.ts'
import { type Account, account, afterDeposit, initialState } from '../domain/account.ts'
import type { payload } from '../domain/payload.ts'
import { Streams } from '../domain/streams.ts'
import { drive } from '../drive.ts'
import { expectRight } from '../expectRight.ts'
import { Workload } from '../Workload.ts'

const length = 20

const contentIn = ({ size }: Arena): Content => ({ streams: Math.max(2, size(1_000)), events: length })

/** Turns of loading one stream after another. The balance of each tells how many events were seen. */
const loading = ({ streams }: Content, balanceOf: (stream: string) => Promise<number>): Entrant['turn'] => {
  const stream = Streams.round(streams)
  return async ({ milliseconds }: Turn) => {
    let right = 0
    const { calls, ...driven } = await drive(1, milliseconds, async (lane) => {
      if ((await balanceOf(stream(lane))) === length) right++
    })
    return { ...driven, units: calls, check: { expected: calls, found: right } }
  }
}

const foldlog: Contestant = {
  name: 'foldlog',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Filled.foldlog(arena, content)
    // Streams are loaded in turn: the one in this cache is never the next.
    const { load } = makeDispatcher({ store: entrant.store, aggregates: [account], cache: 1 })
    const balanceOf = async (id: string) => (await expectRight(load(account, id))).state.balance
    return { turn: loading(content, balanceOf), close: entrant.close }
  },
}

const emmett: Contestant = {
  name: 'emmett',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Filled.emmett(arena, content)
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

const castore: Contestant = {
  name: 'castore',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Filled.castore(arena, content)
    const balanceOf = async (id: string) => (await entrant.store.getExistingAggregate(id)).aggregate.balance
    return { turn: loading(content, balanceOf), close: entrant.close }
  },
}

const select: Contestant = {
  name: 'select',
  enter: async (arena) => {
    const content = contentIn(arena)
    const table = await BareTable.open(arena)
    await Filling.bareTable(table, content)
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
  goals: [{ against: 'emmett', ratio: 2 }],
  foldlog,
  contestants: [emmett, castore, select],
}
