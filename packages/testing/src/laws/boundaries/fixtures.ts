import {
  type Append,
  type AppendError,
  type Appended,
  type BoundaryChanged,
  type Condition,
  type Marker,
  type NewEvent,
  type Query,
  type QueryItem,
  type RecordedEvent,
  StreamName,
  Tag,
} from '@foldlog/core'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { fail } from '../../internal/expectations.ts'
import { format } from '../../internal/format.ts'
import { freshStream, newEvent, right, streamNamed } from '../fixtures.ts'
import type { StoreWithBoundaries } from '../StoreUnderTest.ts'

export const [a, b, c] = [Tag.of('a', 1), Tag.of('b', 1), Tag.of('c', 1)] as const

/** What an event is besides its data. */
export interface Kind {
  readonly type?: string
  readonly tags?: ReadonlyArray<Tag>
  readonly stream?: StreamName
}

export const eventOf = ({ type, tags }: Kind = {}): NewEvent => ({
  ...newEvent({}, type),
  ...(tags === undefined ? undefined : { tags }),
})

export const appendOf = (kind: Kind = {}, conditions?: ReadonlyArray<Condition>): Append => ({
  stream: kind.stream ?? freshStream(),
  expected: 'any',
  events: [eventOf(kind)],
  ...(conditions === undefined ? undefined : { conditions }),
})

/** Appends one event; returns its position. */
export const write = async (store: StoreWithBoundaries, kind: Kind = {}): Promise<number> =>
  (await right(store.append(appendOf(kind)), 'an unconditional append')).positions[0] ?? 0

/** All events that meet a query, and the marker of the read. */
export const readAll = (store: StoreWithBoundaries, query: Query) =>
  right(store.readMatching({ query, limit: 10_000 }), 'a read of matching events')

export const markerOf = async (store: StoreWithBoundaries, query: Query): Promise<Marker> =>
  (await readAll(store, query)).marker

/** Returns the reason why an append was refused by its conditions. */
export const refusal = async (
  append: () => Promise<E.Either<AppendError, unknown>>,
  what: string,
): Promise<BoundaryChanged> => {
  const outcome = await append()
  if (E.isRight(outcome)) return fail(`${what}: expected BoundaryChanged, it was stored`)
  return outcome.left._tag === 'BoundaryChanged'
    ? outcome.left
    : fail(`${what}: expected BoundaryChanged, got ${format(outcome.left)}`)
}

/** Returns whether an append was stored; its only other end may be that its conditions are not met. */
export const isStored = (outcome: E.Either<AppendError, Appended>, what: string): boolean => {
  if (E.isRight(outcome)) return true
  return outcome.left._tag === 'BoundaryChanged' ? false : fail(`${what}: ended with ${format(outcome.left)}`)
}

export const positionsOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<number> =>
  events.map(({ position }) => position)

/** Whether an event meets a query, in the words of the port: written here anew, to compare stores with. */
export const meets =
  (query: Query) =>
  ({ type, stream, tags = [] }: Pick<RecordedEvent, 'type' | 'stream' | 'tags'>): boolean =>
    query.some(
      (item) =>
        (!item.types?.length || item.types.includes(type)) &&
        (item.tags ?? []).every((tag) => tags.includes(tag)) &&
        (item.streams === undefined || item.streams.includes(stream)) &&
        (item.categories === undefined || item.categories.includes(StreamName.category(stream))),
    )

const streams = ['thing-1', 'thing-2', 'other-1'].map(streamNamed)

/** Kinds of few types, tags and streams, so that many of them meet one query. */
export const kinds: fc.Arbitrary<Required<Kind>> = fc.record(
  { type: fc.constantFrom('X', 'Y', 'Z'), tags: fc.subarray([a, b, c]), stream: fc.constantFrom(...streams) },
  { noNullPrototype: true },
)

const items: fc.Arbitrary<QueryItem> = fc.record(
  {
    types: fc.subarray(['X', 'Y', 'Z'], { maxLength: 2 }),
    tags: fc.subarray([a, b, c], { maxLength: 2 }),
    streams: fc.subarray(streams, { minLength: 1, maxLength: 2 }),
    categories: fc.subarray(['thing', 'other'], { minLength: 1 }),
  },
  { requiredKeys: [], noNullPrototype: true },
)

export const queries: fc.Arbitrary<Query> = fc.array(items, { minLength: 1, maxLength: 3 })
