import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate, Turn } from '../Candidate.ts'
import { type ChildProcessClient, startChild } from '../processes/child.ts'
import type { VersionRequest, VersionResponse } from '../processes/versionProcess.ts'
import type { Sample } from '../Sample.ts'

/** The workloads of a built checkout. */
const workloadsModuleOf = (checkout: string): string =>
  join(checkout, 'packages', 'benchmarks', 'dist', 'esm', 'workloads', 'workloads.js')

/**
 * The maximum number of turns of a process. The speed of a process depends on chance at its compilation and at the
 * growth of its heap: two processes of one version differ by up to a fifth.
 */
const turnsOfProcess = 4

type Version = ChildProcessClient<VersionRequest, VersionResponse>

const sampleIn = (answer: VersionResponse): Sample => {
  if (answer.sample === undefined) throw new Error(answer.absent ?? 'the version answered without a figure')
  return answer.sample
}

/** Starts a process, which warms up for one turn. Returns why it is absent when it cannot take part. */
const start = async (
  name: string,
  workloads: string,
  workload: string,
  arena: BenchmarkEnvironment,
): Promise<Version | string> => {
  const child = startChild<VersionRequest, VersionResponse>('versionProcess')
  const { turn, connections } = arena
  const databases = await Promise.all([arena.database(name), arena.database(`${name}_other`)])
  const scale = arena.size(1_000) / 1_000
  const { absent } = await child.request({ of: 'enter', workloads, workload, databases, scale, turn, connections })
  if (absent === undefined) {
    await child.request({ of: 'turn', turn: { milliseconds: turn, number: -1 } })
    return child
  }
  child.close()
  return absent
}

/** Stops a process and waits for its store to be closed. */
const stop = async (child: Version): Promise<void> => {
  await child.request({ of: 'close' })
  child.close()
}

/**
 * The foldlog of a checkout, in processes of its own. They run the workload of its own benchmarks, so two versions can
 * be compared even when names have changed between them. The candidate is absent when the checkout is not built, or
 * does not know the workload.
 *
 * @category constructors
 * @since 0.1.0
 */
export const versionCandidate = (name: string, checkout: string, workload: string): Candidate => ({
  name,
  enter: async (arena) => {
    const workloads = workloadsModuleOf(checkout)
    if (!existsSync(workloads)) return `there is no ${workloads}: build that checkout first`
    const first = await start(name, workloads, workload, arena)
    if (typeof first === 'string') return first
    let [child, turns] = [first, 0]
    const turn = async (asked: Turn): Promise<Sample> => {
      if (turns === turnsOfProcess) {
        await stop(child)
        const next = await start(name, workloads, workload, arena)
        if (typeof next === 'string') throw new Error(next)
        child = next
        turns = 0
      }
      turns++
      return sampleIn(await child.request({ of: 'turn', turn: asked }))
    }
    return { turn, close: () => stop(child) }
  },
})
