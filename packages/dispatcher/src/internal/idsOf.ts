import type { EventId } from '@foldlog/core'
import { eventIdsOf } from './eventIdsOf.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { type ResolvedStreams, streamsOf } from './ResolvedStreams.ts'

/** The ids of the events of a command, by their index. */
export const idsOf = (resolved: ResolvedStreams, pending: PendingCommand): ((index: number) => EventId) =>
  eventIdsOf(streamsOf(resolved, pending), pending.commandId)
