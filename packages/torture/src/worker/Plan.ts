import { Decision } from '../boundaries/Decision.ts'
import type { SentAppend, StreamAppend, StreamExpectation } from '../Journal.ts'
import { now } from '../now.ts'
import type { Random } from '../Random.ts'
import { boundStreams, hotStreams, ownStreams, racedStream } from '../streams.ts'
import type { SeenBoundary } from './BoundaryReader.ts'

/**
 * An append that is not numbered yet.
 *
 * @category model
 * @since 0.1.0
 */
export type Plan = Omit<SentAppend, 'is' | 'append' | 'writer' | 'at'>

/**
 * The last event that a writer knows of a stream, from the result of its append.
 *
 * @category model
 * @since 0.1.0
 */
export interface KnownEvent {
  readonly version: number
  readonly id: string
  readonly history: string
}

/**
 * The input of plans. `known`: the last known event of a stream, if there is one.
 *
 * @category model
 * @since 0.1.0
 */
export interface PlanContext {
  readonly random: Random
  readonly writer: string
  readonly id: () => string
  readonly known: (stream: string) => KnownEvent | undefined
}

const ids = ({ random, id }: PlanContext): ReadonlyArray<string> =>
  Array.from({ length: random.chance(0.7) ? 1 : random.int(2, 10) }, id)

/**
 * The only writer of a stream mostly knows its version. Its knowledge of a shared stream is old, and often too old.
 */
const expected = ({ random, known }: PlanContext, stream: string, exact: number): StreamExpectation => {
  const last = known(stream)
  if (random.chance(exact)) {
    if (last === undefined) return { stream, expected: 'noStream' }
    const { version, id, history } = last
    return { stream, expected: version, basis: id, history }
  }
  return { stream, expected: last !== undefined && random.chance(0.3) ? 'streamExists' : 'any' }
}

/** The share of the appends without conditions whose events have tags, so that conditions meet them. */
const tagged = 0.15

const part = (planning: PlanContext, stream: string, exact: number): StreamAppend => ({
  ...expected(planning, stream, exact),
  ids: ids(planning),
  ...(planning.random.chance(tagged) ? { tagged: true } : {}),
})

const anyStream = ({ random, writer }: PlanContext): string =>
  random.pick(random.chance(0.5) ? hotStreams : ownStreams(writer)) ?? ''

/** Different streams, one of them shared, in any order: the store must prevent a deadlock. */
const several = (planning: PlanContext): ReadonlyArray<StreamAppend> => {
  const streams = planning.random.shuffle([...hotStreams.slice(0, 3), ...ownStreams(planning.writer)])
  return streams.slice(0, planning.random.int(2, 3)).map((stream) => part(planning, stream, 0.2))
}

/** An append that also checks streams to which it writes nothing, as joint decisions do. */
const checking = (planning: PlanContext): StreamAppend => {
  const { random, writer } = planning
  const [stream = '', ...others] = random.shuffle([...hotStreams.slice(0, 3), ...ownStreams(writer)])
  const checks = others.slice(0, random.int(1, 2)).map((other) => expected(planning, other, 0.8))
  return { ...part(planning, stream, 0.2), checks }
}

/**
 * An append that is decided on what was seen of the query of `id`, the id of its first event: one part or two, perhaps
 * in a transaction of a caller.
 *
 * @category constructors
 * @since 0.1.0
 */
const decision = (planning: PlanContext, id: string, { marker, ...decided }: SeenBoundary): Plan => {
  const { random, writer } = planning
  const [first = '', second = ''] = random.shuffle([...boundStreams.slice(0, 8), ...ownStreams(writer)])
  const parts: ReadonlyArray<StreamAppend> = [
    {
      ...expected(planning, first, first.startsWith('own') ? 0.5 : 0),
      ids: [id, ...ids(planning).slice(1)],
      tagged: true,
      decided: { by: id, ...decided },
      ...(marker === undefined ? {} : { marker }),
    },
    ...(random.chance(0.2) ? [part(planning, second, 0)] : []),
  ]
  return random.chance(0.1)
    ? { how: 'transaction', holdMs: random.int(0, 20), undo: random.chance(0.3), parts }
    : { how: 'append', parts }
}

/** Events on which few decisions rest, because little should wait for a transaction that stays open. */
const openIds = (planning: PlanContext): ReadonlyArray<string> => {
  for (;;) {
    const id = planning.id()
    if (Decision.isOpen(id)) return [id]
  }
}

/** Milliseconds. A transaction that stays open for longer has no tags but that of {@link openIds}. */
const longestClosed = 20

const partOfTransaction = (planning: PlanContext, stream: string, holdMs: number): StreamAppend => {
  const isTagged = planning.random.chance(0.5)
  const own = isTagged && holdMs > longestClosed ? openIds(planning) : ids(planning)
  return { stream, expected: 'any', ids: own, ...(isTagged ? { tagged: true } : {}) }
}

/**
 * A transaction of a caller: one append after the other, perhaps to one stream. Seldom to a shared one: a reader that
 * waits for that stream does not continue either, and the hardest case for readers is an open transaction with other
 * events after its own.
 *
 * @category constructors
 * @since 0.1.0
 */
const transaction = (planning: PlanContext, holdMs: number, undo: boolean): Plan => ({
  how: 'transaction',
  holdMs,
  undo,
  parts: Array.from({ length: planning.random.int(1, 3) }, () => {
    const streams = planning.random.chance(0.15) ? hotStreams : ownStreams(planning.writer)
    return partOfTransaction(planning, planning.random.pick(streams) ?? '', holdMs)
  }),
})

/**
 * The next step of a writer that decides on streams or on nothing: one append, or several at the same time.
 *
 * @category constructors
 * @since 0.1.0
 */
const next = (planning: PlanContext): ReadonlyArray<Plan> => {
  const { random, writer } = planning
  const one = (parts: ReadonlyArray<StreamAppend>): Plan => ({ how: 'append', parts })
  const dice = random.int(1, 100)
  if (dice <= 32) return [one([part(planning, anyStream(planning), 0.6)])]
  if (dice <= 40) return [one([checking(planning)])]
  if (dice <= 60) return [one(several(planning))]
  if (dice <= 75) {
    // Sent together, they make one batch.
    return Array.from({ length: random.int(4, 16) }, () => one([part(planning, anyStream(planning), 0)]))
  }
  if (dice <= 85) return [one([{ stream: racedStream(now()), expected: 'noStream', ids: ids(planning) }])]
  if (dice <= 92) return [one([part(planning, random.pick(ownStreams(writer)) ?? '', 1)])]
  return [transaction(planning, random.int(0, 20), random.chance(0.3))]
}

/**
 * Functions on {@link Plan}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Plan = { next, decision, transaction } as const
