import type { EventId, HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { StopStatus } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlerRewound } from './HandlerRewound.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { resumeAction, StopDocument, type StoredRewind, stopKey } from './internal/partition/StopDocument.ts'

/**
 * Why a handler is stopped, in every process: in a partition, the verdict on an event was `stop`. `position` is the
 * position of that event, or the checkpoint when the cause was no event but, say, a timer. `resuming` is true when a
 * resume was requested and no process has resumed the handler yet.
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
  /** Details when the log went back; `null` for any other reason. */
  readonly rewound: RewoundStop | null
}

/**
 * The stored part of a stop because the log went back; see {@link HandlerRewound}.
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
 * Reads the stop that is stored for a partition; `undefined` when it is not a stop of this package.
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
 * Resumes a stopped handler at the event at which it stopped, in all processes that run it: they notice it with their
 * next heartbeat. Returns whether it was stopped.
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
