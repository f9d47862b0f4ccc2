import {
  type AnyAggregate,
  type InvalidInput,
  type RecordedEvent,
  type StreamName,
  StreamName as Streams,
} from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import type { AnyHandler, AnyProjection, AnySource } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'

/**
 * The domain of an application, as values: what its streams, events and handlers mean. Without it, questions about
 * stored events are answered, but none about states, views or contracts.
 *
 * @category model
 * @since 0.1.0
 */
export interface OperatedDomain {
  readonly aggregates?: ReadonlyArray<AnyAggregate> | undefined
  readonly handlers?: ReadonlyArray<AnyHandler> | undefined
}

const hasCategory =
  (category: string) =>
  (one: Pick<AnySource, 'category' | 'formerCategories'>): boolean =>
    one.category === category || (one.formerCategories ?? []).includes(category)

/**
 * The aggregate of a stream, by its category or a former one.
 *
 * @category destructors
 * @since 0.1.0
 */
const aggregateOf = ({ aggregates = [] }: OperatedDomain, stream: StreamName): E.Either<InvalidInput, AnyAggregate> => {
  const category = Streams.category(stream)
  const found = aggregates.find(hasCategory(category))
  return found === undefined
    ? rejectInput(
        'stream',
        `no aggregate has the category ${JSON.stringify(category)}; known are ${aggregates.map((one) => one.category).join(', ') || 'none'}`,
      )
    : E.right(found)
}

/**
 * The source that can decode an event: the aggregate of its category, or else a source of a handler.
 *
 * @category destructors
 * @since 0.1.0
 */
const sourceOf = (
  { aggregates = [], handlers = [] }: OperatedDomain,
  { stream }: Pick<RecordedEvent, 'stream'>,
): AnySource | undefined =>
  [...aggregates, ...handlers.flatMap(({ from }) => from)].find(hasCategory(Streams.category(stream)))

/**
 * The handler with a name.
 *
 * @category destructors
 * @since 0.1.0
 */
const handlerOf = ({ handlers = [] }: OperatedDomain, name: string): E.Either<InvalidInput, AnyHandler> => {
  const found = handlers.find((one) => one.name === name)
  return found === undefined
    ? rejectInput(
        'handler',
        `the domain has no handler ${JSON.stringify(name)}; known are ${handlers.map((one) => one.name).join(', ') || 'none'}`,
      )
    : E.right(found)
}

/**
 * The projection with a name.
 *
 * @category destructors
 * @since 0.1.0
 */
const projectionOf = (domain: OperatedDomain, name: string): E.Either<InvalidInput, AnyProjection> => {
  const found = handlerOf(domain, name)
  if (E.isLeft(found)) return found
  return found.right._tag === 'Projection'
    ? E.right(found.right)
    : rejectInput('handler', `${JSON.stringify(name)} is no projection`)
}

/**
 * Functions on {@link OperatedDomain}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const OperatedDomain = { aggregateOf, sourceOf, handlerOf, projectionOf } as const
