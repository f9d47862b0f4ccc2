import type * as t from 'io-ts'
import type { Codecs } from './RouteInput.ts'

/**
 * A success response of a route: a description, and the codec of its body, if it has one. A body of another
 * `mediaType` than JSON, such as `text/event-stream`, has none.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResponseSpec {
  readonly description: string
  readonly body?: t.Any | undefined
  readonly mediaType?: string | undefined
}

/**
 * What describes a route. Parameters of the path are in braces, `/orders/{order_id}`; `parameters`, `query` and `body`
 * are their codecs. `isCommand` means that it runs a command and accepts the headers of one. `responses` are the
 * success responses by status.
 *
 * @category model
 * @since 0.1.0
 */
export interface RouteDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly name: string
  readonly summary: string
  readonly isCommand: boolean
  readonly parameters?: Codecs | undefined
  readonly body?: t.Any | undefined
  readonly query?: Codecs | undefined
  readonly responses: Readonly<Record<number, ResponseSpec>>
}

/**
 * Answers a request. It gets the values of the parameters in the path.
 *
 * @category model
 * @since 0.1.0
 */
export type RouteHandler = (request: Request, parameters: Readonly<Record<string, string>>) => Promise<Response>
