import type { EventId } from '../values/EventId.ts'
import type { Checked } from '../values/InvalidInput.ts'
import { checkInput, list } from '../values/internal/inputCodecs.ts'
import { Limits } from '../values/Limits.ts'
import { eventId } from './internal/storeCodecs.ts'

/**
 * Checks the ids of events to find.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check: (ids: ReadonlyArray<EventId>) => Checked<ReadonlyArray<EventId>> = checkInput('ids')(
  list(eventId, { max: Limits.idsPerLookup }),
)

/**
 * The check that every store makes first in `findEvents`, so that all reject the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventLookup = { check } as const
