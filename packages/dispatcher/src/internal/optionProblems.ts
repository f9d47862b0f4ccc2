import type { AnyAggregate, AnyDecision, AnyJointDecision, InvalidInput } from '@foldlog/core'
import { invalidInput, OptionKind } from '@foldlog/core/store'
import type { BaseOptions } from '../DispatcherOptions.ts'

const { text, list, record, codec, pure, functionThat, optional, having } = OptionKind

const optionKinds = {
  store: having('an event store, such as that of makeMemoryStore', ['appendAll', 'readStream']),
  aggregates: list,
  snapshots: optional(having('a store with snapshots', ['readFromSnapshot'])),
  decisions: optional(list),
  waitFor: optional(functionThat('it is the waitFor of a handler runtime')),
}

const aggregateKinds = {
  category: text,
  formerCategories: optional(list),
  commands: list,
  id: pure,
  decider: record,
  events: OptionKind.eventCodec,
  snapshot: optional(record),
  effects: optional(record),
}

const boundaryKinds = {
  commands: list,
  events: OptionKind.eventCodec,
  reads: pure,
  decide: pure,
  stream: pure,
  guard: optional(pure),
}

const decisionKinds = { aggregates: record, commands: list, ids: pure, decide: pure }

const deciderKinds = {
  evolve: pure,
  decide: functionThat('put a decision that needs I/O into the effects of the aggregate'),
}

const effectKind = optional(functionThat('an effect returns a ReaderTaskEither, and no promise'))

const parts = (value: unknown): ReadonlyArray<string> => Object.keys(Object(value))

const aggregateProblems = (aggregate: unknown, i: number): ReadonlyArray<InvalidInput> => {
  const none = OptionKind.problemsOf(undefined, { [`aggregates[${i}]`]: () => record(aggregate) }, {})
  if (none.length > 0) return none.map(({ why, ...one }) => ({ ...one, why: `${why}: make it with Aggregate.make` }))
  const { category, decider, effects, snapshot } = aggregate as Partial<AnyAggregate> // Not checked yet.
  const owner = typeof category === 'string' ? category : `aggregates[${i}]`
  const problems = OptionKind.problemsOf(owner, aggregateKinds, aggregate)
  if (problems.length > 0) return problems
  return [
    ...OptionKind.problemsOf(owner, deciderKinds, decider),
    ...OptionKind.problemsOf(owner, Object.fromEntries(parts(effects).map((name) => [name, effectKind])), effects),
    ...(snapshot === undefined ? [] : OptionKind.problemsOf(`the snapshots of ${owner}`, { codec }, snapshot)),
  ]
}

const decisionProblems = (decision: unknown, i: number): ReadonlyArray<InvalidInput> => {
  const owner = `decisions[${i}]`
  const none = OptionKind.problemsOf(undefined, { [owner]: () => record(decision) }, {})
  if (none.length > 0)
    return none.map(({ why, ...one }) => ({ ...one, why: `${why}: make it with JointDecision.make or Boundary.make` }))
  if ('reads' in Object(decision)) return OptionKind.problemsOf(owner, boundaryKinds, decision)
  const problems = OptionKind.problemsOf(owner, decisionKinds, decision)
  if (problems.length > 0) return problems
  const { aggregates } = decision as Partial<AnyJointDecision> // Not checked yet.
  const all: ReadonlyArray<unknown> = Object.values(Object(aggregates))
  if (all.length === 0) return [invalidInput(`aggregates of ${owner}`, 'must have at least one aggregate')]
  return all.flatMap(aggregateProblems)
}

/** A boundary on a store that looks at no conditions would break its rule. */
const storeProblems = (
  { store }: Partial<BaseOptions<ReadonlyArray<AnyAggregate>>>,
  decisions: ReadonlyArray<AnyDecision>,
): ReadonlyArray<InvalidInput> =>
  decisions.some((decision) => 'reads' in decision) &&
  !(store?.features?.conditions === true && typeof Reflect.get(store, 'readMatching') === 'function')
    ? [invalidInput('store', 'must look at conditions, because there are boundaries')]
    : []

/** The options that are not of their kind, each as a sentence. They are looked at before anything else reads them. */
export const optionProblems = (options: Partial<BaseOptions<ReadonlyArray<AnyAggregate>>>): ReadonlyArray<string> => {
  const whole = OptionKind.problemsOf(undefined, { options: () => record(options) }, {})
  const own = whole.length > 0 ? whole : OptionKind.problemsOf(undefined, optionKinds, options)
  // Not checked yet.
  const { aggregates, decisions } = Object(options) as Partial<BaseOptions<ReadonlyArray<AnyAggregate>>>
  const ofAggregates = Array.isArray(aggregates) ? aggregates.flatMap(aggregateProblems) : []
  const ofDecisions = Array.isArray(decisions) ? decisions.flatMap(decisionProblems) : []
  const ofStore = own.length === 0 && ofDecisions.length === 0 ? storeProblems(options, decisions ?? []) : []
  return [...own, ...ofAggregates, ...ofDecisions, ...ofStore].map(({ what, why }) => `${what} ${why}`)
}
