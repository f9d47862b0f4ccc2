import { describeUnknown } from '@foldlog/core'
import type { BenchmarkEnvironment } from './BenchmarkEnvironment.ts'
import type { Candidate, CandidateRun } from './Candidate.ts'
import type { Comparison, Result, Summary } from './Result.ts'
import type { Sample } from './Sample.ts'
import { Schedule } from './Schedule.ts'
import { Statistics } from './Statistics.ts'
import { Workload } from './Workload.ts'
import { withTimeout } from './withTimeout.ts'

/** A turn that exceeds its length by this factor hangs. Work that is done once has no limit. */
const turnTimeout = ({ once = false }: Workload, turn: number): number => (once ? 3_600_000 : 30_000 + 20 * turn)

interface CandidateSamples {
  readonly candidate: Candidate
  readonly run: CandidateRun
  readonly samples: Map<number, Sample>
}

/** The present candidates, and the reasons why others are absent. */
interface Participants {
  readonly candidates: Map<string, CandidateSamples>
  readonly absent: Record<string, string>
}

const openCandidates = async (workload: Workload, environment: BenchmarkEnvironment): Promise<Participants> => {
  const participants: Participants = { candidates: new Map(), absent: {} }
  for (const contestant of [workload.foldlog, ...workload.others]) {
    const entered = await contestant.enter(environment).catch(describeUnknown)
    if (typeof entered === 'string') participants.absent[contestant.name] = entered
    else participants.candidates.set(contestant.name, { candidate: contestant, run: entered, samples: new Map() })
  }
  return participants
}

const summarize = (workload: Workload, { samples, run: entrant }: CandidateSamples): Summary | undefined => {
  const counted = [...samples].flatMap(([round, sample]) => (round === 0 ? [] : [sample]))
  const figures = Statistics.spread(counted.map(workload.measure.of))
  if (figures === undefined) return undefined
  const latencies = counted.flatMap((sample) => sample.latencies)
  return {
    figures,
    p50: Statistics.percentile(latencies, 0.5) ?? null,
    p99: Statistics.percentile(latencies, 0.99) ?? null,
    checks: [...samples.values()].flatMap(({ check }) => (check.expected === check.found ? [] : [check])),
    note: entrant.note,
  }
}

/** Compares within each round: other load on the machine slowed both candidates. */
const ratioOf = (workload: Workload, ours: CandidateSamples, theirs: CandidateSamples) =>
  Statistics.spread(
    [...ours.samples].flatMap(([round, sample]) => {
      const other = theirs.samples.get(round)
      if (round === 0 || other === undefined) return []
      const { measure } = workload
      return [Workload.ratio(measure, measure.of(sample), measure.of(other))]
    }),
  )

const compare = (workload: Workload, { candidates }: Participants): Readonly<Record<string, Comparison>> => {
  const ours = candidates.get(workload.foldlog.name)
  const compared: Record<string, Comparison> = {}
  for (const [name, candidate] of candidates) {
    const standing = summarize(workload, candidate)
    const ratio = ours === undefined ? undefined : ratioOf(workload, ours, candidate)
    if (candidate === ours || standing === undefined || ratio === undefined) continue
    compared[name] = { ...standing, ratio, goal: workload.goals.find(({ against }) => against === name)?.ratio }
  }
  return compared
}

/**
 * Runs the turns of all candidates of a workload. A candidate that fails or hangs has no more turns; the others
 * continue.
 *
 * @category constructors
 * @since 0.1.0
 */
export const runWorkload = async (
  workload: Workload,
  environment: BenchmarkEnvironment,
  rounds: number,
): Promise<Result> => {
  const participants = await openCandidates(workload, environment)
  let number = 0
  const names = [...participants.candidates.keys()]
  const schedule = workload.once ? Schedule.once(names) : Schedule.make(names, rounds)
  for (const { name, round } of schedule) {
    const candidate = participants.candidates.get(name)
    if (candidate === undefined || name in participants.absent) continue
    try {
      const turn = candidate.run.turn({ milliseconds: environment.turn, number: number++ })
      candidate.samples.set(round, await withTimeout(turnTimeout(workload, environment.turn), turn, name))
    } catch (cause) {
      participants.absent[name] = describeUnknown(cause)
    }
  }
  const foldlog = participants.candidates.get(workload.foldlog.name)
  const result = {
    workload: workload.name,
    unit: workload.unit,
    foldlog: foldlog && summarize(workload, foldlog),
    others: compare(workload, participants),
    absent: participants.absent,
    latencyLimits: workload.latencyLimits,
  }
  for (const [name, { run: entrant }] of participants.candidates) {
    // A hanging candidate may hang here, too.
    await withTimeout(10_000, entrant.close(), name).catch((cause) => {
      participants.absent[name] ??= describeUnknown(cause)
    })
  }
  return result
}
