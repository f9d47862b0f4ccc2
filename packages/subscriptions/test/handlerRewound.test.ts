import type { EventId } from '@foldlog/core'
import { type EventRef, HandlerRewound } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'

const event = (position: number, id: string, stream: string | null = 'order-1'): EventRef => ({
  position,
  id: id as EventId,
  stream,
  type: stream === null ? null : 'Paid',
})

const stop: HandlerRewound = {
  _tag: 'HandlerRewound',
  position: 7,
  history: 'old',
  current: 'new',
  common: 5,
  handled: event(6, 'A'),
  found: null,
  lost: [event(6, 'A'), event(7, 'B')],
}

const until = 'Nothing is handled until recoverRewound is called (see "High availability")'

const disagree = 'so it is not known how far the old and the new log agree.'

const unknown = `the log does not know history old, in which that was handled, ${disagree}`

const name =
  'Nothing is handled until recoverRewound is called; when it cannot find that position itself, give it as common: the last position that is certain to be in both logs (see "High availability")'

it.each<readonly [string, HandlerRewound, string]>([
  [
    'an event that is gone',
    stop,
    `Paid A of order-1 at position 6, and the log has no such event any more; the old and the new log agree up to position 5, and 2 handled events are behind that. ${until}`,
  ],
  [
    'one event, and another one in its place',
    { ...stop, found: event(6, 'C'), lost: [event(6, 'A')] },
    `Paid A of order-1 at position 6, and the log now has Paid C of order-1 at position 6; the old and the new log agree up to position 5, and 1 handled event is behind that. ${until}`,
  ],
  [
    'a history that the log does not know',
    { ...stop, common: null },
    `Paid A of order-1 at position 6, and the log has no such event any more; ${unknown} Each of the last 2 handled events may be lost. ${name}`,
  ],
  [
    'a history that the log does not know, and an event that is still there',
    { ...stop, common: null, found: event(6, 'A'), lost: [event(6, 'A')] },
    `Paid A of order-1 at position 6, and the log still has it, in another history; ${unknown} The last handled event may be lost. ${name}`,
  ],
  [
    'a checkpoint of another log, of which only the id is known',
    { ...stop, history: null, common: null, handled: event(6, 'A', null), lost: [event(6, 'A', null)] },
    `event A at position 6, and the log has no such event any more; it is not known in which history that was handled, ${disagree} The last handled event may be lost. ${name}`,
  ],
  [
    'nothing but a position',
    { ...stop, common: null, handled: null, lost: [] },
    `everything up to position 7, and the log does not have all of it any more; ${unknown} ${name}`,
  ],
])('a handler says why it stops, and what to do: %s', (_, why, text) => {
  expect(HandlerRewound.describe(why)).toBe(`the log went back: this handler has handled ${text}`)
})
