import { describeError, Logger } from '@foldlog/core'
import type { HandlerRef } from '@foldlog/core/store'
import type { PullError } from '../../PullError.ts'
import type { LeasePeriod } from './LeasePeriod.ts'

/** The log lines of a pull subscription, each with its name and generation. */
export interface PullLog {
  /** This process may deliver events, from the checkpoint on. */
  readonly takenOver: (own: LeasePeriod) => void
  /** Another process has the lease, or may have it. */
  readonly lost: (own: LeasePeriod) => void
  /** A request has failed, and is sent again. */
  readonly retrying: (what: string) => (why: PullError, attempts: number) => void
  /** The subscription ends with this error, which is its last value. */
  readonly ended: (why: PullError) => void
  /** For parts that write lines of their own. */
  readonly logger: Logger
}

export const makePullLog = ({ name: handler, generation }: HandlerRef, given: Logger | undefined): PullLog => {
  const logger = Logger.safe(given ?? Logger.silent)
  const facts = { handler, generation }
  return {
    takenOver: ({ lease: { position, epoch } }) =>
      logger.info('this process takes a pull subscription over', { ...facts, position, epoch }),
    // Events that are delivered and not acknowledged are delivered again by the next owner.
    lost: ({ lease: { position, epoch }, acks }) =>
      logger.info('a pull subscription is held by another process', {
        ...facts,
        position,
        epoch,
        unacknowledged: acks.pending(),
      }),
    // Failures 1, 2, 4, 8, ...: an outage of an hour neither floods the log nor disappears from it.
    retrying: (what) => (why, attempts) => {
      if (Number.isInteger(Math.log2(attempts + 1))) logger.warn(`${what}, retrying`, { ...facts, attempts, why })
    },
    ended: (error) =>
      logger.error('a pull subscription has ended', {
        ...facts,
        why: error._tag === 'RegistrationLost' ? error.why : describeError(error),
        error: error._tag,
      }),
    logger,
  }
}
