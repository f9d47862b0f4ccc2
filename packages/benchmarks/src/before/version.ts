import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Contestant } from '../Contestant.ts'
import { startChild } from '../processes/child.ts'
import type { VersionAnswer, VersionQuestion } from '../processes/versionProcess.ts'
import type { Sample } from '../Sample.ts'

/** Where a checkout has its workloads, once it is built. */
const workloadsOf = (checkout: string): string =>
  join(checkout, 'packages', 'benchmarks', 'dist', 'esm', 'workloads', 'workloads.js')

const sampleIn = (answer: VersionAnswer): Sample => {
  if (answer.sample === undefined) throw new Error(answer.absent ?? 'the version answered without a figure')
  return answer.sample
}

/**
 * The foldlog of a checkout, in a process of its own. It runs the workload of its own benchmarks, so two versions can
 * be compared even when names have changed in between. It is absent when the checkout is not built, or does not know
 * the workload.
 *
 * @category constructors
 * @since 0.1.0
 */
export const version = (name: string, checkout: string, workload: string): Contestant => ({
  name,
  enter: async (arena) => {
    const workloads = workloadsOf(checkout)
    if (!existsSync(workloads)) return `there is no ${workloads}: build that checkout first`
    const child = startChild<VersionQuestion, VersionAnswer>('versionProcess')
    const { turn, connections } = arena
    const databases = await Promise.all([arena.database(name), arena.database(`${name}_other`)])
    const entered = await child.ask({
      of: 'enter',
      workloads,
      workload,
      databases,
      scale: arena.size(1_000) / 1_000,
      turn,
      connections,
    })
    if (entered.absent !== undefined) {
      child.close()
      return entered.absent
    }
    return {
      turn: async (turn) => sampleIn(await child.ask({ of: 'turn', turn })),
      close: async () => {
        await child.ask({ of: 'close' })
        child.close()
      },
    }
  },
})
