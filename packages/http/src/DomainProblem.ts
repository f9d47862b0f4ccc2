import type { JsonRecord } from '@foldlog/core'

/**
 * The HTTP form of a domain error: usually 409 when the current state prevents the command, 422 when the command can
 * never be fulfilled, 404 when its subject does not exist. `facts` are further members of the problem.
 *
 * @category model
 * @since 0.1.0
 */
export interface DomainProblem {
  readonly status: 400 | 402 | 403 | 404 | 409 | 410 | 422
  readonly title: string
  readonly detail?: string | undefined
  readonly facts?: JsonRecord | undefined
}

/**
 * A problem for every error of a domain. A missing one does not compile.
 *
 * @category model
 * @since 0.1.0
 */
export type ProblemMap<Err extends { readonly _tag: string }> = {
  readonly [Tag in Err['_tag']]: (error: Extract<Err, { readonly _tag: Tag }>) => DomainProblem
}
