import type { Candidate } from '../Candidate.ts'
import { Act } from '../candidates/act.ts'
import { type Depositor, Depositors } from '../candidates/depositors.ts'
import { Streams } from '../domain/streams.ts'
import { type Goal, Workload } from '../Workload.ts'
import { writerTurn } from '../writerTurns.ts'

const candidate =
  (inFlight: number) =>
  ({ name, open }: Depositor): Candidate => ({
    name,
    enter: async (arena) => {
      const { deposit, rows, close } = await open(arena)
      const stream = Streams.short()
      return { turn: writerTurn({ inFlight, rowsPerCall: 1, call: (lane) => deposit(stream(lane)), rows }), close }
    },
  })

const command = (inFlight: number, goals: ReadonlyArray<Goal>): Workload => ({
  name: `command-${inFlight}`,
  what: `commands on new streams, five on each, ${inFlight} in flight`,
  unit: 'commands/s',
  measure: Workload.rate,
  goals,
  foldlog: candidate(inFlight)(Depositors.foldlog()),
  others: [
    ...[Depositors.emmett(), Depositors.castore].map(candidate(inFlight)),
    Act.writer({ task: { of: 'command' }, inFlight, rowsPerCall: 1 }),
    candidate(inFlight)(Depositors.memory),
  ],
})

/**
 * Commands on short streams.
 *
 * @category workloads
 * @since 0.1.0
 */
export const commands: ReadonlyArray<Workload> = [
  command(1, [
    { against: 'castore', ratio: 1 },
    { against: 'emmett', ratio: 3 },
  ]),
  command(64, [{ against: 'emmett', ratio: 10 }]),
]
