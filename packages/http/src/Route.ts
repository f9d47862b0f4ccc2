import { ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { RequestError } from './RequestError.ts'

/**
 * What a route may answer beside problems: a sentence about it, and the codec of the body, if it has one.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResponseSpec {
  readonly description: string
  readonly body?: t.Any
}

/**
 * A route as a value, for any framework: parameters of the path stand in braces, `/orders/{order_id}`. `handle` gets the request and what stood in their
 * place. The rest describes it: `changes` that it carries out a command and so takes the headers of one, `versioned` that its answers have an `ETag`, `answers`
 * by their status, `problems` with which statuses it refuses.
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
  readonly body?: t.Any
  readonly query?: Readonly<Record<string, t.Any>>
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
