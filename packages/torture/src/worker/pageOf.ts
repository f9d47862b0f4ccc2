import type { RecordedEvent } from '@foldlog/core'
import { now } from '../now.ts'
import type { Page } from '../Observations.ts'
import { Payload } from './Payload.ts'

/**
 * A page as a reader writes it down at the moment.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pageOf = (events: ReadonlyArray<RecordedEvent>): Page => {
  const foreign = events.filter((event) => !Payload.isWhole(event)).map(({ position }) => position)
  const seen = events.map(({ position, stream, version }) => [position, stream, version] as const)
  return { at: now(), events: seen, ...(foreign.length > 0 ? { foreign } : {}) }
}
