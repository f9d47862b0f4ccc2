import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkInput, name, object, optional } from '../values/internal/inputCodecs.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import { Limits } from '../values/Limits.ts'
import type { StreamName } from '../values/StreamName.ts'

/**
 * Selects streams by name: those whose names begin with `prefix`, of all when absent, behind the name `after`. At most
 * `count` streams, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamQuery {
  readonly prefix?: string | undefined
  readonly after?: string | undefined
  readonly count?: number | undefined
}

/**
 * A stream with at least one event. `version` is that of its last event, and so the number of its events; `position`
 * and `recordedAt` are those of its last event.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListedStream {
  readonly stream: StreamName
  readonly status: 'open' | 'deleted'
  readonly version: number
  readonly position: number
  readonly recordedAt: Date
}

/**
 * A page of streams, ordered by name, by code points. Continue with `after`: the last name of the page. `end` means
 * that no further stream matches.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListedStreams {
  readonly streams: ReadonlyArray<ListedStream>
  readonly end: boolean
}

/**
 * {@link StreamQuery} with the defaults filled in: `count` is a number of streams.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedStreamQuery {
  readonly prefix: string
  readonly after: string
  readonly count: number
}

const parts = object({ prefix: optional(name(Limits.streamName)), after: optional(name(Limits.streamName)) })

/**
 * Checks a query for streams and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (query: StreamQuery = {}): Checked<CheckedStreamQuery> => {
  if (typeof query !== 'object' || query === null) return rejectInput('query', `must be an object, is ${format(query)}`)
  const checked = checkInput('query')(parts)(query)
  if (E.isLeft(checked)) return checked
  const count = checkPageSize(query.count)
  const { prefix = '', after = '' } = query
  return E.isLeft(count) ? count : E.right({ prefix, after, count: count.right })
}

/**
 * Functions on {@link StreamQuery}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StreamQuery = { check } as const
