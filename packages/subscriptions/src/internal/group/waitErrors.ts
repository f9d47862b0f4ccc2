import { printed } from '@foldlog/core/store'
import type {
  AwaitedParkedEvent,
  EventsParked,
  HandlersNotRunning,
  HandlersTimedOut,
  UnknownHandler,
} from '../../HandlerRuntimeError.ts'

// The errors of a wait. Their lists are printed as texts, also within the error of a command that waited.

/** Each event is printed with its reason, also within the error of a command that waited. */
export const eventsParked = (events: ReadonlyArray<AwaitedParkedEvent>): EventsParked => ({
  _tag: 'EventsParked',
  events: printed([...events], () =>
    events.map(
      ({ handler, stream, version, type, why }) => `${handler}: ${type}, ${stream} version ${version}: ${why}`,
    ),
  ),
})

/** Each handler is printed with the reasons of its stops. */
export const handlersNotRunning = (position: number, handlers: HandlersNotRunning['handlers']): HandlersNotRunning => ({
  _tag: 'HandlersNotRunning',
  position,
  handlers: printed([...handlers], () =>
    handlers.map(({ name, stops }) => `${name}: ${stops.length === 0 ? 'no process works on it' : stops.join('; ')}`),
  ),
})

/** Names that are printed also within the error of a command that waited. */
const printedNames = (names: Iterable<string>): ReadonlyArray<string> => {
  const list = [...names]
  return printed([...list], () => list)
}

export const handlersTimedOut = (position: number, late: Iterable<string>, milliseconds: number): HandlersTimedOut => ({
  _tag: 'HandlersTimedOut',
  position,
  late: printedNames(late),
  milliseconds,
})

export const unknownHandler = (name: string, known: Iterable<string>): UnknownHandler => ({
  _tag: 'UnknownHandler',
  name,
  known: printedNames(known),
})
