import type { Aggregate, Command, Event } from '@foldlog/core'
import type { AnyAggregate } from '../AnyAggregate.ts'

/** An aggregate with erased types, so that different ones fit in one table. */
export type ErasedAggregate = Aggregate<Command, Event, unknown, unknown>

// Values of different aggregates are never mixed. Commands go to the aggregate of their type (each type has exactly
// one), states and events to that of their stream (each category has exactly one).
export const erase = (aggregate: AnyAggregate): ErasedAggregate => aggregate as unknown as ErasedAggregate

/** Maps command types to their aggregates, or returns the problems of this list of aggregates. */
export const routeCommands = (
  aggregates: ReadonlyArray<AnyAggregate>,
): { readonly routes: ReadonlyMap<string, ErasedAggregate>; readonly problems: ReadonlyArray<string> } => {
  const routes = new Map<string, ErasedAggregate>()
  const categories = new Set<string>()
  const problems: Array<string> = []
  for (const aggregate of aggregates) {
    const { category, commands, formerCategories = [] } = aggregate
    for (const name of [category, ...formerCategories]) {
      if (categories.has(name)) problems.push(`two aggregates have the category ${JSON.stringify(name)}`)
      if (name === '' || name.includes('-') || name.startsWith('$')) {
        problems.push(
          `${JSON.stringify(name)} cannot be a category: it must not be empty, contain a dash or start with $`,
        )
      }
      categories.add(name)
    }
    for (const type of commands) {
      const other = routes.get(type)
      if (other !== undefined) {
        problems.push(`the command ${JSON.stringify(type)} belongs to both ${other.category} and ${category}`)
      }
      routes.set(type, erase(aggregate))
    }
  }
  return { routes, problems }
}
