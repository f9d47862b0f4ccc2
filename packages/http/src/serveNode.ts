import type { InvalidInput } from '@foldlog/core'
import { nodeModule } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { Route } from './Route.ts'
import {
  type NodeServer,
  type PortUnavailable,
  type RunningServer,
  type RunServerOptions,
  runServer,
} from './runServer.ts'
import { type ListenerOptions, type NodeListener, toNode } from './toNode.ts'

/** What this uses of the module `node:http`, if there is one. */
interface NodeHttp {
  readonly createServer?: ((listener: NodeListener) => NodeServer) | undefined
}

/**
 * The options of a server of routes. `prefix` is the part of every path before those of the routes.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServeOptions extends ListenerOptions, RunServerOptions {
  readonly prefix?: string | undefined
}

/**
 * Serves routes with a server of Node, as the `serve` of an application's `run` needs it:
 * `application.run(signal, serveNode(routes, { port: 3000 }))`. Its requests end before the application stops.
 *
 * Errors: `PortUnavailable`, and `InvalidInput` for a number that its option does not allow.
 *
 * @category destructors
 * @since 0.1.0
 */
export const serveNode = (
  routes: ReadonlyArray<Route>,
  options: ServeOptions = {},
): TE.TaskEither<InvalidInput | PortUnavailable, RunningServer> => {
  const listener = toNode(routes, options)
  return async () => {
    // The module of Node, or nothing elsewhere.
    const { createServer } = Object(nodeModule('node:http')) as NodeHttp
    if (createServer !== undefined) return runServer(createServer(listener), options)()
    const why = 'this program does not run on Node'
    return E.left({ _tag: 'PortUnavailable', port: options.port ?? 0, why })
  }
}
