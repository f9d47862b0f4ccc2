import type { EventId } from '@foldlog/core'
import { eventIdsOf } from './eventIdsOf.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { type ResolvedStreams, streamsOf } from './ResolvedStreams.ts'

/** The ids of the events of a command, by their index. */
export const idsOf = (resolved: ResolvedStreams, pending: PendingCommand): ((index: number) => EventId) =>
  // The streams of a boundary are not known before it has decided. A command type has one boundary.
  pending.boundary === undefined
    ? eventIdsOf(streamsOf(resolved, pending), pending.commandId)
    : eventIdsOf([`boundary ${pending.command.type}`], pending.commandId)
