import type { Clock, Logger } from '@foldlog/core'
import type { HandlerRef, HeartbeatAnswer } from '@foldlog/core/store'
import type { RegistrationLost } from '../../RegistrationLost.ts'
import { registrationLost } from '../membership/registrationLost.ts'
import type { LocalPartitionStop } from './LocalStop.ts'

/** Whether the store knows the generation that a member works on. */
export interface KnownRegistration {
  readonly onHeartbeatAnswer: (answer: Pick<HeartbeatAnswer, 'known'>) => void
  /** Whether the store no longer knew the generation at the last heartbeat. */
  readonly isLost: () => boolean
  /** Logs once that the registration is lost and is not made again. */
  readonly report: () => void
  /** Why the handler does nothing, once that is reported. */
  readonly localStop: () => LocalPartitionStop | undefined
}

export interface KnownRegistrationOptions {
  readonly ref: HandlerRef
  readonly logger: Logger
  readonly clock: Clock
  /** The last checkpoint that this process knows. */
  readonly position: () => number | null
}

export const makeKnownRegistration = (options: KnownRegistrationOptions): KnownRegistration => {
  const { ref, logger, clock } = options
  const facts = { handler: ref.name, generation: ref.generation }
  let lost: { readonly error: RegistrationLost; readonly since: number } | undefined
  let reported = false

  return {
    onHeartbeatAnswer: ({ known }) => {
      if (!known) {
        lost ??= { error: registrationLost(ref, options.position()), since: clock() }
        return
      }
      if (reported) logger.info('a handler whose registration was lost is registered again', facts)
      lost = undefined
      reported = false
    },
    isLost: () => lost !== undefined,
    report: () => {
      if (lost === undefined || reported) return
      reported = true
      const { position, why } = lost.error
      logger.error('the registration of a handler is lost; it does nothing', { ...facts, position, why })
    },
    localStop: () =>
      lost !== undefined && reported
        ? { partition: 0, position: lost.error.position ?? 0, reason: lost.error.why, since: lost.since }
        : undefined,
  }
}
