import type { NewEvent } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { ImportedEvent } from './ExportedEvent.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * What an import has done: `stored` is the number of events that it has stored, `present` of those that were stored
 * already, under the same ids.
 *
 * @category model
 * @since 0.1.0
 */
export interface ImportResult {
  readonly stored: number
  readonly present: number
}

const newEvent = ({ id, type, schemaVersion, data, metadata }: ImportedEvent): NewEvent => ({
  id,
  type,
  schemaVersion,
  data,
  metadata,
})

/** Events that follow each other in one stream become one append. */
const runsOf = (events: ReadonlyArray<ImportedEvent>): ReadonlyArray<ReadonlyArray<ImportedEvent>> => {
  const runs: Array<Array<ImportedEvent>> = []
  for (const event of events) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last?.stream === event.stream && event.version === last.version + 1) run.push(event)
    else runs.push([event])
  }
  return runs
}

/**
 * Stores a part of an export, at most 1,000 events in the order of their positions. Each keeps its id, its stream and
 * its version; it gets another position, and the present time. An event that is stored already is left out, so an
 * import that has failed can be repeated. A stream that has other events is a `VersionConflict`.
 *
 * @category combinators
 * @since 0.1.0
 */
const run =
  (store: OperatedStore) =>
  (events: ReadonlyArray<ImportedEvent>): TE.TaskEither<OperationError, ImportResult> =>
  async () => {
    const found = await store.findEvents(events.map(({ id }) => id))()
    if (E.isLeft(found)) return found
    const present = new Map(found.right.map((one) => [one.id, one]))
    const missing = events.filter((one) => {
      const stored = present.get(one.id)
      return stored?.stream !== one.stream || stored.version !== one.version
    })
    for (const part of runsOf(missing)) {
      const [first] = part
      if (first === undefined) continue
      const expected = first.version === 1 ? 'noStream' : first.version - 1
      const stored = await store.append({ stream: first.stream, expected, events: part.map(newEvent) })()
      if (E.isLeft(stored)) return stored
    }
    return E.right({ stored: missing.length, present: events.length - missing.length })
  }

/**
 * Functions on {@link ImportResult}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventImport = { run } as const
