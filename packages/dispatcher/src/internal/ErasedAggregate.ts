import type { Aggregate, Command, Event } from '@foldlog/core'
import type { AnyAggregate } from '../AnyAggregate.ts'

/** An aggregate whose types are forgotten, so that different ones stand in one table. */
export type ErasedAggregate = Aggregate<Command, Event, unknown, unknown>

// What goes into an aggregate came out of the same one: commands by their type (each stands in one aggregate only), states and events by their
// stream (each category stands in one aggregate only). So what is forgotten here is never mixed up.
export const erase = (aggregate: AnyAggregate): ErasedAggregate => aggregate as unknown as ErasedAggregate

/** Where commands go, by type; or what is wrong with this list of aggregates. */
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
        problems.push(`${JSON.stringify(name)} cannot be a category: it must not be empty, hold a dash or start with $`)
      }
      categories.add(name)
    }
    for (const type of commands) {
      const other = routes.get(type)
      if (other !== undefined) {
        problems.push(`the command ${JSON.stringify(type)} stands in ${other.category} and in ${category}`)
      }
      routes.set(type, erase(aggregate))
    }
  }
  return { routes, problems }
}
