import { pathToFileURL } from 'node:url'
import type { Entrant, Turn } from '../Contestant.ts'
import type { Sample } from '../Sample.ts'
import type { Workload } from '../Workload.ts'
import { answerWith } from './child.ts'

/**
 * What a version is asked. `enter`: open the store for a workload; `workloads` is the module that has it. `turn`: take
 * a turn. `close`: close the store.
 *
 * @category model
 * @since 0.1.0
 */
export type VersionQuestion =
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
 * What a version answers: the figures of a turn, or why it cannot take part.
 *
 * @category model
 * @since 0.1.0
 */
export interface VersionAnswer {
  readonly sample?: Sample
  readonly absent?: string
}

let entrant: Entrant | undefined

const enter = async (question: Extract<VersionQuestion, { readonly of: 'enter' }>): Promise<VersionAnswer> => {
  // What `workloads/workloads.ts` of any version exports.
  const module = (await import(pathToFileURL(question.workloads).href)) as {
    readonly workloads: ReadonlyArray<Workload>
  }
  const workload = module.workloads.find(({ name }) => name === question.workload)
  if (workload === undefined) return { absent: `it has no workload ${question.workload}` }
  const unused = [...question.databases]
  const entered = await workload.foldlog.enter({
    database: (name) => {
      const url = unused.shift()
      return url === undefined
        ? Promise.reject(new Error(`there is no database left for ${name}`))
        : Promise.resolve(url)
    },
    size: (full) => Math.max(1, Math.round(full * question.scale)),
    turn: question.turn,
    connections: question.connections,
  })
  if (typeof entered === 'string') return { absent: entered }
  entrant = entered
  return {}
}

answerWith(async (question: VersionQuestion): Promise<VersionAnswer> => {
  if (question.of === 'enter') return enter(question)
  if (entrant === undefined) return { absent: 'it has not entered' }
  if (question.of === 'turn') return { sample: await entrant.turn(question.turn) }
  await entrant.close()
  return {}
})
