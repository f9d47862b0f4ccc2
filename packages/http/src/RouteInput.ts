import type * as t from 'io-ts'
import type { NamesIn } from './internal/PathTemplate.ts'

/**
 * Codecs by the name of a parameter. A parameter of a path is a text; one of a query is a text, a list of texts when it
 * comes several times, and `undefined` when it is absent.
 *
 * @category model
 * @since 0.1.0
 */
export type Codecs = Readonly<Record<string, t.Mixed>>

/**
 * The values that codecs decode, by name.
 *
 * @category type level
 * @since 0.1.0
 */
export type Decoded<P extends Codecs> = { readonly [K in keyof P]: t.TypeOf<P[K]> }

/**
 * No constraint when the codecs name exactly the parameters of the path; otherwise a property that no record has, whose
 * type is the parameters that are missing or unknown.
 *
 * @category type level
 * @since 0.1.0
 */
export type NamesExactly<Path extends string, P> = [Exclude<NamesIn<Path>, keyof P>] extends [never]
  ? [Exclude<keyof P, NamesIn<Path>>] extends [never]
    ? unknown
    : { readonly notInPath: Exclude<keyof P, NamesIn<Path>> }
  : { readonly missingParameters: Exclude<NamesIn<Path>, keyof P> }

/**
 * The input of every route: the decoded parameters of path and query, the user that `authenticate` returned, and the
 * request.
 *
 * @category model
 * @since 0.1.0
 */
export interface RouteInput<P extends Codecs, Q extends Codecs, User> {
  readonly parameters: Decoded<P>
  readonly query: Decoded<Q>
  readonly user: User
  readonly request: Request
}

/**
 * The input of a command route: also the decoded body, and a new id, decoded by the codec of `creates`. The id is the
 * same for a repetition with the same `Idempotency-Key`.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandInput<P extends Codecs, Q extends Codecs, User, B, Id> extends RouteInput<P, Q, User> {
  readonly body: B
  readonly newId: Id
}
