import { either as E } from 'fp-ts'
import type { Route } from '../Route.ts'
import { PathTemplate } from './PathTemplate.ts'

/** A route that an address belongs to, with the decoded values of its parameters. */
interface FoundRoute {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Finds the route of a method and a path, without a framework. `allowed` are the methods of the path when none of its
 * routes has this one: none when no route has this path. HEAD belongs to the route of GET.
 */
export const routeFinder = (
  routes: ReadonlyArray<Route>,
): ((method: string, pathname: string) => E.Either<{ readonly allowed: ReadonlyArray<string> }, FoundRoute>) => {
  const sorted = [...routes]
    .sort((one, other) => PathTemplate.compare(one.path, other.path))
    .map((route) => ({ route, matcher: PathTemplate.matcher(route.path) }))
  return (method, pathname) => {
    const allowed = new Set<string>()
    for (const { route, matcher } of sorted) {
      const values = matcher.match(pathname)
      if (values === undefined) continue
      if (route.method === (method === 'HEAD' ? 'GET' : method)) {
        return E.right({ route, parameters: PathTemplate.decodeValues(values) })
      }
      allowed.add(route.method)
      if (route.method === 'GET') allowed.add('HEAD')
    }
    return E.left({ allowed: [...allowed] })
  }
}
