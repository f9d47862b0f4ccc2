import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate } from '../Candidate.ts'
import { Act } from '../candidates/act.ts'
import { type Depositor, Depositors } from '../candidates/depositors.ts'
import type { DispatcherSettings } from '../candidates/deposits.ts'
import type { StoreContent } from '../candidates/fillStore.ts'
import type { Foldlog } from '../candidates/foldlog.ts'
import { Streams } from '../domain/streams.ts'
import { type Goal, Workload } from '../Workload.ts'
import { writerTurn } from '../writerTurns.ts'

/** Several streams, so that none grows much by its commands. */
const streams = 20

const contentIn = ({ size }: BenchmarkEnvironment): StoreContent => ({
  streams,
  events: Math.max(2, size(1_000)),
})

const candidate = ({ name, open }: Depositor): Candidate => ({
  name,
  enter: async (arena) => {
    const { deposit, rows, close } = await open(arena, contentIn(arena))
    const stream = Streams.round(streams)
    // One command on each stream fills the caches and takes the snapshots.
    for (let i = 0; i < streams; i++) await deposit(stream(0))
    return { turn: writerTurn({ inFlight: 1, rowsPerCall: 1, call: (lane) => deposit(stream(lane)), rows }), close }
  },
})

/** It has no cache, so it has its snapshots wherever foldlog does not load from the beginning. */
const act = (snapshots: boolean): Candidate =>
  Act.writer({ task: { of: 'command', streams }, inFlight: 1, rowsPerCall: 1, contentIn, snapshots })

const long = (
  kind: string,
  what: string,
  goals: ReadonlyArray<Goal>,
  settings: (entrant: Foldlog) => DispatcherSettings,
): Workload => ({
  name: `command-long-${kind}`,
  what: `commands on streams of 1,000 events, one at a time, ${what}`,
  unit: 'commands/s',
  measure: Workload.rate,
  goals,
  foldlog: candidate(Depositors.foldlog(settings)),
  others: [...[Depositors.emmett(), Depositors.castore].map(candidate), act(kind !== 'cold')],
})

/** Commands use all streams in turn, so a cache of one state never has the right one. */
const cold = 1

/**
 * Commands on long streams.
 *
 * @category workloads
 * @since 0.1.0
 */
export const longCommands: ReadonlyArray<Workload> = [
  long('warm', 'with the state in the cache', [{ against: 'emmett', ratio: 20 }], () => ({})),
  long('snapshot', 'loaded from a snapshot', [{ against: 'emmett', ratio: 5 }], ({ store }) => ({
    cache: cold,
    snapshots: store,
  })),
  long(
    'cold',
    'loaded from the beginning',
    [
      { against: 'castore', ratio: 1.1 },
      { against: 'emmett', ratio: 2 },
    ],
    () => ({ cache: cold }),
  ),
]
