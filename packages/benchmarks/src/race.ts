import type { Arena } from './Arena.ts'
import type { Contestant, Entrant } from './Contestant.ts'
import type { Compared, Result, Standing } from './Result.ts'
import type { Sample } from './Sample.ts'
import { Schedule } from './Schedule.ts'
import { Statistics } from './Statistics.ts'
import { Workload } from './Workload.ts'
import { within } from './within.ts'

/** A turn that lasts so much longer than it should has hung. What is done once takes the time that it takes. */
const patience = ({ once = false }: Workload, turn: number): number => (once ? 3_600_000 : 30_000 + 20 * turn)

const explain = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause)

interface Lane {
  readonly contestant: Contestant
  readonly entrant: Entrant
  readonly samples: Map<number, Sample>
}

/** Contestants that are there, and why the others are not. */
interface Field {
  readonly lanes: Map<string, Lane>
  readonly absent: Record<string, string>
}

const enter = async (workload: Workload, arena: Arena): Promise<Field> => {
  const field: Field = { lanes: new Map(), absent: {} }
  for (const contestant of [workload.foldlog, ...workload.contestants]) {
    const entered = await contestant.enter(arena).catch(explain)
    if (typeof entered === 'string') field.absent[contestant.name] = entered
    else field.lanes.set(contestant.name, { contestant, entrant: entered, samples: new Map() })
  }
  return field
}

const standingOf = (workload: Workload, { samples, entrant }: Lane): Standing | undefined => {
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

/** Compared within each round: what slowed the machine down in one slowed both. */
const ratioOf = (workload: Workload, ours: Lane, theirs: Lane) =>
  Statistics.spread(
    [...ours.samples].flatMap(([round, sample]) => {
      const other = theirs.samples.get(round)
      if (round === 0 || other === undefined) return []
      const { measure } = workload
      return [Workload.ratio(measure, measure.of(sample), measure.of(other))]
    }),
  )

const compare = (workload: Workload, { lanes }: Field): Readonly<Record<string, Compared>> => {
  const ours = lanes.get(workload.foldlog.name)
  const compared: Record<string, Compared> = {}
  for (const [name, lane] of lanes) {
    const standing = standingOf(workload, lane)
    const ratio = ours === undefined ? undefined : ratioOf(workload, ours, lane)
    if (lane === ours || standing === undefined || ratio === undefined) continue
    compared[name] = { ...standing, ratio, goal: workload.goals.find(({ against }) => against === name)?.ratio }
  }
  return compared
}

/**
 * Lets all contestants of a workload have their turns. One that fails or hangs has none any more; the others go on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const race = async (workload: Workload, arena: Arena, rounds: number): Promise<Result> => {
  const field = await enter(workload, arena)
  let number = 0
  const names = [...field.lanes.keys()]
  const schedule = workload.once ? Schedule.once(names) : Schedule.make(names, rounds)
  for (const { name, round } of schedule) {
    const lane = field.lanes.get(name)
    if (lane === undefined || name in field.absent) continue
    try {
      const turn = lane.entrant.turn({ milliseconds: arena.turn, number: number++ })
      lane.samples.set(round, await within(patience(workload, arena.turn), turn, name))
    } catch (cause) {
      field.absent[name] = explain(cause)
    }
  }
  const foldlog = field.lanes.get(workload.foldlog.name)
  const result = {
    workload: workload.name,
    unit: workload.unit,
    foldlog: foldlog && standingOf(workload, foldlog),
    contestants: compare(workload, field),
    absent: field.absent,
    most: workload.most,
  }
  for (const [name, { entrant }] of field.lanes) {
    // Whoever hangs may hang here as well.
    await within(10_000, entrant.close(), name).catch((cause) => {
      field.absent[name] ??= explain(cause)
    })
  }
  return result
}
