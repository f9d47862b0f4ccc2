import { duration, readNumber } from '../internal/readNumbers.ts'
import type { Law } from './Law.ts'
import { isApplicable, type LawSetup, skippedLaws } from './LawSetup.ts'

/**
 * The part of a test runner that is used: `describe` and `it` of Jest, Vitest or `node:test`.
 *
 * @category model
 * @since 0.1.0
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: ((name: string, body: () => Promise<void>, timeout: number) => unknown) & {
    readonly skip: (name: string, body: () => Promise<void>) => unknown
  }
  /** Milliseconds that a law may take, 60,000 when absent: some write 100,000 events. */
  readonly timeout?: number | undefined
}

const groupByName = <A extends { readonly group: string }>(
  all: ReadonlyArray<A>,
): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of all) groups.set(one.group, [...(groups.get(one.group) ?? []), one])
  return groups
}

/**
 * Makes a test of each law: of {@link storeLaws}, {@link handlerStoreLaws}, {@link subscriptionLaws}, or of a part of
 * one of these lists. Laws that need a declined capability are skipped tests whose names have the reason.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { describe, it } from 'node:test'
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { describeLaws, storeLaws } from '@foldlog/testing/laws'
 *
 * describeLaws({ describe, it }, 'the store in memory', storeLaws, {
 *   makeStore: async () => ({ store: makeMemoryStore() }),
 *   capabilities: { rewinds: false },
 * })
 * ```
 */
export const describeLaws = <Setup extends LawSetup>(
  { describe, it, ...options }: TestRunner,
  name: string,
  laws: ReadonlyArray<Law<Setup>>,
  setup: Setup,
): void => {
  const timeout = readNumber('timeout', duration(60_000), options.timeout)
  describe(name, () => {
    for (const [group, ofGroup] of groupByName(laws.filter(isApplicable(setup)))) {
      describe(group, () => {
        for (const law of ofGroup) it(law.name, () => law.run(setup), timeout)
      })
    }
    for (const { group, name: left, why } of skippedLaws(laws, setup)) {
      it.skip(`${group}: ${left} (skipped: ${why})`, async () => {})
    }
  })
}
