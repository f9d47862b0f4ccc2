import { type Command, ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { commandRouteFor } from './CommandRoute.ts'
import { eventsRouteFor } from './EventsRoute.ts'
import { findRouteFor } from './FindRoute.ts'
import { pageRouteFor } from './PageRoute.ts'
import { queryRouteFor } from './QueryRoute.ts'
import type { RequestError } from './RequestError.ts'
import type { RouteDescription, RouteHandler } from './RouteDescription.ts'
import { sendRoute } from './SendRoute.ts'

/**
 * A route as a value, for any framework: its description, the statuses of its own problems, and its handler. The
 * document adds the problems that every route has. `Routes.make` makes routes of `Route.command` and `Route.query`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Route extends RouteDescription {
  readonly errorStatuses: ReadonlyArray<number>
  readonly handle: RouteHandler
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
 * What the code of routes gets and may send: the union of commands, the user that `authenticate` returns, and what else
 * the environment has.
 *
 * @category type level
 * @since 0.1.0
 */
export interface RouteNeeds {
  readonly command?: Command | undefined
  readonly user?: unknown | undefined
  readonly environment?: unknown | undefined
}

/**
 * The constructors of routes with these needs: `Route.of<{ command: RoomCommand; user: Guest }>()`. `Routes.make` takes
 * such a route only with an environment that has all of them.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = <Needs extends RouteNeeds>() => ({
  command: commandRouteFor<CommandNeeded<Needs>, Needs['user'], Needs['environment']>(),
  query: queryRouteFor<Needs['user'], Needs['environment']>(),
  page: pageRouteFor<Needs['user'], Needs['environment']>(),
  find: findRouteFor<Needs['user'], Needs['environment']>(),
  events: eventsRouteFor<Needs['user'], Needs['environment']>(),
})

/** The union of commands that the needs name, any command when they name none. */
type CommandNeeded<Needs extends RouteNeeds> = Needs extends { readonly command: infer C extends Command } ? C : Command

const any = of<{ readonly user: unknown; readonly environment: unknown }>()

/**
 * Makes a route that sends a command: see `CommandRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const command = any.command

/**
 * Makes a route that reads: see `QueryRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const query = any.query

/**
 * Makes a route that lists items, a page at a time: see `PageRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const page = any.page

/**
 * Makes a route that finds one thing, or answers 404: see `FindRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const find = any.find

/**
 * Makes a route that sends events as they come: see `EventsRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const events = any.events

/**
 * Makes a route of a command that a command codec describes: see `SendRoute`.
 *
 * @category constructors
 * @since 0.1.0
 */
const send = sendRoute

/**
 * Functions on {@link Route}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Route = { of, command, send, query, page, find, events, parameter } as const
