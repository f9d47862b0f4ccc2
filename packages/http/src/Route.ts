import { ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { RequestError } from './RequestError.ts'

/**
 * A success response of a route: a description, and the codec of its body, if it has one.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResponseSpec {
  readonly description: string
  readonly body?: t.Any | undefined
}

/**
 * A route as a value, for any framework. Parameters of the path are in braces, `/orders/{order_id}`; `handle` gets the
 * request and their values. The other fields describe it: `isCommand` means that it runs a command and accepts the
 * headers of one, `responses` are the success responses by status, `errorStatuses` the statuses of its own problems.
 * The document adds those that every route has.
 *
 * @category model
 * @since 0.1.0
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly name: string
  readonly summary: string
  readonly isCommand: boolean
  readonly body?: t.Any | undefined
  readonly query?: Readonly<Record<string, t.Any>> | undefined
  readonly responses: Readonly<Record<number, ResponseSpec>>
  readonly errorStatuses: ReadonlyArray<number>
  readonly handle: (request: Request, parameters: Readonly<Record<string, string>>) => Promise<Response>
}

/**
 * Decodes a parameter of a path.
 *
 * @category destructors
 * @since 0.1.0
 */
const parameter =
  <A>(codec: t.Type<A, unknown>, name: string) =>
  (parameters: Readonly<Record<string, string>>): E.Either<RequestError, A> => {
    const decoded = codec.decode(parameters[name])
    if (E.isRight(decoded)) return decoded
    const problems: ReadonlyArray<ValidationProblem> = ValidationProblem.fromIoTs(decoded.left, name)
    return E.left({ _tag: 'InvalidPath', problems })
  }

/**
 * Functions on {@link Route}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Route = { parameter } as const
