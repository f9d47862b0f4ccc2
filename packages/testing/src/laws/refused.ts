import type { NewEvent } from '@foldlog/core'
import { same } from '../internal/expectation.ts'
import type { FullStore } from '../StoreUnderTest.ts'
import { freshStream, headOf, refusedAsInvalid, right } from './given.ts'

/** These events are refused together, with a reason, and nothing of them is written. */
export const expectRefused = async (store: FullStore, events: ReadonlyArray<NewEvent>, what: string): Promise<void> => {
  const stream = freshStream()
  const head = await headOf(store)
  await refusedAsInvalid(store.append({ stream, expected: 'any', events }), what)
  same((await right(store.streamInfo(stream))).status, 'missing', `${what}: the stream`)
  same(await headOf(store), head, `${what}: the head of the log`)
}
