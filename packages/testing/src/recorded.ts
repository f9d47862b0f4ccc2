import type { Envelope, Event, EventId, PartialOptions, Recorded, StreamName } from '@foldlog/core'
import { withoutUndefined } from './internal/withoutUndefined.ts'
import type { Unbranded } from './Unbranded.ts'

const defaultEnvelope = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' as EventId, // A ULID in canonical form.
  stream: 'testing-1' as StreamName, // A category and an id.
  version: 1,
  position: 1,
  recordedAt: new Date(0),
  metadata: {},
  index: 0,
}

/** What of an event with its envelope a test may choose. */
type ChosenEnvelope = Envelope & Pick<Recorded<Event>, 'index'>

/**
 * An event as a handler gets it, with an envelope: `recorded(deposited(100), { stream: 'account-17' })`. By default it
 * is the first event of the stream `testing-1` and of the log, recorded at the beginning of 1970. With an `index` above
 * 0, it is a later part of a split event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const recorded = <const Ev extends Event>(
  event: Ev,
  envelope: PartialOptions<Unbranded<ChosenEnvelope>> = {},
): Recorded<Ev> => {
  // Brands are types alone: whether there can be such a stream is not what a scenario is about.
  const chosen = { ...defaultEnvelope, ...withoutUndefined(envelope as PartialOptions<ChosenEnvelope>) }
  const { id, index } = chosen
  return { ...chosen, effectId: index === 0 ? id : `${id}.${index}`, event }
}

/**
 * An event as a process manager gets it, see {@link recorded}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const happened = <const Ev extends Event>(event: Ev, envelope: PartialOptions<Unbranded<ChosenEnvelope>> = {}) =>
  ({ _tag: 'EventHappened', event: recorded(event, envelope) }) as const
