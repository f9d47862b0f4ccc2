import { EventId, type RecordedEvent, StreamName } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { FailurePolicy } from '../../src/FailurePolicy.ts'
import type { Delivery } from '../../src/internal/handlers/Delivery.ts'
import { makePartitionFeeds } from '../../src/internal/reading/PartitionFeeds.ts'

const nextId = EventId.source({ now: Date.now, random: Math.random })

const streamOf = (n: number): StreamName =>
  E.getOrElse((): StreamName => {
    throw new Error('no name')
  })(StreamName.make('a', `${n}`))

const eventAt = (position: number, text: string): RecordedEvent => ({
  stream: streamOf(position),
  version: 1,
  position,
  id: nextId(),
  type: 'Happened',
  schemaVersion: 1,
  data: { text },
  metadata: {},
  recordedAt: new Date(0),
})

/** Two partitions that only collect what they are fed. */
const collecting = () => {
  const queues: ReadonlyArray<Array<Delivery>> = [[], []]
  const fedTo = [0, 0]
  const assigned = new Map(
    queues.map((queue, i) => [
      i,
      {
        waiting: () => queue.length,
        fedTo: () => fedTo[i] ?? 0,
        place: () => ({ position: fedTo[i] ?? 0, history: 'h' }),
        feed: (deliveries: ReadonlyArray<Delivery>, to: number) => {
          queue.push(...deliveries)
          fedTo[i] = to
        },
      },
    ]),
  )
  const definition = {
    name: 'handler',
    kind: 'EventHandler',
    version: 1,
    partitions: 2,
    start: 'origin',
    filter: {},
    policy: FailurePolicy.park,
    rebuildable: false,
    sendsCommands: false,
    laneIsStream: true,
    deliveries: (event: RecordedEvent): ReadonlyArray<Delivery> => [
      { lane: event.stream, event, content: E.right([]) },
    ],
    makeWorker: () => {
      throw new Error('no worker')
    },
  } as const
  return { queues, feeds: makePartitionFeeds({ definition, partitions: 2, assigned }) }
}

/** Feeds pages of so many events until the partitions are full; returns how many events wait then. */
const fill = (perPage: number, text: string): number => {
  const { queues, feeds } = collecting()
  for (let position = 0; !feeds.isFull(); position += perPage) {
    const events = Array.from({ length: perPage }, (_, i) => eventAt(position + i + 1, text))
    feeds.distribute({ events, position: position + perPage, end: false, history: 'h' })
  }
  return queues.reduce((sum, queue) => sum + queue.length, 0)
}

describe('the partitions of a member', () => {
  it.each([1, 15, 100])('are full with few large events, in pages of %i', (perPage) => {
    const waiting = fill(perPage, 'x'.repeat(1_000_000))
    expect(waiting).toBeGreaterThanOrEqual(63)
    expect(waiting).toBeLessThanOrEqual(63 + Math.max(16, perPage) + 1)
  })

  it('are full with a number of small events', () => {
    expect(fill(1_000, 'x')).toBeGreaterThanOrEqual(4_000)
  })

  it('hold large events again when none waits', () => {
    const { queues, feeds } = collecting()
    const events = Array.from({ length: 80 }, (_, i) => eventAt(i + 1, 'x'.repeat(1_000_000)))
    feeds.distribute({ events, position: 80, end: false, history: 'h' })
    expect(feeds.isFull()).toBe(true)
    for (const queue of queues) queue.length = 0
    expect(feeds.isFull()).toBe(false)
    const small = Array.from({ length: 100 }, (_, i) => eventAt(81 + i, 'x'))
    feeds.distribute({ events: small, position: 180, end: false, history: 'h' })
    expect(feeds.isFull()).toBe(false)
  })
})
