import { type Defect, defects, type Finding } from './check/Defect.ts'
import { Findings } from './check/Findings.ts'
import type { FaultSpan } from './FaultSpan.ts'
import { PathCounter, type PathCounts } from './worker/PathCounter.ts'

/**
 * The result of a run. `crashed`: processes that ended without being killed; `unfinished`: workers that did not finish
 * after the faults; `paths`: how often workers have taken each path of appends, commits and leases.
 *
 * @category model
 * @since 0.1.0
 */
export interface Report {
  readonly seed: number
  readonly seconds: number
  readonly findings: Findings
  readonly faults: Readonly<Record<string, number>>
  readonly paths: PathCounts
  readonly crashed: ReadonlyArray<string>
  readonly unfinished: ReadonlyArray<string>
}

/**
 * The report of no rounds.
 *
 * @category constructors
 * @since 0.1.0
 */
const begin = (seed: number): Report => ({
  seed,
  seconds: 0,
  findings: Findings.empty,
  faults: {},
  paths: {},
  crashed: [],
  unfinished: [],
})

/**
 * How many times each kind of fault struck: 0 for one of `kinds` that never met anything.
 *
 * @category destructors
 * @since 0.1.0
 */
const countFaults = (kinds: ReadonlyArray<string>, spans: ReadonlyArray<FaultSpan>): Report['faults'] => {
  const counts: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]))
  for (const { kind } of spans) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/**
 * A report with the results of one more round.
 *
 * @category combinators
 * @since 0.1.0
 */
const add = (a: Report, b: Omit<Report, 'seed'>): Report => ({
  seed: a.seed,
  seconds: a.seconds + b.seconds,
  findings: Findings.concat(a.findings, b.findings),
  faults: PathCounter.concat(a.faults, b.faults),
  paths: PathCounter.concat(a.paths, b.paths),
  crashed: [...a.crashed, ...b.crashed].slice(0, 10),
  unfinished: [...a.unfinished, ...b.unfinished].slice(0, 10),
})

/**
 * Checks that the run found no defect.
 *
 * @category destructors
 * @since 0.1.0
 */
const isClean = ({ findings, crashed, unfinished }: Report): boolean =>
  defects.every((defect) => findings.defective[defect] === 0) && crashed.length === 0 && unfinished.length === 0

/**
 * The output of `--json`. `acknowledged + refused + abandoned` counts all appends; `unknown` counts those of them whose
 * outcome was unknown for a time. Defects count events.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReportJson extends Readonly<Record<Defect, number>> {
  readonly ok: boolean
  readonly seed: number
  readonly seconds: number
  readonly acknowledged: number
  readonly refused: number
  readonly unknown: number
  readonly abandoned: number
  readonly undone: number
  readonly events: number
  readonly effects: number
  readonly moneyMoved: number
  readonly longestIdleMs: number
  readonly longestIdleOf: string
  readonly longestIdleCause: string
  readonly longestStallMs: number
  readonly longestStallOf: string
  readonly longestStallCause: string
  readonly faults: Readonly<Record<string, number>>
  readonly paths: PathCounts
  readonly evidence: ReadonlyArray<Finding>
  readonly crashed: ReadonlyArray<string>
  readonly unfinished: ReadonlyArray<string>
}

/**
 * A report for programs.
 *
 * @category destructors
 * @since 0.1.0
 */
const toJson = (report: Report): ReportJson => {
  const { seed, seconds, findings, faults, paths, crashed, unfinished } = report
  const { appends, events, defective, evidence, stall, handlers: handling } = findings
  return {
    ok: isClean(report),
    seed,
    seconds,
    ...appends,
    events,
    ...defective,
    ...handling,
    longestStallMs: stall.milliseconds,
    longestStallOf: stall.reader,
    longestStallCause: stall.cause,
    faults,
    paths,
    evidence,
    crashed,
    unfinished,
  }
}

/**
 * Functions on {@link Report}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Report = { begin, countFaults, add, isClean, toJson } as const
