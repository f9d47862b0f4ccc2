import { EventId } from '../../values/EventId.ts'
import { accepted, integer } from '../../values/internal/inputCodecs.ts'
import { Limits } from '../../values/Limits.ts'
import { LogPosition } from '../LogPosition.ts'

export const historyId = accepted(LogPosition.checkHistory)

// `parse` checks the type itself.
export const eventId = accepted((value) => EventId.parse(value as string))

export const schemaVersion = integer(1, Limits.schemaVersion)
