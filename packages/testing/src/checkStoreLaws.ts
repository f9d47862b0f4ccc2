import type { task as T } from 'fp-ts'
import { type SkippedLaw, type StoreLaw, type StoreLawsOptions, skippedLaws, storeLaws } from './StoreLaws.ts'
import type { MakeStore } from './StoreUnderTest.ts'

/**
 * The result of the laws for a store: the kept laws, the broken ones (with the failures), and the skipped ones (with
 * the reasons).
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLawsReport {
  readonly kept: ReadonlyArray<Omit<StoreLaw, 'run'>>
  readonly broken: ReadonlyArray<Omit<StoreLaw, 'run'> & { readonly how: string }>
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
 * Runs the laws one after another, without any runner of tests.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { checkStoreLaws, describeReport } from '@foldlog/testing'
 *
 * const options = { numRuns: 5, capabilities: { rewinds: false } }
 * const report = await checkStoreLaws(async () => ({ store: makeMemoryStore() }), options)()
 * if (report.broken.length > 0) console.log(describeReport(report))
 * ```
 */
export const checkStoreLaws =
  (makeStore: MakeStore, options: StoreLawsOptions = {}): T.Task<StoreLawsReport> =>
  async () => {
    const kept: Array<StoreLawsReport['kept'][number]> = []
    const broken: Array<StoreLawsReport['broken'][number]> = []
    for (const { group, name, run } of storeLaws(makeStore, options)) {
      const how = await failureOf(run)
      if (how === undefined) kept.push({ group, name })
      else broken.push({ group, name, how })
    }
    return { kept, broken, skipped: skippedLaws(options) }
  }

/**
 * A report as text, for terminals and logs.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeReport = ({ kept, broken, skipped }: StoreLawsReport): string =>
  [
    `${kept.length} laws kept, ${broken.length} broken, ${skipped.length} skipped`,
    ...broken.map(({ group, name, how }) => `broken: ${group}: ${name}\n    ${how.replaceAll('\n', '\n    ')}`),
    ...skipped.map(({ group, name, why }) => `skipped: ${group}: ${name}: ${why}`),
  ].join('\n')
