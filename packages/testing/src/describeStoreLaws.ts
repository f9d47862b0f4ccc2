import { type StoreLawsOptions, skippedLaws, storeLaws } from './StoreLaws.ts'
import type { MakeStore } from './StoreUnderTest.ts'

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
  readonly timeout?: number
}

const groupByName = <A extends { readonly group: string }>(
  all: ReadonlyArray<A>,
): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of all) groups.set(one.group, [...(groups.get(one.group) ?? []), one])
  return groups
}

/**
 * Makes a test of each law. Those left out are skipped tests whose names say why.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { describe, it } from 'node:test'
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { describeStoreLaws } from '@foldlog/testing'
 *
 * describeStoreLaws({ describe, it }, 'the store in memory', async () => ({ store: makeMemoryStore() }), {
 *   capabilities: { rewinds: false },
 * })
 * ```
 */
export const describeStoreLaws = (
  { describe, it, timeout = 60_000 }: TestRunner,
  name: string,
  makeStore: MakeStore,
  options: StoreLawsOptions = {},
): void => {
  describe(name, () => {
    for (const [group, laws] of groupByName(storeLaws(makeStore, options))) {
      describe(group, () => {
        for (const law of laws) it(law.name, law.run, timeout)
      })
    }
    for (const { group, name: left, why } of skippedLaws(options)) {
      it.skip(`${group}: ${left} (skipped: ${why})`, async () => {})
    }
  })
}
