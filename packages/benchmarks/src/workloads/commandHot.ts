import { type CommandHandlerRetryOptions, isExpectedVersionConflictError } from '@event-driven-io/emmett'
import type { Arena } from '../Arena.ts'
import type { Contestant } from '../Contestant.ts'
import { type Depositor, Depositors } from '../contestants/depositors.ts'
import { drive } from '../drive.ts'
import { Sample } from '../Sample.ts'
import { counted } from '../turns.ts'
import { Workload } from '../Workload.ts'
import { within } from '../within.ts'

interface Choice {
  readonly inFlight: number
  readonly note?: string
}

const contestant = ({ name, open }: Depositor, choose: (arena: Arena) => Promise<Choice>): Contestant => ({
  name,
  enter: async (arena) => {
    const { inFlight, ...choice } = await choose(arena)
    const { deposit, rows, close } = await open(arena)
    return {
      // A new stream in each turn, for everybody: it grows, and some read all of it again and again.
      turn: ({ number, milliseconds }) =>
        counted(rows, 1, () => drive(inFlight, milliseconds, () => deposit(`hot.${number}`))),
      close,
      ...choice,
    }
  },
})

/** Quick and without end: no command may fail because it lost too many races. */
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

const candidates: ReadonlyArray<number> = [1, 2, 4, 8, 16]

/** How many in flight are best for Emmett. With too many its pool hangs, and is of no use any more: each number has its own. */
const bestForEmmett = async (arena: Arena): Promise<Choice> => {
  const done: Array<{ readonly inFlight: number; readonly rate: number }> = []
  let hung = ''
  for (const inFlight of candidates) {
    const { deposit, close } = await emmett.open(arena)
    const driven = drive(inFlight, arena.turn, () => deposit('hot'))
    try {
      const { calls, milliseconds } = await within(5_000 + 5 * arena.turn, driven, 'Emmett')
      done.push({ inFlight, rate: Sample.rate({ units: calls, milliseconds }) })
    } catch {
      hung = `; ${inFlight} hung`
    }
    await within(5_000, close(), 'Emmett').catch(() => {})
    // More of them hang as well.
    if (hung !== '') break
  }
  const [best = { inFlight: 1 }] = done.toSorted((a, b) => b.rate - a.rate)
  const tried = done.map(({ inFlight }) => inFlight).join(', ')
  return { inFlight: best.inFlight, note: `${best.inFlight} in flight, the best of ${tried}${hung}` }
}

const inFlight = 64

const many = async (): Promise<Choice> => ({ inFlight })

/**
 * Commands that all want the same stream.
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
  foldlog: contestant(Depositors.foldlog(), many),
  contestants: [contestant(emmett, bestForEmmett), contestant(Depositors.memory, many)],
}
