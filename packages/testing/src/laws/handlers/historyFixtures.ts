import { type LogPosition, StreamName } from '@foldlog/core'
import { logRewound, type ViewChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { freshId, right } from '../fixtures.ts'
import { firstLease, sendHeartbeat, viewsOf } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

/** The history of another log: each store has a history of its own when it is created, and none has this one. */
export const foreign = 'nobody-knows-it'

export const currentPlace = async (store: CompleteHandlerStore): Promise<LogPosition> => {
  const { position, history } = await right(store.readLog({ count: 10_000 }))
  return { position, history }
}

/**
 * Verifies each position of a history up to its last one, over both connections. Positions up to `common` are valid
 * places, the others are not.
 */
export const expectShared = async (
  handles: ReadonlyArray<CompleteHandlerStore>,
  { position: last, history }: LogPosition,
  common: number | null,
): Promise<void> => {
  for (const store of handles) {
    const current = await right(store.history)
    for (let position = 0; position <= last; position++) {
      const outcome = await store.verify({ position, history })()
      const fits = position <= (common ?? 0)
      const expected = fits ? E.right(undefined) : E.left(logRewound(position, history, current, common))
      expectEqual(outcome, expected, `position ${position} of ${last} of ${history}`)
    }
  }
}

/** The stored state of a handler with one partition: its lease, its checkpoint and its views. */
export const stateOfHandler = async (
  store: CompleteHandlerStore,
  of: { readonly name: string; readonly generation: number },
  member: string,
) => {
  const { position, revision, anchor } = firstLease(await sendHeartbeat(store, of, member))
  return { position, revision, anchor, views: await viewsOf(store, of) }
}

export const appendTo = (category: string) => {
  const stream = StreamName.parse(`${category}-${freshId()}`)
  if (E.isLeft(stream)) return fail(stream.left.why)
  const event = { id: freshId(), type: 'Happened', schemaVersion: 1, data: null, metadata: {} }
  return { stream: stream.right, expected: 'any', events: [event] } as const
}

export const change = (basis: number | null, data: string): ViewChange => ({
  key: 'a',
  expectedPosition: basis,
  partition: 0,
  data,
})
