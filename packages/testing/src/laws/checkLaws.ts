import type { task as T } from 'fp-ts'
import type { Law } from './Law.ts'
import { isApplicable, type LawSetup, type SkippedLaw, skippedLaws } from './LawSetup.ts'

/**
 * The result of the laws for a store: the kept laws, the broken ones (with the failures), and the skipped ones (with
 * the reasons).
 *
 * @category model
 * @since 0.1.0
 */
export interface LawsReport {
  readonly kept: ReadonlyArray<Pick<SkippedLaw, 'group' | 'name'>>
  readonly broken: ReadonlyArray<Pick<SkippedLaw, 'group' | 'name'> & { readonly how: string }>
  readonly skipped: ReadonlyArray<SkippedLaw>
}

const failureOf = async (run: () => Promise<void>): Promise<string | undefined> => {
  try {
    await run()
    return undefined
  } catch (failure) {
    // Whatever was thrown: by shape, because a sandbox has errors of its own.
    const hasMessage = typeof failure === 'object' && failure !== null && 'message' in failure
    return hasMessage ? String(failure.message) : String(failure)
  }
}

/**
 * Runs laws one after another, without any runner of tests.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { checkLaws, describeReport, storeLaws } from '@foldlog/testing/laws'
 *
 * const makeStore = async () => ({ store: makeMemoryStore() })
 * const report = await checkLaws(storeLaws, { makeStore, numRuns: 5, capabilities: { rewinds: false } })()
 * if (report.broken.length > 0) console.log(describeReport(report))
 * ```
 */
export const checkLaws =
  <Setup extends LawSetup>(laws: ReadonlyArray<Law<Setup>>, setup: Setup): T.Task<LawsReport> =>
  async () => {
    const kept: Array<LawsReport['kept'][number]> = []
    const broken: Array<LawsReport['broken'][number]> = []
    for (const { group, name, run } of laws.filter(isApplicable(setup))) {
      const how = await failureOf(() => run(setup))
      if (how === undefined) kept.push({ group, name })
      else broken.push({ group, name, how })
    }
    return { kept, broken, skipped: skippedLaws(laws, setup) }
  }

/**
 * A report as text, for terminals and logs.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeReport = ({ kept, broken, skipped }: LawsReport): string =>
  [
    `${kept.length} laws kept, ${broken.length} broken, ${skipped.length} skipped`,
    ...broken.map(({ group, name, how }) => `broken: ${group}: ${name}\n    ${how.replaceAll('\n', '\n    ')}`),
    ...skipped.map(({ group, name, why }) => `skipped: ${group}: ${name}: ${why}`),
  ].join('\n')
