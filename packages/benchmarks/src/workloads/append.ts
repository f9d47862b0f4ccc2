import { EventStore } from '@castore/core'
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett'
import type { Append } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import type { Candidate } from '../Candidate.ts'
import { Act } from '../candidates/act.ts'
import { BareTable } from '../candidates/bareTable.ts'
import { Castore } from '../candidates/castore.ts'
import { Emmett } from '../candidates/emmett.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { pgbench } from '../candidates/pgbench.ts'
import { expectRight } from '../expectRight.ts'
import { type Goal, Workload } from '../Workload.ts'
import { withRowCheck, writerTurn } from '../writerTurns.ts'

/** The number of appends in flight, and the number of events in each. */
interface Shape {
  readonly inFlight: number
  readonly events: number
}

const amounts = (events: number): ReadonlyArray<number> => Array.from({ length: events }, (_, i) => i + 1)

const append = (id: number, events: number): Append => ({
  stream: Foldlog.stream(String(id)),
  expected: 'noStream',
  events: amounts(events).map(Foldlog.event),
})

const foldlog = ({ inFlight, events }: Shape): Candidate => ({
  name: 'foldlog',
  enter: async (arena) => {
    const entrant = await Foldlog.open(arena)
    let id = 0
    const call = () => expectRight(entrant.store.append(append(id++, events)))
    const turn = writerTurn({ inFlight, rowsPerCall: events, call, rows: () => Foldlog.rows(entrant) })
    return { turn, close: entrant.close }
  },
})

const memory = ({ inFlight, events }: Shape): Candidate => ({
  name: 'memory-store',
  enter: async () => {
    let id = 0
    // Events stay in memory, so each turn has a store of its own: one store for all turns would use it up.
    let store = makeMemoryStore()
    const work = writerTurn({
      inFlight,
      rowsPerCall: events,
      call: () => expectRight(store.append(append(id++, events))),
      // Its positions have no gaps.
      rows: () => expectRight(store.settledPosition),
    })
    return {
      turn: (turn) => {
        store = makeMemoryStore()
        return work(turn)
      },
      close: async () => {},
    }
  },
})

const emmett = ({ inFlight, events }: Shape): Candidate => ({
  name: 'emmett',
  enter: async (arena) => {
    const entrant = await Emmett.open(arena)
    let id = 0
    const call = () =>
      entrant.store.appendToStream(`account-${id++}`, amounts(events).map(Emmett.event), {
        expectedStreamVersion: STREAM_DOES_NOT_EXIST,
      })
    const turn = writerTurn({ inFlight, rowsPerCall: events, call, rows: () => Emmett.rows(entrant) })
    return { turn, close: entrant.close }
  },
})

const castore = ({ inFlight, events }: Shape): Candidate => ({
  name: 'castore',
  enter: async (arena) => {
    const entrant = await Castore.open(arena)
    let id = 0
    const call = (): Promise<unknown> => {
      const stream = String(id++)
      const [first, second, ...others] = amounts(events).map((i) =>
        entrant.store.groupEvent(Castore.event(stream, i, i)),
      )
      return first === undefined || second === undefined
        ? entrant.store.pushEvent(Castore.event(stream, 1, 1))
        : EventStore.pushEventGroup(first, second, ...others)
    }
    const turn = writerTurn({ inFlight, rowsPerCall: events, call, rows: () => Castore.rows(entrant) })
    return { turn, close: entrant.close }
  },
})

const act = ({ inFlight, events }: Shape): Candidate =>
  Act.writer({ task: { of: 'append', events }, inFlight, rowsPerCall: events })

const insert = ({ inFlight }: Shape): Candidate => ({
  name: 'insert',
  enter: async (arena) => {
    const table = await BareTable.open(arena)
    let id = 0
    const call = () => BareTable.insert(table, `account-${id++}`, 1, 1)
    const turn = writerTurn({ inFlight, rowsPerCall: 1, call, rows: () => BareTable.rows(table) })
    return { turn, close: table.close }
  },
})

/** The number of connections. With more, a server with two cores is slower. */
const mostClients = 64

const insertByPgbench = ({ inFlight }: Shape): Candidate => ({
  name: 'pgbench',
  enter: async (arena) => {
    if (!(await pgbench.isThere())) return 'the program is not on this machine'
    const table = await BareTable.open(arena, 'pgbench')
    const clients = Math.min(inFlight, mostClients)
    return {
      turn: ({ number, milliseconds }) =>
        withRowCheck(
          () => BareTable.rows(table),
          1,
          () => pgbench.insert(table.url, String(number), clients, milliseconds),
        ),
      close: table.close,
      note: `${clients} connections`,
    }
  },
})

const copyStreams = 100

const copy = ({ events }: Shape): Candidate => ({
  name: 'copy',
  enter: async (arena) => {
    const table = await BareTable.open(arena, 'copy')
    let id = 0
    const call = () => BareTable.copy(table, `account-${id++}`, copyStreams, events)
    const rowsPerCall = copyStreams * events
    const turn = writerTurn({ inFlight: 1, rowsPerCall, call, rows: () => BareTable.rows(table) })
    return { turn, close: table.close, note: `${rowsPerCall} rows each, one at a time` }
  },
})

const single = (inFlight: number, goals: ReadonlyArray<Goal>): Workload => {
  const shape = { inFlight, events: 1 }
  return {
    name: `append-${inFlight}`,
    what: `append one event to a new stream, ${inFlight} in flight`,
    unit: 'events/s',
    measure: Workload.rate,
    goals,
    foldlog: foldlog(shape),
    others: [emmett(shape), castore(shape), act(shape), insert(shape), insertByPgbench(shape), memory(shape)],
  }
}

const several = (events: number, goals: ReadonlyArray<Goal>): Workload => {
  const shape = { inFlight: 16, events }
  return {
    name: `append-${events}-events`,
    what: `append ${events} events to a new stream at once, ${shape.inFlight} in flight`,
    unit: 'events/s',
    measure: Workload.rate,
    goals,
    foldlog: foldlog(shape),
    others: [emmett(shape), castore(shape), act(shape), copy(shape), memory(shape)],
  }
}

/**
 * Appends to new streams, of single events and of several.
 *
 * @category workloads
 * @since 0.1.0
 */
export const appends: ReadonlyArray<Workload> = [
  single(1, [
    { against: 'castore', ratio: 0.75 },
    { against: 'insert', ratio: 0.6 },
  ]),
  single(16, [{ against: 'emmett', ratio: 5 }]),
  single(64, [
    { against: 'emmett', ratio: 10 },
    { against: 'insert', ratio: 1 },
  ]),
  single(256, [{ against: 'emmett', ratio: 10 }]),
  several(10, [{ against: 'emmett', ratio: 5 }]),
  several(100, [
    { against: 'emmett', ratio: 5 },
    { against: 'copy', ratio: 0.5 },
  ]),
]
