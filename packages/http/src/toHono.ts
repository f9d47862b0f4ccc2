import { PathTemplate } from './internal/PathTemplate.ts'
import type { Route } from './Route.ts'

/**
 * The parts of an application of Hono that {@link toHono} uses.
 *
 * @category model
 * @since 0.1.0
 */
export interface HonoApplication {
  on(
    method: string,
    path: string,
    handler: (context: {
      readonly req: { readonly raw: Request; param(): Readonly<Record<string, string>> }
    }) => Promise<Response>,
  ): unknown
}

/**
 * Registers routes with an application of Hono, and returns the application. Paths and methods that no route has are
 * left to Hono.
 *
 * @category destructors
 * @since 0.1.0
 */
export const toHono = <App extends HonoApplication>(app: App, routes: ReadonlyArray<Route>): App => {
  for (const route of routes) {
    const path = PathTemplate.replace(route.path, (name) => `:${name}`)
    app.on(route.method, path, ({ req }) => route.handle(req.raw, req.param()))
  }
  return app
}
