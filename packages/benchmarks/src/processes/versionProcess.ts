import { pathToFileURL } from 'node:url'
import type { CandidateRun, Turn } from '../Candidate.ts'
import type { Sample } from '../Sample.ts'
import type { Workload } from '../Workload.ts'
import { respondWith } from './child.ts'

/**
 * The request to a version. `enter`: open the store for a workload; `workloads` is the module that has it. `turn`: take
 * a turn. `close`: close the store.
 *
 * @category model
 * @since 0.1.0
 */
export type VersionRequest =
  | {
      readonly of: 'enter'
      readonly workloads: string
      readonly workload: string
      /** Connection strings of empty databases. */
      readonly databases: ReadonlyArray<string>
      /** The share of its full size that the workload gets. */
      readonly scale: number
      /** Milliseconds. */
      readonly turn: number
      readonly connections: number
    }
  | { readonly of: 'turn'; readonly turn: Turn }
  | { readonly of: 'close' }

/**
 * The answer of a version: the figures of a turn, or the reason why it cannot take part.
 *
 * @category model
 * @since 0.1.0
 */
export interface VersionResponse {
  readonly sample?: Sample
  readonly absent?: string
}

let run: CandidateRun | undefined

const enter = async (request: Extract<VersionRequest, { readonly of: 'enter' }>): Promise<VersionResponse> => {
  // The export of `workloads/workloads.ts` of any version.
  const module = (await import(pathToFileURL(request.workloads).href)) as {
    readonly workloads: ReadonlyArray<Workload>
  }
  const workload = module.workloads.find(({ name }) => name === request.workload)
  if (workload === undefined) return { absent: `it has no workload ${request.workload}` }
  const unused = [...request.databases]
  const entered = await workload.foldlog.enter({
    database: (name) => {
      const url = unused.shift()
      return url === undefined
        ? Promise.reject(new Error(`there is no database left for ${name}`))
        : Promise.resolve(url)
    },
    size: (full) => Math.max(1, Math.round(full * request.scale)),
    turn: request.turn,
    connections: request.connections,
  })
  if (typeof entered === 'string') return { absent: entered }
  run = entered
  return {}
}

respondWith(async (request: VersionRequest): Promise<VersionResponse> => {
  if (request.of === 'enter') return enter(request)
  if (run === undefined) return { absent: 'it has not entered' }
  if (request.of === 'turn') return { sample: await run.turn(request.turn) }
  await run.close()
  return {}
})
