import type { OpenAppend, StoreUnavailable } from '@foldlog/core'
import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { OperatedStore } from './OperatedStore.ts'

/**
 * Something that an operator should look at, and what can be done about it. `handler` is absent when it is about the
 * whole store.
 *
 * @category model
 * @since 0.1.0
 */
export interface Finding {
  readonly severity: 'problem' | 'warning'
  readonly handler?: string | undefined
  readonly what: string
  readonly remedy: string
}

/**
 * All handlers in all processes, the open appends that readers wait for, and what an operator should look at.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlersOverview {
  readonly at: Date
  readonly status: RuntimeStatus
  readonly findings: ReadonlyArray<Finding>
}

/** Milliseconds after which an open append is reported. */
const openAppendLimit = 60_000

const openAppendFinding = (
  now: number,
  { position, since, session, application }: OpenAppend,
): ReadonlyArray<Finding> => {
  const seconds = Math.floor((now - since.getTime()) / 1_000)
  if (seconds * 1_000 < openAppendLimit) return []
  const holder =
    session === null ? 'a prepared transaction' : `the session ${session}${application ? ` of ${application}` : ''}`
  return [
    {
      severity: 'problem',
      what: `readers wait at position ${position} for ${holder}, whose transaction has been open for ${seconds} s`,
      remedy:
        session === null
          ? 'commit or roll back the prepared transaction'
          : `end that transaction, or: select pg_terminate_backend(${session})`,
    },
  ]
}

const handlerFindings = (one: GenerationStatus): ReadonlyArray<Finding> => {
  const { name: handler, generation, state, role, parked, reasons, waitsFor, lag, partitions } = one
  const label = role === 'serving' ? handler : `${handler} (generation ${generation}, ${role})`
  return [
    ...(state === 'stopped'
      ? [
          {
            severity: 'problem' as const,
            handler,
            what: `${label} is stopped: ${reasons.join('; ')}`,
            remedy: `correct the cause, then: foldlog resume ${handler} --why REASON`,
          },
        ]
      : []),
    ...(state === 'no process' && role !== 'outdated'
      ? [
          {
            severity: lag > 0 ? ('problem' as const) : ('warning' as const),
            handler,
            what: `no process works on ${label}${lag > 0 ? `, and ${lag} positions wait` : ''}`,
            remedy: `start a process with it; when its code is gone: foldlog remove ${handler} --why REASON`,
          },
        ]
      : []),
    ...(state === 'waiting for lease'
      ? [
          {
            severity: 'warning' as const,
            handler,
            what: `nobody holds ${partitions.filter(({ holder }) => holder === null).length} partitions of ${label} that have events to handle`,
            remedy: 'wait for the end of the lease, or start another process',
          },
        ]
      : []),
    ...(parked > 0
      ? [
          {
            severity: 'problem' as const,
            handler,
            what: `${parked} ${parked === 1 ? 'event' : 'events'} of ${label} ${parked === 1 ? 'is' : 'are'} parked`,
            remedy: `foldlog parked list ${handler}`,
          },
        ]
      : []),
    ...(waitsFor.length > 0
      ? [
          {
            severity: 'warning' as const,
            handler,
            what: `${label} does not take over: ${waitsFor.join('; ')}`,
            remedy: 'wait until it has caught up; retry or discard what it has parked',
          },
        ]
      : []),
  ]
}

/**
 * Makes the overview from a status. `now` is the time in milliseconds since 1970.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (status: RuntimeStatus, now: number): HandlersOverview => ({
  at: new Date(now),
  status,
  findings: [
    ...status.openAppends.flatMap((one) => openAppendFinding(now, one)),
    ...status.handlers.flatMap(handlerFindings),
  ],
})

/**
 * Reads the status of all handlers, and says what an operator should look at.
 *
 * @category destructors
 * @since 0.1.0
 */
const read =
  (store: OperatedStore, clock: () => number = Date.now): TE.TaskEither<StoreUnavailable, HandlersOverview> =>
  async () => {
    const status = await RuntimeStatus.read(store, clock)()
    return E.isLeft(status) ? status : E.right(of(status.right, clock()))
  }

/**
 * The serving generations that lag by more than this: `events` in positions, `seconds` that the first event has waited.
 *
 * @category destructors
 * @since 0.1.0
 */
const lagging = (
  { status }: HandlersOverview,
  {
    events = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
  }: { readonly events?: number | undefined; readonly seconds?: number | undefined },
): ReadonlyArray<GenerationStatus> =>
  status.handlers.filter((one) => one.serves && (one.lag > events || one.lagSeconds > seconds))

/**
 * Functions on {@link HandlersOverview}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlersOverview = { of, read, lagging } as const
