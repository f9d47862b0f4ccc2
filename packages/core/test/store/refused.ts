import type { NewEvent } from '@foldlog/core'
import { expect } from '@jest/globals'
import { freshStream, headOf, left, right } from './given.ts'
import type { TestStore } from './TestStore.ts'

/** These events are refused together, with a reason, and nothing of them is written. */
export const expectRefused = async (store: TestStore, events: ReadonlyArray<NewEvent>): Promise<void> => {
  const stream = freshStream()
  const head = await headOf(store)
  const error = await left(store.append({ stream, expected: 'any', events }))
  expect(error).toEqual({ _tag: 'InvalidInput', what: expect.any(String), why: expect.any(String) })
  expect((await right(store.streamInfo(stream))).status).toBe('missing')
  expect(await headOf(store)).toBe(head)
}
