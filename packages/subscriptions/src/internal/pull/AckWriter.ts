import type { HandlerStore, LogPosition, LogRewound, LogTail } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { retryUntil } from '../async/retryUntil.ts'
import { runSafely } from '../async/runSafely.ts'
import type { LeasePeriod } from './LeasePeriod.ts'
import type { PullLog } from './PullLog.ts'
import type { PullMember } from './PullMember.ts'

/** Writes the checkpoint: the position up to which everything is acknowledged. */
export interface AckWriter {
  /** Writes it soon, when it has moved. */
  readonly saveSoon: (own: LeasePeriod) => void
  /** Writes it for the last time: once, even if that fails, because an unavailable store is not waited for. */
  readonly saveLast: () => Promise<void>
  /** Milliseconds since it was written, or since the subscription began. */
  readonly age: () => number
  /** The position up to which everything was acknowledged here, under any lease. */
  readonly acknowledged: () => LogPosition
  /** Why the subscription ends, when the log went back before what was acknowledged. */
  readonly rewound: () => LogRewound | undefined
}

export interface AckWriterOptions {
  readonly store: Pick<HandlerStore, 'commit'> & Pick<LogTail, 'verify'>
  readonly member: PullMember
  readonly signal: AbortSignal
  readonly log: PullLog
  readonly onRewound: () => void
}

export const makeAckWriter = ({ store, member, signal, log, onRewound }: AckWriterOptions): AckWriter => {
  let acknowledged: LogPosition = { position: 0, history: '' }
  let rewound: LogRewound | undefined
  let savedAt = performance.now()
  let saving: Promise<void> | undefined

  const onCommitRewound = async (place: LogPosition): Promise<void> => {
    const verified = await runSafely(store.verify(place))
    if (E.isLeft(verified) && verified.left._tag === 'LogRewound') rewound = verified.left
    onRewound()
  }

  /** A commit with an unknown result is sent again unchanged, before any other: see `HandlerStore.commit`. */
  const save = async (own: LeasePeriod): Promise<void> => {
    while (member.period() === own && own.acks.ackedTo() > own.lease.position) {
      own.unanswered ??= { position: own.acks.ackedTo(), history: own.history }
      const place = own.unanswered
      acknowledged = place
      const commit = { ...own.lease, position: place.position, changes: [], sourcePosition: place }
      const outcome = await retryUntil(() => runSafely(store.commit([commit])), {
        signal,
        isRetryable: ({ _tag }) => _tag === 'StoreUnavailable' && member.period() === own,
        onRetry: log.retrying('acknowledgements cannot be stored'),
      })
      if (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') return
      own.unanswered = undefined
      if (E.isRight(outcome) && outcome.right[0] === 'rewound') await onCommitRewound(place)
      if (E.isLeft(outcome) || outcome.right[0] !== 'committed') return member.endPeriod(own)
      own.lease = { ...own.lease, position: place.position, revision: own.lease.revision + 1 }
      member.onCommitted(place.position)
      savedAt = performance.now()
    }
  }

  const saveSoon = (own: LeasePeriod): void => {
    if (saving !== undefined || own.acks.ackedTo() <= own.lease.position) return
    saving = save(own).finally(() => {
      saving = undefined
      // Events that were acknowledged between the last check and now, perhaps under a later lease.
      const period = member.period()
      if (period !== undefined && !signal.aborted) saveSoon(period)
    })
  }

  return {
    saveSoon,
    saveLast: async () => {
      const last = member.period()
      await saving
      if (last !== undefined) await save(last)
    },
    age: () => performance.now() - savedAt,
    acknowledged: () => acknowledged,
    rewound: () => rewound,
  }
}
