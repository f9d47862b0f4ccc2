import type { JsonRecord } from '@foldlog/core'

/**
 * Why a request was not done, as RFC 9457 writes it. `status` is that of HTTP; `code` is the `_tag` of the error, for programs; `facts` are further members.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProblemDetails {
  readonly status: number
  readonly title: string
  readonly code: string
  readonly detail?: string
  readonly facts?: JsonRecord
}

/**
 * The media type of a problem.
 *
 * @category constants
 * @since 0.1.0
 */
const mediaType = 'application/problem+json'

/**
 * A problem as a response. Its `type` is `about:blank`, as long as `facts` bring no other: `code` says the same, and needs no address.
 *
 * @category destructors
 * @since 0.1.0
 */
const response = (
  { status, title, code, detail, facts }: ProblemDetails,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(
    JSON.stringify({ type: 'about:blank', ...facts, title, status, ...(detail === undefined ? {} : { detail }), code }),
    { status, headers: { ...headers, 'Content-Type': mediaType, 'Cache-Control': 'no-store' } },
  )

/**
 * Functions on {@link ProblemDetails}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ProblemDetails = { mediaType, response } as const
