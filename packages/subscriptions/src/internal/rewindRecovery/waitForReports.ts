import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { RecoverOptions } from '../../RecoveryReport.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import { isRewind } from '../partition/StopDocument.ts'
import { makeReportWatch, pauseFor, type ReportWatch } from './ReportWatch.ts'

/** The members of each handler, by its name, that lapsed meanwhile and did not come back. */
export type LapsedMembers = ReadonlyMap<string, ReadonlyArray<string>>

/** Waits until every process has added the lost events that it has handled, for at most `reportTimeout`. */
export const waitForReports = async ({
  store,
  handlers,
  reportTimeout,
}: RecoverOptions & { readonly reportTimeout: number }): Promise<
  E.Either<InvalidInput | StoreUnavailable, LapsedMembers>
> => {
  const watches = new Map<string, ReportWatch>()
  for (const end = performance.now() + reportTimeout; ; ) {
    const all = await runSafely(store.handlerStatuses)
    if (E.isLeft(all)) return all
    const now = Date.now()
    const rewound = handlers.flatMap(({ name }) => {
      const generations = all.right.filter((status) => status.name === name)
      return generations.some(({ stops }) => stops.some(isRewind)) ? [{ name, generations }] : []
    })
    const settled = rewound.map(({ name, generations }) => {
      const watch = watches.get(name) ?? makeReportWatch()
      watches.set(name, watch)
      watch.observe(generations, now)
      return watch.isSettled()
    })
    const left = end - performance.now()
    if (settled.every(Boolean) || left <= 0)
      return E.right(new Map([...watches].map(([name, watch]) => [name, watch.lapsed()])))
    await sleep(Math.min(left, ...rewound.map(({ generations }) => pauseFor(generations))))
  }
}
