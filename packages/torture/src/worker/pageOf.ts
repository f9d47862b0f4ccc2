import { now } from '../now.ts'
import type { ReadPage, SeenEvent } from '../Observations.ts'
import type { PageRead } from './PageSource.ts'
import { Payload } from './Payload.ts'

/**
 * Makes the record of a page, with the current time.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pageOf = ({ events, history }: PageRead): ReadPage => {
  const foreign = events.filter((event) => !Payload.isWhole(event)).map(({ position }) => position)
  const seen = events.map((event): SeenEvent => {
    const { position, stream, version, recordedAt } = event
    const id = Payload.idOf(event)
    return [position, stream, version, id ?? null, recordedAt.getTime()]
  })
  return {
    at: now(),
    events: seen,
    ...(foreign.length > 0 ? { foreign } : {}),
    ...(history === undefined ? {} : { history }),
  }
}
