import type { Candidate } from '../Candidate.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { startChild } from '../processes/child.ts'
import type { WriterRequest, WriterResponse } from '../processes/writerProcess.ts'
import { Workload } from '../Workload.ts'

const inFlight = 64

const writers = (name: string, count: number): Candidate => ({
  name,
  enter: async (arena) => {
    const entrant = await Foldlog.open(arena, name)
    const children = Array.from({ length: count }, () => startChild<WriterRequest, WriterResponse>('writerProcess'))
    const { url } = entrant
    const { connections } = arena
    let leastShare = 1
    return {
      turn: async ({ number, milliseconds }) => {
        const before = await Foldlog.rows(entrant)
        const written = await Promise.all(
          children.map(({ request: ask }, i) =>
            ask({ url, connections, prefix: `${number}.${i}`, inFlight, milliseconds }),
          ),
        )
        const units = written.reduce((sum, { calls }) => sum + calls, 0)
        leastShare = Math.min(leastShare, ...written.map(({ calls }) => (calls * count) / units))
        return {
          units,
          milliseconds: Math.max(...written.map((one) => one.milliseconds)),
          latencies: written.flatMap(({ latencies }) => latencies),
          check: { expected: units, found: (await Foldlog.rows(entrant)) - before },
        }
      },
      close: async () => {
        for (const { close } of children) close()
        await entrant.close()
      },
      get note() {
        const processes = `${count} process${count === 1 ? '' : 'es'}`
        return count === 1 ? processes : `${processes}, the slowest had ${leastShare.toFixed(2)} of an even share`
      },
    }
  },
})

/**
 * Many processes that append, instead of one.
 *
 * @category workloads
 * @since 0.1.0
 */
export const writing: Workload = {
  name: 'writers',
  what: `append one event to a new stream, ${inFlight} in flight in each of 4 processes, against 1 process`,
  unit: 'events/s',
  measure: Workload.rate,
  goals: [{ against: 'one-process', ratio: 1 }],
  foldlog: writers('foldlog', 4),
  others: [writers('one-process', 1)],
}
