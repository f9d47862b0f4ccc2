import type { Clock } from '@foldlog/core'
import type { ReportedCommand } from '../../WaitingCommand.ts'
import type { CommandToSend } from './CommandToSend.ts'

/** The commands that are being sent, for the report of the member. */
export interface WaitingCommands {
  readonly begin: (key: string, command: CommandToSend) => void
  /** Notes an attempt without an answer; returns the number of such attempts so far. */
  readonly failed: (key: string, why: string) => number
  readonly end: (key: string) => void
  /**
   * The commands that have waited for a while, or have had an attempt without an answer. The longest wait comes first.
   */
  readonly list: () => ReadonlyArray<ReportedCommand>
}

/** Maximum number of commands in a report, which is sent with every heartbeat. */
const maxReported = 10

/** Milliseconds after which the first attempt of a command is reported. */
const patience = 1_000

/** Maximum number of characters of a reason. */
const maxReason = 500

export const makeWaitingCommands = (clock: Clock): WaitingCommands => {
  const sending = new Map<string, ReportedCommand>()

  return {
    begin: (key, { process, command: { type }, commandId, since = clock() }) =>
      void sending.set(key, { process, type, commandId, since, attempts: 0, why: null }),
    failed: (key, why) => {
      const one = sending.get(key)
      if (one === undefined) return 0
      sending.set(key, { ...one, attempts: one.attempts + 1, why: why.slice(0, maxReason) })
      return one.attempts + 1
    },
    end: (key) => void sending.delete(key),
    list: () => {
      if (sending.size === 0) return []
      const before = clock() - patience
      return [...sending.values()]
        .filter(({ attempts, since }) => attempts > 0 || since <= before)
        .sort((one, another) => one.since - another.since)
        .slice(0, maxReported)
    },
  }
}
