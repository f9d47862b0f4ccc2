import type { Machine } from './Machine.ts'
import { Result, type Summary } from './Result.ts'
import type { Check } from './Sample.ts'

/**
 * The result of a run.
 *
 * @category model
 * @since 0.1.0
 */
export interface Report {
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly seconds: number
  readonly rounds: number
  readonly results: ReadonlyArray<Result>
}

/**
 * A figure and its spread, with the settings of the candidate. `wrong` has the failed checks.
 *
 * @category model
 * @since 0.1.0
 */
export interface SummaryJson {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly p50: number | null
  readonly p99: number | null
  readonly verified: boolean
  readonly wrong?: ReadonlyArray<Check>
  readonly note?: string
}

/** One candidate beside foldlog. */
interface ComparisonJson extends SummaryJson {
  readonly ratio: number
  readonly ratioLow: number
  readonly ratioHigh: number
  readonly goal?: number
}

/**
 * A result for programs: a `ratio` of more than 1 means that foldlog is better. `foldlog` is null when it could not run
 * the workload; `absent` has the reasons of missing figures.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResultJson {
  readonly workload: string
  readonly unit: string
  readonly verified: boolean
  readonly met: boolean
  readonly foldlog: SummaryJson | null
  readonly others: Readonly<Record<string, ComparisonJson>>
  readonly absent: Readonly<Record<string, string>>
}

/**
 * The output of `--json`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReportJson extends Omit<Report, 'results'> {
  readonly results: ReadonlyArray<ResultJson>
}

const summaryJson = ({ figures, p50, p99, checks, note }: Summary): SummaryJson => ({
  ...figures,
  p50,
  p99,
  verified: checks.length === 0,
  ...(checks.length === 0 ? {} : { wrong: checks }),
  ...(note === undefined ? {} : { note }),
})

const resultJson = (result: Result): ResultJson => ({
  workload: result.workload,
  unit: result.unit,
  verified: Result.isVerified(result),
  met: Result.isMet(result),
  foldlog: result.foldlog === undefined ? null : summaryJson(result.foldlog),
  others: Object.fromEntries(
    Object.entries(result.others).map(([name, compared]) => {
      const { ratio, goal } = compared
      const json = { ratio: ratio.median, ratioLow: ratio.low, ratioHigh: ratio.high }
      return [name, { ...summaryJson(compared), ...json, ...(goal === undefined ? {} : { goal }) }]
    }),
  ),
  absent: result.absent,
})

/**
 * A report for programs.
 *
 * @category destructors
 * @since 0.1.0
 */
const toJson = <A extends Pick<Report, 'results'>>(report: A): Omit<A, 'results'> & Pick<ReportJson, 'results'> => ({
  ...report,
  results: report.results.map(resultJson),
})

/**
 * Checks that foldlog did all of the work, and that all expected rows were stored. Goals are about time, and do not
 * count here.
 *
 * @category destructors
 * @since 0.1.0
 */
const isVerified = ({ results }: Report): boolean => results.every(Result.isVerified)

/**
 * Functions on {@link Report}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Report = { toJson, isVerified } as const
