import type { NewEvent } from '@foldlog/core'
import { expectEqual } from '../../internal/expectations.ts'
import { expectInvalidInput, freshStream, right, settledPositionOf } from '../fixtures.ts'
import type { CompleteStore } from '../StoreUnderTest.ts'

/** Expects that these events are refused together, with a reason, and that nothing of them is written. */
export const expectRejected = async (
  store: CompleteStore,
  events: ReadonlyArray<NewEvent>,
  what: string,
): Promise<void> => {
  const stream = freshStream()
  const head = await settledPositionOf(store)
  await expectInvalidInput(store.append({ stream, expected: 'any', events }), what)
  expectEqual((await right(store.streamInfo(stream))).status, 'missing', `${what}: the stream`)
  expectEqual(await settledPositionOf(store), head, `${what}: the head of the log`)
}
