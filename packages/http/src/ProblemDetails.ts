import type { JsonRecord } from '@foldlog/core'

/**
 * Why a request failed, in the form of RFC 9457. `status` is that of HTTP; `code` is the `_tag` of the error, for
 * programs; `facts` are further members.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProblemDetails {
  readonly status: number
  readonly title: string
  readonly code: string
  readonly detail?: string | undefined
  readonly facts?: JsonRecord | undefined
}

/**
 * The media type of a problem.
 *
 * @category constants
 * @since 0.1.0
 */
const mediaType = 'application/problem+json'

/**
 * The headers and the body of a response with a problem, for a server that could not read the request.
 *
 * @category destructors
 * @since 0.1.0
 */
const message = ({
  status,
  title,
  code,
  detail,
  facts,
}: ProblemDetails): { readonly headers: Readonly<Record<string, string>>; readonly body: string } => ({
  headers: { 'Content-Type': mediaType, 'Cache-Control': 'no-store' },
  body: JSON.stringify({
    type: 'about:blank',
    ...facts,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
  }),
})

/**
 * Makes a response of a problem. Its `type` is `about:blank`, unless `facts` contain another: `code` identifies the
 * error without a URI.
 *
 * @category destructors
 * @since 0.1.0
 */
const response = (problem: ProblemDetails, headers: Readonly<Record<string, string>> = {}): Response => {
  const { headers: own, body } = message(problem)
  return new Response(body, { status: problem.status, headers: { ...headers, ...own } })
}

/**
 * Functions on {@link ProblemDetails}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ProblemDetails = { mediaType, message, response } as const
