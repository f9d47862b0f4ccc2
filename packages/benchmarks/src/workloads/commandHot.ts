import { type CommandHandlerRetryOptions, isExpectedVersionConflictError } from '@event-driven-io/emmett'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate } from '../Candidate.ts'
import { type Depositor, Depositors } from '../candidates/depositors.ts'
import { closedLoop } from '../closedLoop.ts'
import { Sample } from '../Sample.ts'
import { Workload } from '../Workload.ts'
import { withTimeout } from '../withTimeout.ts'
import { withRowCheck } from '../writerTurns.ts'

interface Choice {
  readonly inFlight: number
  readonly note?: string
}

const candidate = (
  { name, open }: Depositor,
  choose: (environment: BenchmarkEnvironment) => Promise<Choice>,
): Candidate => ({
  name,
  enter: async (environment) => {
    const { inFlight, ...choice } = await choose(environment)
    const { deposit, rows, close } = await open(environment)
    return {
      // A new stream in each turn, for every candidate: it grows, and some candidates read all of it for each command.
      turn: ({ number, milliseconds }) =>
        withRowCheck(rows, 1, () => closedLoop(inFlight, milliseconds, () => deposit(`hot.${number}`))),
      close,
      ...choice,
    }
  },
})

/** Retries quickly and without a bound: no command may fail because it lost too many races. */
const retry: CommandHandlerRetryOptions = {
  onVersionConflict: {
    retries: 1_000,
    minTimeout: 1,
    maxTimeout: 20,
    factor: 1.5,
    randomize: true,
    shouldRetryError: isExpectedVersionConflictError,
  },
}

const emmett = Depositors.emmett(retry)

const inFlightChoices: ReadonlyArray<number> = [1, 2, 4, 8, 16]

/**
 * Finds the best number in flight for Emmett. With too many its pool hangs for good, so each number has its own pool.
 */
const bestForEmmett = async (environment: BenchmarkEnvironment): Promise<Choice> => {
  const done: Array<{ readonly inFlight: number; readonly rate: number }> = []
  let hung = ''
  for (const inFlight of inFlightChoices) {
    const { deposit, close } = await emmett.open(environment)
    const driven = closedLoop(inFlight, environment.turn, () => deposit('hot'))
    try {
      const { calls, milliseconds } = await withTimeout(5_000 + 5 * environment.turn, driven, 'Emmett')
      done.push({ inFlight, rate: Sample.rate({ units: calls, milliseconds }) })
    } catch {
      hung = `; ${inFlight} hung`
    }
    await withTimeout(5_000, close(), 'Emmett').catch(() => {})
    // Greater numbers hang, too.
    if (hung !== '') break
  }
  const [best = { inFlight: 1 }] = done.toSorted((a, b) => b.rate - a.rate)
  const tried = done.map(({ inFlight }) => inFlight).join(', ')
  return { inFlight: best.inFlight, note: `${best.inFlight} in flight, the best of ${tried}${hung}` }
}

const inFlight = 64

const fixedInFlight = async (): Promise<Choice> => ({ inFlight })

/**
 * Commands on one stream.
 *
 * @category workloads
 * @since 0.1.0
 */
export const hotCommands: Workload = {
  name: 'command-hot',
  what: `commands on one stream, ${inFlight} in flight`,
  unit: 'commands/s',
  measure: Workload.rate,
  goals: [{ against: 'emmett', ratio: 50 }],
  foldlog: candidate(Depositors.foldlog(), fixedInFlight),
  others: [candidate(emmett, bestForEmmett), candidate(Depositors.memory, fixedInFlight)],
}
