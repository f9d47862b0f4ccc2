import type { EventId, HandlerStore, InvalidInput, StopStatus, StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlerRewound } from './HandlerRewound.ts'
import { ask } from './internal/asking.ts'
import { resume as resumeWish, StopData, type StoredRewind, stopKey } from './internal/stopping.ts'

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
const parse = ({ partition, data, wish }: StopStatus): HandlerStop | undefined => {
  const decoded = StopData.decode(data)
  if (E.isLeft(decoded)) return undefined
  const { position, reason, event, stoppedAt, rewound } = decoded.right
  return {
    partition,
    position,
    reason,
    event,
    stoppedAt: new Date(stoppedAt),
    resuming: wish === resumeWish,
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
    store: Pick<HandlerStore, 'handlers' | 'wish'>,
    name: string,
  ): TE.TaskEither<InvalidInput | StoreUnavailable, boolean> =>
  async () => {
    const all = await ask(store.handlers)
    if (E.isLeft(all)) return all
    let found = false
    for (const handler of all.right) {
      if (handler.name !== name) continue
      for (const { partition } of handler.stops) {
        const { generation } = handler
        const wished = await ask(store.wish({ name, generation, kind: 'stop', key: stopKey(partition) }, resumeWish))
        if (E.isLeft(wished)) return wished
        found ||= wished.right
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
