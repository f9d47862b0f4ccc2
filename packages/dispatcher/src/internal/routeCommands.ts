import type { AnyAggregate, AnyDecision } from '@foldlog/core'
import { Limits, NumberOption } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { aggregateRoute } from './aggregateRoute.ts'
import { boundaryRoute } from './boundaryRoute.ts'
import type { CommandRoute } from './CommandRoute.ts'
import { erase } from './ErasedAggregate.ts'
import { jointRoute } from './jointRoute.ts'

const policyNumbers = {
  schemaVersion: { min: 1, max: Limits.schemaVersion, absent: Number.NaN },
  every: { min: 1, max: Number.MAX_SAFE_INTEGER, absent: Number.NaN },
} as const

/** With another number, no snapshot would ever be due, or none would be found again. */
const snapshotProblems = ({ category, snapshot }: AnyAggregate): ReadonlyArray<string> => {
  if (snapshot === undefined) return []
  const all = Object.entries(policyNumbers).map(([name, option]) =>
    // Neither has a default: `undefined` is refused, too.
    NumberOption.read(`snapshot.${name} of ${category}`, option, Reflect.get(snapshot, name) ?? null),
  )
  return all.flatMap((one) => (E.isLeft(one) ? [`${one.left.what} ${one.left.why}`] : []))
}

/** The type of a command is stored with its first event. */
const isName = (type: unknown): boolean =>
  typeof type === 'string' && type !== '' && type.length <= Limits.eventType && !/\p{Control}|\p{Surrogate}/u.test(type)

/** Two aggregates with one category would fold each other's events, and share the states in the cache. */
const categoryProblems = (aggregates: ReadonlyArray<AnyAggregate>): ReadonlyArray<string> => {
  const categories = new Set<string>()
  const problems: Array<string> = []
  for (const aggregate of aggregates) {
    for (const name of [aggregate.category, ...(aggregate.formerCategories ?? [])]) {
      if (categories.has(name)) problems.push(`two aggregates have the category ${JSON.stringify(name)}`)
      if (name === '' || name.includes('-') || name.startsWith('$')) {
        problems.push(
          `${JSON.stringify(name)} cannot be a category: it must not be empty, contain a dash or start with $`,
        )
      }
      categories.add(name)
    }
    problems.push(...snapshotProblems(aggregate))
  }
  return problems
}

/** Maps command types to their routes, or returns the problems of these aggregates and decisions. */
export const routeCommands = (
  aggregates: ReadonlyArray<AnyAggregate>,
  decisions: ReadonlyArray<AnyDecision>,
): { readonly routes: ReadonlyMap<string, CommandRoute>; readonly problems: ReadonlyArray<string> } => {
  const routes = new Map<string, CommandRoute>()
  // A joint decision may have aggregates of the list: these are the same values.
  const joined = new Set(
    decisions.flatMap((decision) => ('aggregates' in decision ? Object.values(decision.aggregates) : [])),
  )
  for (const aggregate of aggregates) joined.delete(aggregate)
  const problems = [...categoryProblems([...aggregates, ...joined])]
  const add = (route: CommandRoute, commands: ReadonlyArray<string>): void => {
    for (const type of commands) {
      if (!isName(type)) {
        problems.push(
          `${JSON.stringify(type)} cannot be the type of a command: it must be a text of 1 to ${Limits.eventType} characters without control characters`,
        )
      }
      const other = routes.get(type)
      if (other !== undefined) {
        problems.push(`the command ${JSON.stringify(type)} belongs to both ${other.name} and ${route.name}`)
      }
      routes.set(type, route)
    }
  }
  for (const aggregate of aggregates) add(aggregateRoute(erase(aggregate)), aggregate.commands)
  for (const [i, decision] of decisions.entries()) {
    add('aggregates' in decision ? jointRoute(decision) : boundaryRoute(decision, i), decision.commands)
  }
  return { routes, problems }
}
