import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate, Turn } from '../Candidate.ts'
import { closedLoop } from '../closedLoop.ts'
import { Decision, type StoredDecision } from '../domain/Decision.ts'
import type { Sample } from '../Sample.ts'

/**
 * Makes one decision about a tag: stores an event with these tags, unless an event with that tag has appeared that was
 * not seen. Then it decides again on what has appeared, until the event is stored.
 *
 * @category model
 * @since 0.1.0
 */
export type Decide = (tags: readonly [string, string]) => Promise<unknown>

/**
 * A store of events with tags, in a database of its own.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenDecider {
  /** Begins to decide about a tag, on all its events up to now. */
  readonly about: (tag: string) => Promise<Decide>
  /** The position of the last event. */
  readonly end: () => Promise<number>
  /** All events behind a position, in order. */
  readonly storedAfter: (position: number) => Promise<ReadonlyArray<StoredDecision>>
  /** The last position of each tag at or before a position. */
  readonly lastOf: (tags: ReadonlyArray<string>, position: number) => Promise<ReadonlyMap<string, number>>
  readonly close: () => Promise<void>
}

/**
 * The tags of a lane's decisions in a turn. `about` is the tag that it decides about; `of` returns the tags of an event
 * by its number.
 *
 * @category model
 * @since 0.1.0
 */
export interface LaneTags {
  readonly about: string
  readonly of: (number: number) => readonly [string, string]
}

/**
 * A turn in which a number of lanes decide. An event counts as found when its decision had seen all events before it.
 *
 * @category combinators
 * @since 0.1.0
 */
const turn =
  (decider: OpenDecider, inFlight: number, tagsOf: (turn: number, lane: number) => LaneTags) =>
  async ({ number, milliseconds }: Turn): Promise<Sample> => {
    const lanes = Array.from({ length: inFlight }, (_, lane) => tagsOf(number, lane))
    const start = await decider.end()
    const decides = await Promise.all(lanes.map(({ about }) => decider.about(about)))
    let made = 0
    const { calls, ...driven } = await closedLoop(inFlight, milliseconds, async (lane) => {
      const tags = lanes[lane]?.of(made++)
      if (tags !== undefined) await decides[lane]?.(tags)
    })
    const stored = await decider.storedAfter(start)
    const before = await decider.lastOf([...new Set(stored.map(({ about }) => about))], start)
    const found = stored.length - Decision.violations(stored, before)
    return { ...driven, units: calls, check: { expected: calls, found } }
  }

/**
 * A candidate that decides, with a number of decisions in flight.
 *
 * @category constructors
 * @since 0.1.0
 */
const candidate = (
  name: string,
  open: (environment: BenchmarkEnvironment) => Promise<OpenDecider>,
  inFlight: number,
  tagsOf: (turn: number, lane: number) => LaneTags,
): Candidate => ({
  name,
  enter: async (environment) => {
    const decider = await open(environment)
    return { turn: turn(decider, inFlight, tagsOf), close: decider.close }
  },
})

/**
 * Functions on stores that decide.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Decider = { turn, candidate } as const
