import type { HistoryId, LogPosition, RecordedEvent } from '@foldlog/core'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { concurrently, freshStream, newEvents, readWholeLog, right, whileRunning, yieldToOthers } from '../fixtures.ts'
import { readAt } from './histories.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

type Store = LawContext['store']

/** The observations of readers and writers while the log began new histories beside them. */
interface Found {
  readonly histories: Set<HistoryId>
  /** An operation beside the writers has failed, so all waits end. */
  failed: boolean
}

const verify = async (store: Store, place: LogPosition, what: string): Promise<void> => {
  await right(readAt(store, place), `${what}, position ${place.position} of ${place.history}`)
}

/** Appends to a stream of its own, each time at the version and in the history of its last result. */
const write = async (store: Store, other: Store, found: Found, isDone: () => boolean): Promise<void> => {
  const stream = freshStream('written')
  let last = await right(store.append({ stream, expected: 'noStream', events: newEvents(1) }))
  for (let n = 0; n < 40 || (n < 2_000 && !isDone()); n++) {
    const { version: expected, history } = last
    const handle = n % 2 === 0 ? store : other
    last = await right(
      handle.append({ stream, expected, events: newEvents(1 + (n % 3)), history }),
      'an append to what the same writer has appended last',
    )
    found.histories.add(last.history)
    await verify(other, { position: last.positions.at(-1) ?? 0, history: last.history }, 'where an append was stored')
    // A restart waits for its turn, and may wait for a connection first: the writers give a slow machine time for that.
    await yieldToOthers(n < 200 ? 0 : n < 500 ? 10 : 100)
  }
}

/** Follows the log from place to place, and verifies each of them again over the other connection. */
const read = async (store: Store, other: Store, isOver: () => boolean): Promise<ReadonlyArray<RecordedEvent>> => {
  const events: Array<RecordedEvent> = []
  let place: LogPosition | undefined
  for (;;) {
    const last = isOver()
    const slice = await right(
      store.readLog({ count: 7, ...(place && { after: place.position, history: place.history }) }),
      'a read of what follows a place',
    )
    events.push(...slice.events)
    await verify(other, slice, 'where a page ends')
    if (place !== undefined) await verify(other, place, 'where the page before it ended')
    place = slice
    const [event] = slice.events
    if (event !== undefined) {
      const { version, history, events: own } = await right(other.readStream(event.stream, { from: event.version }))
      const newest = own.at(-1)
      if (newest?.version === version) await verify(store, { position: newest.position, history }, 'where a stream is')
    }
    if (last && slice.end) return events
    await yieldToOthers()
  }
}

export const concurrentRewinds = law(
  'a rewind that loses nothing raises no false alarm beside readers and writers',
  async ({ store, other, rewinding }) => {
    const found: Found = { histories: new Set(), failed: false }
    const enough = () => found.histories.size > 6
    const restart = async (isOver: () => boolean): Promise<void> => {
      while (!isOver() && !enough()) {
        await rewinding.restart()
        const before = found.histories.size
        // The next history begins when a reader or writer has seen this one, so that each has begun beside other
        // operations.
        while (!isOver() && found.histories.size === before) await yieldToOthers()
      }
    }
    const isDone = () => enough() || found.failed
    const writers = concurrently(4, (i) =>
      i % 2 === 0 ? write(store, other, found, isDone) : write(other, store, found, isDone),
    )
    const logs = await whileRunning(writers, async (isOver) => {
      const beside = [read(store, other, isOver), read(other, store, isOver), restart(isOver).then(() => undefined)]
      const ended = await Promise.allSettled(
        beside.map((one) =>
          one.catch((failure) => {
            found.failed = true
            throw failure
          }),
        ),
      )
      return ended.flatMap((one) => {
        if (one.status === 'rejected') throw one.reason
        return one.value === undefined ? [] : [one.value]
      })
    })
    expectTrue(enough(), `the log has begun new histories, it has had ${found.histories.size}`)
    const log = await readWholeLog(store)
    for (const seen of logs) expectEqual(seen, log, 'the log, as a reader followed it and as it is now')
  },
)
