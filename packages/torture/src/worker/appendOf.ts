import type { Append, StreamCheck } from '@foldlog/core'
import { Decision } from '../boundaries/Decision.ts'
import type { StreamAppend, StreamExpectation } from '../Journal.ts'
import { Payload } from './Payload.ts'

const expectationOf = ({ stream, expected, history }: StreamExpectation): StreamCheck => ({
  // Made by streams.ts, whose names have the form category-id.
  stream: stream as Append['stream'],
  expected,
  ...(history === undefined ? {} : { history }),
})

/**
 * Makes the append of a part of a journal, the same for every attempt.
 *
 * @category constructors
 * @since 0.1.0
 */
export const appendOf = (part: StreamAppend): Append => {
  const { ids, decided, marker, checks } = part
  return {
    ...expectationOf(part),
    // Made by EventId.source, and kept in the journal.
    events: ids.map((id) => Payload.make(id as Parameters<typeof Payload.make>[0], part)),
    ...(decided === undefined ? {} : { conditions: [{ query: Decision.of(decided.by).query, marker }] }),
    ...(checks === undefined ? {} : { checks: checks.map(expectationOf) }),
  }
}
