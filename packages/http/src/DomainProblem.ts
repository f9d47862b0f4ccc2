import type { JsonRecord } from '@foldlog/core'

/**
 * The status of a domain error: usually 409 when the current state prevents the command, 422 when the command can never
 * be fulfilled, 404 when its subject does not exist.
 *
 * @category model
 * @since 0.1.0
 */
export type DomainStatus = 400 | 402 | 403 | 404 | 409 | 410 | 422 | 423 | 429

/**
 * The HTTP form of a domain error. `facts` are further members of the problem.
 *
 * @category model
 * @since 0.1.0
 */
export interface DomainProblem {
  readonly status: DomainStatus
  readonly title: string
  readonly detail?: string | undefined
  readonly facts?: JsonRecord | undefined
}

/**
 * How errors of one `_tag` become problems. Usually they all have one status and one title, and `detail` and `facts`
 * come from the error. Where the status depends on the error, `statuses` lists all of them, and `of` chooses. The
 * statuses are data, so that the document of a route follows from the errors of its command.
 *
 * @category model
 * @since 0.1.0
 */
export type ProblemRule<Err> =
  | {
      readonly status: DomainStatus
      readonly title: string
      readonly detail?: string | ((error: Err) => string) | undefined
      readonly facts?: ((error: Err) => JsonRecord) | undefined
    }
  | { readonly statuses: ReadonlyArray<DomainStatus>; readonly of: (error: Err) => DomainProblem }

/**
 * A rule for every error of a domain. A missing one does not compile.
 *
 * @category model
 * @since 0.1.0
 */
export type ProblemMap<Err extends { readonly _tag: string }> = {
  readonly [Tag in Err['_tag']]: ProblemRule<Extract<Err, { readonly _tag: Tag }>>
}

/**
 * Returns the statuses that a rule can give.
 *
 * @category destructors
 * @since 0.1.0
 */
const statuses = (rule: ProblemRule<never>): ReadonlyArray<DomainStatus> =>
  'of' in rule ? rule.statuses : [rule.status]

/**
 * Makes the problem of an error by its rule.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = <Err>(rule: ProblemRule<Err>, error: Err): DomainProblem => {
  if ('of' in rule) return rule.of(error)
  const { status, title, detail, facts } = rule
  return {
    status,
    title,
    ...(detail === undefined ? undefined : { detail: typeof detail === 'string' ? detail : detail(error) }),
    ...(facts === undefined ? undefined : { facts: facts(error) }),
  }
}

/**
 * Functions on {@link ProblemRule}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ProblemRule = { statuses, of } as const
