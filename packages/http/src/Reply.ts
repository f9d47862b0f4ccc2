import type { HistoryId, LogPosition } from '@foldlog/core'
import { ETag } from './ETag.ts'
import { PositionHeader } from './PositionHeader.ts'

/**
 * The reply to a successful request. `status` is that of HTTP. `body` becomes JSON; without it the response has no
 * body. `version` is that of the stream; with `history`, the history of the log in which it was read, it becomes the
 * `ETag`. `position` is that of the last event in the log, for later reads that must include it. `preferenceApplied`
 * means that the preferred wait succeeded.
 *
 * @category model
 * @since 0.1.0
 */
export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly location?: string | undefined
  readonly version?: number | undefined
  readonly history?: HistoryId | undefined
  readonly position?: number | LogPosition | undefined
  readonly preferenceApplied?: boolean | undefined
  readonly duplicate?: boolean | undefined
}

/**
 * Makes a response of a reply. A read whose client already has this version (`If-None-Match`) is answered with 304 and
 * no body.
 *
 * @category destructors
 * @since 0.1.0
 */
const response = (request: Request, reply: Reply): Response => {
  const { status, body, location, version, history, position, preferenceApplied, duplicate } = reply
  const headers = {
    ...(location === undefined ? undefined : { Location: location }),
    ...(version === undefined ? undefined : { ETag: ETag.of(version, history) }),
    ...(position === undefined ? undefined : { [PositionHeader.header]: PositionHeader.format(position) }),
    ...(preferenceApplied === true ? { 'Preference-Applied': 'wait' } : undefined),
    ...(duplicate === true ? { 'Idempotency-Replayed': 'true' } : undefined),
    // An event can change the resource at any moment, so caches must revalidate.
    'Cache-Control': 'no-cache',
  }
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (reads && status === 200 && version !== undefined && ETag.isKnown(request, version, history)) {
    return new Response(null, { status: 304, headers })
  }
  return body === undefined
    ? new Response(null, { status, headers })
    : new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': 'application/json' } })
}

/**
 * Functions on {@link Reply}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Reply = { response } as const
