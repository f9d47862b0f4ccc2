import { Logger } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { ETag } from './ETag.ts'
import { type Precondition, type Told, wayProblem } from './internal/wayProblem.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import type { Refusals } from './Refusal.ts'
import { Reply } from './Reply.ts'
import type { WayError } from './WayError.ts'

/**
 * Answers requests: a reply becomes a response, an error a problem. It never throws.
 *
 * @category model
 * @since 0.1.0
 */
export type Responder<Err> = (request: Request, work: TE.TaskEither<Err | WayError, Reply>) => Promise<Response>

/** The refusals of the domain, and none for what has a tag that any object has, such as `constructor`. */
const refusalOf = <Err extends { readonly _tag: string }>(
  refusals: Refusals<Err>,
  error: Err | WayError,
): Told | undefined => {
  if (!Object.hasOwn(refusals, error._tag)) return undefined
  // The refusal under its own tag takes this error: that is what the type of the record says.
  const refuse = refusals[error._tag as Err['_tag']] as (error: Err | WayError) => Omit<ProblemDetails, 'code'>
  return { problem: { ...refuse(error), code: error._tag } }
}

const broken: Told = { problem: { status: 500, title: 'Something is wrong on our side', code: 'InternalError' } }

/**
 * A responder for a domain whose errors are told as `refusals` say. Whatever ends with a status of 500 or more is told to the logger with all its facts, and
 * to the client without them.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { notFound, Responder } from '@foldlog/http'
 * import { taskEither as TE } from 'fp-ts'
 *
 * type Overdrawn = { readonly _tag: 'Overdrawn'; readonly missing: number }
 *
 * const respond = Responder.make<Overdrawn>({
 *   Overdrawn: ({ missing }) => ({ status: 409, title: 'There is not enough money', facts: { missing } }),
 * })
 *
 * const request = new Request('http://here/accounts/17/withdrawals', { method: 'POST' })
 * const told = await respond(request, TE.left({ _tag: 'Overdrawn', missing: 5 }))
 * console.log(told.status, await told.text())
 * console.log((await respond(request, TE.left(notFound('account 17')))).status)
 * ```
 *
 * ```text
 * 409 {"type":"about:blank","missing":5,"title":"There is not enough money","status":409,"code":"Overdrawn"}
 * 404
 * ```
 */
const make = <Err extends { readonly _tag: string }>(
  refusals: Refusals<Err>,
  options: { readonly logger?: Logger } = {},
): Responder<Err> => {
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const preconditionOf = (request: Request): Precondition => {
    const { headers } = request
    if (!headers.has('If-Match') && !headers.has('If-None-Match')) return 'none'
    const seen = ETag.expected(request)
    return E.isRight(seen) && seen.right.history !== undefined ? 'place' : 'number'
  }

  const tell = (request: Request, { problem, retryAfter }: Told, error: unknown): Response => {
    const { method, url } = request
    if (problem.status >= 500) logger.error('a request failed', { method, url, status: problem.status, error })
    return ProblemDetails.response(problem, retryAfter === undefined ? {} : { 'Retry-After': `${retryAfter}` })
  }

  return async (request, work) => {
    try {
      const done = await work()
      if (E.isRight(done)) return Reply.response(request, done.right)
      const error = done.left
      // What no refusal names is an error of the way.
      const told = refusalOf(refusals, error) ?? wayProblem(error as WayError, preconditionOf(request))
      return tell(request, told, error)
    } catch (cause) {
      return tell(request, broken, cause)
    }
  }
}

/**
 * Functions on {@link Responder}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Responder = { make } as const
