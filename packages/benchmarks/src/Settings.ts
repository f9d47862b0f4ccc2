/**
 * The options of the benchmarks. `seconds`: the time for each workload, shared by its candidates and their rounds.
 * `rounds`: the number of turns of each candidate. `only`: the name of a workload, or its first part up to a dash.
 * `database`: the server to use instead of a started one. `before`: the directory of an earlier version that is built;
 * with it, that version is the only candidate.
 *
 * @category model
 * @since 0.1.0
 */
export interface Settings {
  readonly seconds: number
  readonly rounds: number
  readonly only: string | undefined
  readonly database: string | undefined
  readonly before?: string | undefined
}

/** From this number of seconds on, sizes are those of the goals. */
const fullSeconds = 10

/**
 * The share of its full size that a workload has: all of it from ten seconds on, proportionally less below.
 *
 * @category destructors
 * @since 0.1.0
 */
const scale = ({ seconds }: Pick<Settings, 'seconds'>): number => Math.min(1, seconds / fullSeconds)

/**
 * Checks whether a workload is requested.
 *
 * @category destructors
 * @since 0.1.0
 */
const wants = ({ only }: Pick<Settings, 'only'>, workload: string): boolean =>
  only === undefined || workload === only || workload.startsWith(`${only}-`)

/**
 * Functions on {@link Settings}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Settings = { scale, wants } as const
