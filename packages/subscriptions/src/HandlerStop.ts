import type { EventId, HandlerStore, InvalidInput, StopStatus, StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlerRewound } from './HandlerRewound.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { resumeAction, StopDocument, type StoredRewind, stopKey } from './internal/partition/StopDocument.ts'

/**
 * Why a handler does nothing, in any process: a partition came to an event of which its policy said `stop`. `position` is that of the event, or the checkpoint
 * when it was none, such as a timer. `resuming` says that it was asked to go on, and that nobody has begun yet.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStop {
  readonly partition: number
  readonly position: number
  readonly reason: string
  readonly event: { readonly stream: string; readonly version: number; readonly type: string } | null
  readonly stoppedAt: Date
  readonly resuming: boolean
  /** What is known about the rewind when the log went back; `null` for any other reason. */
  readonly rewound: RewoundStop | null
}

/**
 * What is stored of a stop because the log went back; see {@link HandlerRewound}.
 *
 * @category model
 * @since 0.1.0
 */
export type RewoundStop = Pick<HandlerRewound, 'position' | 'history' | 'current' | 'common' | 'lost'>

const rewoundOf = ({ lost, ...stop }: StoredRewind): RewoundStop => ({
  ...stop,
  // Written by a runtime, from events that a store returned.
  lost: lost.map((event) => ({ ...event, id: event.id as EventId })),
})

/**
 * Reads what the store knows of a stop; `undefined` when it is none of ours.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = ({ partition, data, requestedAction }: StopStatus): HandlerStop | undefined => {
  const decoded = StopDocument.decode(data)
  if (E.isLeft(decoded)) return undefined
  const { position, reason, event, stoppedAt, rewound } = decoded.right
  return {
    partition,
    position,
    reason,
    event,
    stoppedAt: new Date(stoppedAt),
    resuming: requestedAction === resumeAction,
    rewound: rewound === undefined ? null : rewoundOf(rewound),
  }
}

/**
 * Has a handler that was stopped go on, at the event at which it stopped, in whatever processes run it; they see it with their next heartbeat. Says whether it was
 * stopped.
 *
 * @category combinators
 * @since 0.1.0
 */
const resume =
  (
    store: Pick<HandlerStore, 'handlerStatuses' | 'requestAction'>,
    name: string,
  ): TE.TaskEither<InvalidInput | StoreUnavailable, boolean> =>
  async () => {
    const all = await runSafely(store.handlerStatuses)
    if (E.isLeft(all)) return all
    let found = false
    for (const handler of all.right) {
      if (handler.name !== name) continue
      for (const { partition } of handler.stops) {
        const { generation } = handler
        const requested = await runSafely(
          store.requestAction({ name, generation, kind: 'stop', key: stopKey(partition) }, resumeAction),
        )
        if (E.isLeft(requested)) return requested
        found ||= requested.right
      }
    }
    return E.right(found)
  }

/**
 * Functions on {@link HandlerStop}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerStop = { parse, resume } as const
