import type { Event } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { wrongResult } from './userCode.ts'

/** The events of a decision. JavaScript code may return any value. */
export const checkEvents = (command: string, events: unknown): E.Either<unknown, ReadonlyArray<Event>> => {
  const fail = (value: unknown) => E.left(wrongResult(command, 'the decision', 'a list of events', value))
  if (!Array.isArray(events)) return fail(events)
  const isEvent = (event: unknown) => typeof Object(event).type === 'string'
  return events.every(isEvent) ? E.right(events) : fail(events.find((event) => !isEvent(event)))
}
