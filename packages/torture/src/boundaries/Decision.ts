import { type Query, type QueryItem, Tag } from '@foldlog/core'
import { Random } from '../Random.ts'

/**
 * What an event with tags is, and the query on which an append that it begins is decided: a function of its id.
 *
 * @category model
 * @since 0.1.0
 */
export interface Decision {
  readonly type: string
  readonly tags: ReadonlyArray<Tag>
  readonly query: Query
}

/**
 * The stored types of events with tags. They are few, like the tags, so that writers meet each other.
 *
 * @category constants
 * @since 0.1.0
 */
export const decisionTypes = ['Opened', 'Moved', 'Closed'] as const

/** The only tag of events of transactions that stay open: decisions on it wait for them. */
const openTag = Tag.of('open', 1)

const tags = ['a', 'b'].flatMap((name) => [1, 2, 3].map((value) => Tag.of(name, value)))

const some = <A>(random: Random, all: ReadonlyArray<A>, least: number, most: number): ReadonlyArray<A> =>
  random.shuffle(all).slice(0, random.int(least, most))

const item = (random: Random): QueryItem => ({
  tags: some(random, tags, 1, 2),
  ...(random.chance(0.4) ? { types: some(random, decisionTypes, 1, 2) } : {}),
  ...(random.chance(0.1) ? { categories: ['bound'] } : {}),
})

const random = Random.from(0, 'queries')

/** A few, so that a process often decides on one again, and continues at its marker. */
const queries: ReadonlyArray<Query> = Array.from({ length: 40 }, () =>
  Array.from({ length: random.int(1, 2) }, () => item(random)),
)

/** Decided on events of transactions that stay open, and on events without tags. */
const openQuery: Query = [{ tags: [openTag] }]
const untagged: ReadonlyArray<Query> = [[{ types: ['Opened'] }], [{ types: ['Even'], categories: ['race'] }]]

const queryOf = (random: Random): Query => {
  if (random.chance(0.02)) return openQuery
  // Seldom, because such a condition waits for all appends and open transactions, and all later appends wait for it.
  return random.pick(random.chance(0.004) ? untagged : queries) ?? openQuery
}

/**
 * The decision of an id.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (id: string): Decision => {
  const random = Random.from(0, id)
  return {
    type: random.pick(decisionTypes) ?? '',
    tags: random.chance(0.05) ? [openTag] : some(random, tags, 0, 3),
    query: queryOf(random),
  }
}

/**
 * Whether the event of an id fits a transaction that stays open: it has the tag of such events, and no other.
 *
 * @category predicates
 * @since 0.1.0
 */
const isOpen = (id: string): boolean => of(id).tags.includes(openTag)

/**
 * Functions on {@link Decision}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Decision = { of, isOpen } as const
