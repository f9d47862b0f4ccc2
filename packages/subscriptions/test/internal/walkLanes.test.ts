import { EventId, type RecordedEvent, StreamName } from '@foldlog/core'
import { FailurePolicy, type HandlerFailure, type Verdict } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type { Delivery } from '../../src/internal/handlers/Delivery.ts'
import { failedTries, type Interrupted } from '../../src/internal/handlers/userCode.ts'
import { type Verdicts, walkLanes, walkLanesWithEffects } from '../../src/internal/handlers/walkLanes.ts'
import { right } from '../fixtures.ts'

const nextId = EventId.source({ now: Date.now, random: Math.random })

const eventAt = (position: number): RecordedEvent => ({
  id: nextId(),
  stream: right(StreamName.make('thing', '1')),
  version: position,
  position,
  type: 'Added',
  schemaVersion: 1,
  data: {},
  metadata: {},
  recordedAt: new Date(0),
})

/** Deliveries like `3 a`: the event at position 3, in lane a. */
const batchOf = (...places: ReadonlyArray<string>): ReadonlyArray<Delivery> => {
  const events = new Map<number, RecordedEvent>()
  return places.map((place) => {
    const [position = '', lane = ''] = place.split(' ')
    const event = events.get(Number(position)) ?? eventAt(Number(position))
    events.set(event.position, event)
    return { lane, event, content: E.right([]) }
  })
}

const placeOf = ({ lane, event }: Delivery): string => `${event.position} ${lane}`

const failure: HandlerFailure = { _tag: 'HandlerReturnedError', error: 'broken' }

/** A policy with one verdict for each position; `park` for the others. */
const policyOf = (verdicts: Readonly<Record<number, Verdict>>): FailurePolicy => ({
  ...FailurePolicy.park,
  verdict: (_failure, { position }) => verdicts[position] ?? 'park',
})

const seen = ({ parked, stop }: Verdicts) => ({
  parked: parked.map(({ delivery, why }) => (why === 'behind' ? `${placeOf(delivery)} behind` : placeOf(delivery))),
  stop: stop?.event.position,
})

interface Walked {
  readonly done: ReadonlyArray<string>
  readonly verdicts: ReturnType<typeof seen>
}

const pure = (batch: ReadonlyArray<Delivery>, policy: FailurePolicy, failing: ReadonlyArray<string>): Walked => {
  const { state, ...verdicts } = walkLanes(
    batch,
    policy,
    (): Array<string> => [],
    (done, delivery) => {
      if (failing.includes(placeOf(delivery))) return E.left(failure)
      return E.right(done.push(placeOf(delivery)))
    },
  )
  return { done: state, verdicts: seen(verdicts) }
}

const withEffects = async (
  batch: ReadonlyArray<Delivery>,
  policy: FailurePolicy,
  failing: ReadonlyArray<string>,
): Promise<Walked> => {
  const done: Array<string> = []
  const verdicts = await walkLanesWithEffects(batch, policy, async (delivery) => {
    if (failing.includes(placeOf(delivery))) return failedTries(failure, 1)
    return E.right(done.push(placeOf(delivery)))
  })
  return { done, verdicts: seen(verdicts) }
}

describe.each([
  ['without effects', async (...input: Parameters<typeof pure>) => pure(...input)],
  ['with effects', withEffects],
])('a walk %s', (_title, walk) => {
  const batch = batchOf('1 a', '2 b', '3 a', '4 b', '5 a')

  it('handles all deliveries in order', async () => {
    expect(await walk(batch, FailurePolicy.park, [])).toEqual({
      done: ['1 a', '2 b', '3 a', '4 b', '5 a'],
      verdicts: { parked: [], stop: undefined },
    })
  })

  it('parks everything behind a parked event of its lane, and nothing else', async () => {
    expect(await walk(batch, FailurePolicy.park, ['1 a'])).toEqual({
      done: ['2 b', '4 b'],
      verdicts: { parked: ['1 a', '3 a behind', '5 a behind'], stop: undefined },
    })
  })

  it('passes over a skipped event', async () => {
    expect(await walk(batch, policyOf({ 1: 'skip' }), ['1 a'])).toEqual({
      done: ['2 b', '3 a', '4 b', '5 a'],
      verdicts: { parked: [], stop: undefined },
    })
  })

  it('stops before an event', async () => {
    expect(await walk(batch, policyOf({ 4: 'stop' }), ['1 a', '4 b'])).toEqual({
      done: ['2 b'],
      verdicts: { parked: ['1 a', '3 a behind'], stop: 4 },
    })
  })

  it('does not ask the policy about an event that is parked behind another', async () => {
    const asked: Array<number> = []
    const policy: FailurePolicy = {
      ...FailurePolicy.park,
      verdict: (_failure, { position }) => {
        asked.push(position)
        return 'park'
      },
    }
    await walk(batch, policy, ['1 a', '3 a'])
    expect(asked).toEqual([1])
  })
})

it('a walk without effects forgets the other lanes of the event at which it stops', () => {
  const batch = batchOf('1 a', '2 a', '2 b', '3 a')
  expect(pure(batch, policyOf({ 2: 'stop' }), ['2 b'])).toEqual({
    done: ['1 a'],
    verdicts: { parked: [], stop: 2 },
  })
})

it('a walk with effects ends where a step is interrupted', async () => {
  const batch = batchOf('1 a', '2 b', '3 a')
  const interrupted: E.Either<Interrupted, never> = E.left({ _tag: 'Interrupted' })
  const walk = await walkLanesWithEffects(batch, FailurePolicy.park, async ({ event }) =>
    event.position === 1 ? failedTries(failure, 1) : interrupted,
  )
  expect(walk.interruptedAt?.event.position).toBe(2)
  expect(seen(walk)).toEqual({ parked: ['1 a'], stop: undefined })
})
