import { OptionKind } from '@foldlog/core/store'

const { record, list, optional, functionThat, problemsOf } = OptionKind

const task = functionThat('it returns a TaskEither, and no promise')

const responder: OptionKind = (value) =>
  typeof value === 'function' &&
  record(Reflect.get(value, 'statuses')) === undefined &&
  typeof Reflect.get(value, 'logTo') === 'function'
    ? undefined
    : 'must be a responder: make it with Responder.make'

const environmentKinds = {
  dispatch: task,
  waitFor: task,
  settledPosition: (value: unknown) => (typeof value === 'function' ? undefined : 'must be that of the store'),
  handlers: optional(list),
  respond: responder,
  authenticate: optional(task),
  trustedOrigins: optional(list),
}

const isSpec: OptionKind = (value) =>
  typeof Object(value).serve === 'function' && Array.isArray(Object(value).errors)
    ? undefined
    : 'must be a route: make it with CommandRoute.make, QueryRoute.make or another of their kind'

/** What is wrong with the environment and the list of routes, as a JavaScript caller may pass them. */
export const routeProblems = (environment: unknown, specs: unknown): ReadonlyArray<string> => {
  const whole = problemsOf(undefined, { environment: record, routes: list }, { environment, routes: specs })
  const routes = Array.isArray(specs) ? Array.from(specs, (one, i) => [`routes[${i}]`, () => isSpec(one)] as const) : []
  return [
    ...whole,
    ...(record(environment) === undefined ? problemsOf(undefined, environmentKinds, environment) : []),
    ...problemsOf(undefined, Object.fromEntries(routes), {}),
  ].map(({ what, why }) => `${what} ${why}`)
}
