import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerStatus } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RecoverOptions } from '../../RecoveryReport.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import { heardByOf, isRewind, resumeAction } from '../partition/StopDocument.ts'

/**
 * The members that have not left the group of a stopped handler. A member leaves when it has compared the stop with
 * what it has handled.
 */
export const unreportedMembers = (generations: ReadonlyArray<HandlerStatus>): ReadonlyArray<string> =>
  generations
    .filter(({ stops }) => stops.some((stop) => stop.requestedAction !== resumeAction && isRewind(stop)))
    .flatMap(({ members }) => members.map(({ member }) => member))

/**
 * Whether every process has left. The store may not know a process yet: a restored log can be older than the process,
 * which is known again from its next heartbeat on.
 */
const isSettled = (generations: ReadonlyArray<HandlerStatus>): boolean =>
  unreportedMembers(generations).length === 0 &&
  generations.every(({ stops }) => stops.every((stop) => heardByOf(stop) <= Date.now()))

/** Milliseconds between two polls for processes that have not added their lost events. */
const pause = 100

/** Waits until every process has added the lost events that it has handled, for at most `reportTimeout`. */
export const waitForReports = async ({
  store,
  handlers,
  reportTimeout = 30_000,
}: RecoverOptions): Promise<E.Either<InvalidInput | StoreUnavailable, void>> => {
  for (const end = performance.now() + reportTimeout; ; ) {
    const all = await runSafely(store.handlerStatuses)
    if (E.isLeft(all)) return all
    const rewound = handlers
      .map(({ name }) => all.right.filter((status) => status.name === name))
      .filter((generations) => generations.some(({ stops }) => stops.some(isRewind)))
    const left = end - performance.now()
    if (rewound.every(isSettled) || left <= 0) return E.right(undefined)
    await sleep(Math.min(left, pause))
  }
}
