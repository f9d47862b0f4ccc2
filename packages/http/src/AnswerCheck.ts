import { ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { problemStatuses } from './internal/documentedStatuses.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import type { Route } from './Route.ts'

/**
 * Routes whose answers are compared with their description, for tests. `problems` returns every answer that was not
 * described: a status that the document does not name, a body that its codec does not decode, or a body where there is
 * none. `missing` returns the described answers that have not occurred, as `GET /orders/{order_id} 404`.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnswerCheck {
  readonly routes: ReadonlyArray<Route>
  readonly problems: () => ReadonlyArray<string>
  readonly missing: () => ReadonlyArray<string>
}

const statusesOf = (route: Route): ReadonlyArray<number> => [
  ...Object.keys(route.responses).map(Number),
  ...problemStatuses(route),
]

const mediaTypeOf = ({ headers }: Response): string => headers.get('Content-Type')?.split(';')[0] ?? ''

/** What is wrong with the body of an answer, if anything. A stream has no end to wait for: its body is not read. */
const bodyProblem = async (route: Route, response: Response): Promise<string | undefined> => {
  const described = route.responses[response.status]
  if (described === undefined) {
    return mediaTypeOf(response) === ProblemDetails.mediaType ? undefined : 'is no problem of RFC 9457'
  }
  if (described.mediaType !== undefined) {
    return mediaTypeOf(response) === described.mediaType ? undefined : `is of the type ${mediaTypeOf(response)}`
  }
  const text = await response.clone().text()
  if (described.body === undefined) return text === '' ? undefined : `has a body that is not described: ${text}`
  if (text === '') return 'has no body'
  const decoded = E.tryCatch(() => described.body?.decode(JSON.parse(text)), String)
  if (E.isLeft(decoded)) return `has a body that is no JSON: ${decoded.left}`
  const problems = decoded.right === undefined || E.isRight(decoded.right) ? [] : decoded.right.left
  return problems.length === 0
    ? undefined
    : ValidationProblem.fromIoTs(problems, 'body')
        .map(({ path, why }) => `${path}: ${why}`)
        .join('; ')
}

/**
 * Makes routes that compare each answer with its description. The answers themselves stay as they are.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { AnswerCheck, type Route } from '@foldlog/http'
 *
 * const tea: Route = {
 *   name: 'makeTea',
 *   method: 'GET',
 *   path: '/tea',
 *   summary: 'Makes tea.',
 *   isCommand: false,
 *   responses: { 200: { description: 'Tea.' } },
 *   errorStatuses: [],
 *   handle: async () => new Response(null, { status: 418 }),
 * }
 *
 * const checked = AnswerCheck.make([tea])
 * await checked.routes[0]?.handle(new Request('http://here/tea'), {})
 * console.log(checked.problems())
 * ```
 *
 * ```text
 * [ 'GET /tea 418: is not described' ]
 * ```
 */
const make = (routes: ReadonlyArray<Route>): AnswerCheck => {
  const problems: Array<string> = []
  const seen = new Set<string>()
  const checked = (route: Route): Route => ({
    ...route,
    handle: async (request, parameters) => {
      const response = await route.handle(request, parameters)
      const answer = `${route.method} ${route.path} ${response.status}`
      seen.add(answer)
      const problem = statusesOf(route).includes(response.status)
        ? await bodyProblem(route, response)
        : 'is not described'
      if (problem !== undefined) problems.push(`${answer}: ${problem}`)
      return response
    },
  })
  return {
    routes: routes.map(checked),
    problems: () => [...problems],
    missing: () =>
      routes
        .flatMap((route) => statusesOf(route).map((status) => `${route.method} ${route.path} ${status}`))
        .filter((answer) => !seen.has(answer)),
  }
}

/**
 * Functions on {@link AnswerCheck}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const AnswerCheck = { make } as const
