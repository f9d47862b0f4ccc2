import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate } from '../Candidate.ts'
import { Decider, type LaneTags } from '../candidates/Decider.ts'
import { Dcb } from '../candidates/dcb.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { FoldlogDecider } from '../candidates/foldlogDecider.ts'
import { expectRight } from '../expectRight.ts'
import { type Goal, Workload } from '../Workload.ts'
import { writerTurn } from '../writerTurns.ts'

/** Each lane decides about a tag of its own. */
const disjoint = (turn: number, lane: number): LaneTags => {
  const about = `course:${turn}.${lane}`
  return { about, of: (number) => [about, `student:${turn}.${number}`] }
}

/** All lanes decide about one tag, so only one of the decisions that are made at the same time can be stored. */
const hot = (turn: number): LaneTags => {
  const about = `course:${turn}`
  return { about, of: (number) => [about, `student:${turn}.${number}`] }
}

/** Each lane decides about a tag of its own, and all events have one tag in common, about which nobody decides. */
const common = (turn: number, lane: number): LaneTags => {
  const about = `student:${turn}.${lane}`
  return { about, of: () => [about, 'course:common'] }
}

/** The same event without a condition, with or without tags. */
const unconditional = (name: string, inFlight: number, hasTags: boolean): Candidate => ({
  name,
  enter: async (environment) => {
    const foldlog = await Foldlog.open(environment, name)
    let id = 0
    const call = (lane: number) => {
      const number = id++
      const { about, of } = disjoint(0, lane)
      return expectRight(
        foldlog.store.append({
          stream: Foldlog.stream(String(number)),
          expected: 'noStream',
          events: [FoldlogDecider.event(about, number, hasTags ? of(number) : [])],
        }),
      )
    }
    const turn = writerTurn({ inFlight, rowsPerCall: 1, call, rows: () => Foldlog.rows(foldlog) })
    return { turn, close: foldlog.close }
  },
})

const peer = 'dcb-es'

const single = (inFlight: number, goals: ReadonlyArray<Goal>): Workload => ({
  name: `conditional-${inFlight}`,
  what: `append one event with two tags if nothing with the first has appeared, ${inFlight} in flight, each on a tag of its own`,
  unit: 'events/s',
  measure: Workload.rate,
  goals,
  foldlog: Decider.candidate('foldlog', FoldlogDecider.open, inFlight, disjoint),
  others: [
    Decider.candidate(peer, Dcb.open, inFlight, disjoint),
    unconditional('plain', inFlight, false),
    unconditional('tagged', inFlight, true),
  ],
})

const hotInFlight = 16

const hotTag: Workload = {
  name: 'conditional-hot',
  what: `the same, ${hotInFlight} in flight, all on one tag: those that are refused decide again`,
  unit: 'events/s',
  measure: Workload.rate,
  goals: [{ against: peer, ratio: 1 }],
  foldlog: Decider.candidate('foldlog', FoldlogDecider.open, hotInFlight, hot),
  others: [Decider.candidate(peer, Dcb.open, hotInFlight, hot)],
}

const commonTag: Workload = {
  name: 'conditional-common',
  what: 'the same, 64 in flight, each on a tag of its own, while all events have one tag in common',
  unit: 'events/s',
  measure: Workload.rate,
  goals: [{ against: peer, ratio: 6 }],
  foldlog: Decider.candidate('foldlog', FoldlogDecider.open, 64, common),
  others: [Decider.candidate(peer, Dcb.open, 64, common)],
}

const lengths = { many: 1_000_000, few: 1_000, one: 1 } as const

type Length = keyof typeof lengths

/** Decides about a tag with this many events. Its own events do not have the tag, so the number stays the same. */
const aboutFilled =
  (length: Length) =>
  (turn: number): LaneTags => ({
    about: `filled:${length}`,
    of: (number) => [`student:${turn}.${number}`, `course:${turn}`],
  })

const filled = new WeakMap<BenchmarkEnvironment, Promise<Foldlog>>()

/** One log with all these tags, for all candidates of foldlog. */
const openFilled = (environment: BenchmarkEnvironment): Promise<Foldlog> => {
  const opened =
    filled.get(environment) ??
    Foldlog.open(environment).then(async (foldlog) => {
      await FoldlogDecider.fill(foldlog, 'filled:one', lengths.one)
      await FoldlogDecider.fill(foldlog, 'filled:few', environment.size(lengths.few))
      await FoldlogDecider.fill(foldlog, 'filled:many', environment.size(lengths.many))
      await foldlog.sql`vacuum (analyze)`
      return foldlog
    })
  filled.set(environment, opened)
  return opened
}

/** Each candidate has a client of its own, see `Foldlog.reopen`. The first one closes that of the filling. */
const onFilled = (name: string, length: Length, isFirst: boolean): Candidate =>
  Decider.candidate(
    name,
    async (environment) => {
      const shared = await openFilled(environment)
      const own = Foldlog.connect(shared.url, environment.connections)
      return FoldlogDecider.on(own, async () => {
        await own.close()
        if (isFirst) await shared.close()
      })
    },
    1,
    aboutFilled(length),
  )

const openFilledPeer = async (environment: BenchmarkEnvironment) => {
  const dcb = await Dcb.open(environment)
  await Dcb.fill(dcb, 'filled:many', environment.size(lengths.many))
  await dcb.analyze()
  return dcb
}

const longTag: Workload = {
  name: 'conditional-long',
  what: 'the same, one at a time, on a tag with 1,000,000 events, beside one with 1,000 and one with a single event',
  unit: 'ms',
  measure: Workload.latency,
  goals: [
    { against: 'few', ratio: 0.83 },
    { against: 'one', ratio: 0.83 },
    { against: peer, ratio: 1 },
  ],
  foldlog: onFilled('foldlog', 'many', true),
  others: [
    onFilled('few', 'few', false),
    onFilled('one', 'one', false),
    Decider.candidate(peer, openFilledPeer, 1, aboutFilled('many')),
  ],
}

/**
 * Appends with a condition on one type and tag. An event counts as found when its decision had seen all events before
 * it.
 *
 * @category workloads
 * @since 0.1.0
 */
export const conditional: ReadonlyArray<Workload> = [
  single(1, [
    { against: 'plain', ratio: 0.8 },
    { against: peer, ratio: 1 },
  ]),
  single(16, [{ against: 'plain', ratio: 0.7 }]),
  single(64, [
    { against: 'plain', ratio: 0.7 },
    { against: peer, ratio: 6 },
  ]),
  hotTag,
  commonTag,
  longTag,
]
