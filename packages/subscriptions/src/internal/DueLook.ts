import type { Clock, HandlerRef, HandlerStore, Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import type { Partition } from './Partition.ts'
import { timerMs } from './sleep.ts'

/** Looks for what is due, timers and wishes, when it is due. */
export interface DueLook {
  readonly now: () => void
  /** Looks again at a time, in milliseconds since 1970, unless there is to be a look before it. */
  readonly at: (time: number) => void
  /** Whether there is a time to look at. */
  readonly waits: () => boolean
  readonly stop: () => Promise<void>
}

export interface DueLookOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'dueDocuments'>
  readonly clock: Clock
  readonly logger: Logger
  readonly partitions: () => ReadonlyArray<Pick<Partition, 'number' | 'due'>>
}

const most = 500

/** How long until the next look, in milliseconds, when there is more that is due than one brings; ten times that when the store is away. */
const pause = 100

/** No look is sooner after another than this, in milliseconds: should the clock of the store be behind ours, it finds nothing yet. */
const soonest = 25

export const makeDueLook = ({ ref, store, clock, logger, partitions }: DueLookOptions): DueLook => {
  let timer: { readonly at: number; readonly handle: ReturnType<typeof setTimeout> } | undefined
  /** How far the clock of the store is ahead of ours, as far as it has shown. */
  let ahead = 0
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  const storeTime = (): number => clock() + ahead

  const look = async (): Promise<void> => {
    const own = partitions().map(({ number }) => number)
    if (own.length === 0) return
    const asked = clock()
    const due = await ask(store.dueDocuments(ref, own, most))
    if (E.isLeft(due)) {
      logger.warn('timers cannot be read, and are tried again', { handler: ref.name, why: due.left })
      return at(storeTime() + pause * 10)
    }
    const { documents, next } = due.right
    // Due by its clock, and not by ours; or the other way round.
    for (const document of documents) {
      if (document.due !== null) ahead = Math.max(ahead, document.due.getTime() - clock())
    }
    if (next !== null && next.getTime() <= asked + ahead) ahead = next.getTime() - asked - 1
    for (const partition of partitions()) {
      const theirs = documents.filter((document) => document.partition === partition.number)
      if (theirs.length > 0) partition.due(theirs)
    }
    if (documents.length >= most) at(storeTime() + pause)
    if (next !== null) at(next.getTime())
  }

  /** One look at a time; of those that were wanted meanwhile, one follows. */
  const now = (): void => {
    if (stopped) return
    again = true
    looking ??= (async () => {
      while (again && !stopped) {
        again = false
        await look()
      }
      looking = undefined
    })()
  }

  const at = (time: number): void => {
    if (stopped || (timer !== undefined && timer.at <= time)) return
    clearTimeout(timer?.handle)
    const due = () => {
      timer = undefined
      now()
    }
    timer = { at: time, handle: setTimeout(due, timerMs(Math.min(Math.max(soonest, time - storeTime()), 60_000))) }
  }

  return {
    now,
    at,
    waits: () => timer !== undefined,
    stop: async () => {
      stopped = true
      clearTimeout(timer?.handle)
      await looking
    },
  }
}
