import { describeUnknown, Logger } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { type ProblemMap, ProblemRule } from './DomainProblem.ts'
import { ETag } from './ETag.ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { infrastructureProblem, type Precondition, type ProblemResponse } from './internal/infrastructureProblem.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import { Reply } from './Reply.ts'

/**
 * Answers requests: a reply becomes a response, an error a problem. It never throws. `statuses` are those that the
 * errors of the domain can have, by their `_tag`. `logTo` returns a responder with the same rules that logs to another
 * logger.
 *
 * @category model
 * @since 0.1.0
 */
export interface Responder<Err> {
  (request: Request, work: TE.TaskEither<Err | InfrastructureError, Reply>): Promise<Response>
  readonly statuses: Readonly<Record<string, ReadonlyArray<number>>>
  readonly logTo: (logger: Logger) => Responder<Err>
}

/**
 * The problem of a domain error. `hasOwn`, because a tag may be the name of a property of every object, such as
 * `constructor`.
 */
const domainProblem = <Err extends { readonly _tag: string }>(
  problemMap: ProblemMap<Err>,
  error: Err | InfrastructureError,
): ProblemResponse | undefined => {
  if (!Object.hasOwn(problemMap, error._tag)) return undefined
  // The rule under its own tag accepts this error: the type of the map proves it.
  const rule = problemMap[error._tag as Err['_tag']] as ProblemRule<Err | InfrastructureError>
  return { problem: { ...ProblemRule.of(rule, error), code: error._tag } }
}

const internalError: ProblemResponse = { problem: { status: 500, title: 'Internal error', code: 'InternalError' } }

/**
 * Makes a responder for a domain whose errors `problemMap` describes. An error with a status of 500 or more is logged
 * with all its facts, and sent to the client without them.
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
 *   Overdrawn: { status: 409, title: 'Insufficient funds', facts: ({ missing }) => ({ missing }) },
 * })
 *
 * const request = new Request('http://here/accounts/17/withdrawals', { method: 'POST' })
 * const response = await respond(request, TE.left({ _tag: 'Overdrawn', missing: 5 }))
 * console.log(response.status, await response.text())
 * console.log((await respond(request, TE.left(notFound('account 17')))).status)
 * ```
 *
 * ```text
 * 409 {"type":"about:blank","missing":5,"title":"Insufficient funds","status":409,"code":"Overdrawn"}
 * 404
 * ```
 */
const make = <Err extends { readonly _tag: string }>(
  problemMap: ProblemMap<Err>,
  options: { readonly logger?: Logger | undefined } = {},
): Responder<Err> => {
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const preconditionOf = (request: Request): Precondition => {
    const { headers } = request
    if (!headers.has('If-Match') && !headers.has('If-None-Match')) return 'none'
    const seen = ETag.expected(request)
    return E.isRight(seen) && seen.right.history !== undefined ? 'place' : 'number'
  }

  const answer = (request: Request, { problem, retryAfter, challenge }: ProblemResponse, error: unknown): Response => {
    const { method, url } = request
    if (problem.status >= 500) logger.error('request failed', { method, url, status: problem.status, error })
    return ProblemDetails.response(problem, {
      ...(retryAfter === undefined ? undefined : { 'Retry-After': `${retryAfter}` }),
      ...(challenge === undefined ? undefined : { 'WWW-Authenticate': challenge }),
    })
  }

  const respond = async (
    request: Request,
    work: TE.TaskEither<Err | InfrastructureError, Reply>,
  ): Promise<Response> => {
    try {
      const done = await work()
      if (E.isRight(done)) return Reply.response(request, done.right)
      const error = done.left
      if (typeof Object(error)._tag !== 'string')
        throw new Error(`the error of a route must have a _tag, is ${describeUnknown(error)}`)
      // An error that the map does not contain is an infrastructure error.
      const problemResponse =
        domainProblem(problemMap, error) ?? infrastructureProblem(error as InfrastructureError, preconditionOf(request))
      return answer(request, problemResponse, error)
    } catch (cause) {
      // A promise may be thrown, too.
      UserCode.absorb(cause)
      return answer(request, internalError, cause)
    }
  }
  const rules: ReadonlyArray<readonly [string, ProblemRule<never>]> = Object.entries(problemMap)
  return Object.assign(respond, {
    statuses: Object.fromEntries(rules.map(([tag, rule]) => [tag, ProblemRule.statuses(rule)])),
    logTo: (other: Logger) => make(problemMap, { logger: other }),
  })
}

/**
 * Functions on {@link Responder}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Responder = { make } as const
