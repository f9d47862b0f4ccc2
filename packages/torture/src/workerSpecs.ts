import type { Scope } from './Observations.ts'
import type { Settings } from './Settings.ts'
import { hotStreams, ownStreams } from './streams.ts'
import type { HandlersConfig, ReaderConfig, WritersConfig } from './WorkerConfig.ts'

/**
 * The specification of a worker, before it starts in a round.
 *
 * @category model
 * @since 0.1.0
 */
export type WorkerSpec =
  | Pick<WritersConfig, 'role' | 'name' | 'writers' | 'appendsPerSecond'>
  | Pick<ReaderConfig, 'role' | 'name' | 'scope' | 'naive'>
  | Pick<HandlersConfig, 'role' | 'name' | 'partitions' | 'leaseTime' | 'unfenced'>

const maxWriterProcesses = 4

/** Appends of all writers per second, for two cores, a crashing server and the memory of the checker. */
const appendsPerSecond = 400

const reader = (name: string, scope: Scope, naive: boolean): WorkerSpec => ({ role: 'reader', name, scope, naive })

/**
 * The workers of a round: the writers, in up to four processes; two readers of the log, one of all of it and one of
 * some categories; one of streams; and handlers, when they are requested.
 *
 * @category constructors
 * @since 0.1.0
 */
export const workerSpecs = ({
  writers,
  naive,
  handlers,
  partitions,
  lease,
  unfenced,
  faults,
}: Settings): ReadonlyArray<WorkerSpec> => {
  const names = Array.from({ length: writers }, (_, i) => `writer ${i + 1}`)
  const groups = Array.from({ length: Math.min(maxWriterProcesses, writers) }, (_, group) =>
    names.filter((_, i) => i % maxWriterProcesses === group),
  )
  return [
    ...groups.map(
      (writers, i): WorkerSpec => ({
        role: 'writers',
        name: `writers ${i + 1}`,
        writers,
        appendsPerSecond: appendsPerSecond / names.length,
      }),
    ),
    reader('reader of the log', { of: 'log' }, naive),
    reader('reader of categories', { of: 'log', categories: ['own', 'race'] }, false),
    // A version of a stream is not a place of the log: a reader that knows only versions does not detect that the log
    // went back.
    ...(faults === 'rewinds'
      ? []
      : [
          reader('reader of streams', { of: 'streams', streams: [...hotStreams, ...names.flatMap(ownStreams)] }, false),
        ]),
    ...Array.from(
      { length: handlers },
      (_, i): WorkerSpec => ({ role: 'handlers', name: `handlers ${i + 1}`, partitions, leaseTime: lease, unfenced }),
    ),
  ]
}
