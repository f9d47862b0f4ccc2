import type { JsonRecord } from '@foldlog/core'

/**
 * How an error of a domain is told over HTTP: usually 409 when the state of things is against it, 422 when the command could never be done, 404 when what it is
 * about is not there. `facts` are further members of the problem.
 *
 * @category model
 * @since 0.1.0
 */
export interface DomainProblem {
  readonly status: 400 | 402 | 403 | 404 | 409 | 410 | 422
  readonly title: string
  readonly detail?: string
  readonly facts?: JsonRecord
}

/**
 * A refusal for every error of a domain. One that is forgotten does not compile.
 *
 * @category model
 * @since 0.1.0
 */
export type ProblemMap<Err extends { readonly _tag: string }> = {
  readonly [Tag in Err['_tag']]: (error: Extract<Err, { readonly _tag: Tag }>) => DomainProblem
}
