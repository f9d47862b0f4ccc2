import type { Contestant } from '../Contestant.ts'
import { type Depositor, Depositors } from '../contestants/depositors.ts'
import { Streams } from '../domain/streams.ts'
import { writing } from '../turns.ts'
import { Workload } from '../Workload.ts'

const contestant =
  (inFlight: number) =>
  ({ name, open }: Depositor): Contestant => ({
    name,
    enter: async (arena) => {
      const { deposit, rows, close } = await open(arena)
      const stream = Streams.short()
      return { turn: writing({ inFlight, rowsPerCall: 1, call: (lane) => deposit(stream(lane)), rows }), close }
    },
  })

const command = (inFlight: number, ratio: number): Workload => ({
  name: `command-${inFlight}`,
  what: `commands on new streams, five on each, ${inFlight} in flight`,
  unit: 'commands/s',
  measure: Workload.rate,
  goals: [{ against: 'emmett', ratio }],
  foldlog: contestant(inFlight)(Depositors.foldlog()),
  contestants: [Depositors.emmett(), Depositors.castore, Depositors.memory].map(contestant(inFlight)),
})

/**
 * Commands on short streams.
 *
 * @category workloads
 * @since 0.1.0
 */
export const commands: ReadonlyArray<Workload> = [command(1, 4), command(64, 10)]
