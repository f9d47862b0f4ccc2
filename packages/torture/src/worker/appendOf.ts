import type { Append } from '@foldlog/core'
import type { StreamAppend } from '../Journal.ts'
import { Payload } from './Payload.ts'

/**
 * Makes the append of a part of a journal, the same for every attempt.
 *
 * @category constructors
 * @since 0.1.0
 */
export const appendOf = ({ stream, expected, ids, history }: StreamAppend): Append => ({
  // Made by streams.ts, whose names have the form category-id.
  stream: stream as Append['stream'],
  expected,
  ...(history === undefined ? {} : { history }),
  // Made by EventId.source, and kept in the journal.
  events: ids.map((id) => Payload.make(id as Parameters<typeof Payload.make>[0])),
})
