import { describeUnknown, type HandlerRef, type HandlerStore, type Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import type { Partition } from './Partition.ts'
import { timerMs } from './sleep.ts'

/** Looks for what is due, timers and wishes, when it is due: by the clock of the store, whatever ours says. */
export interface DueLook {
  readonly now: () => void
  /** Looks again at a time, in milliseconds since 1970 by the clock of the store, unless there is to be a look before it. */
  readonly at: (time: number) => void
  /** Whether there is a time to look at. */
  readonly waits: () => boolean
  readonly stop: () => Promise<void>
}

export interface DueLookOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'dueDocuments'>
  readonly logger: Logger
  readonly partitions: () => ReadonlyArray<Pick<Partition, 'number' | 'due'>>
}

const most = 500

/** How long until the next look, in milliseconds, when there is more that is due than one brings; ten times that when the store is away. */
const pause = 100

/** No look is sooner after another than this, in milliseconds: one that comes a moment too early finds nothing yet. */
const soonest = 25

export const makeDueLook = ({ ref, store, logger, partitions }: DueLookOptions): DueLook => {
  /** Its time is by the clock that does not jump. */
  let timer: { readonly at: number; readonly handle: ReturnType<typeof setTimeout> } | undefined
  /** How far the clock of the store is ahead of the one that does not jump; not known before the first look. */
  let ahead: number | undefined
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  const look = async (): Promise<void> => {
    const own = partitions().map(({ number }) => number)
    if (own.length === 0) return
    const asked = performance.now()
    const due = await ask(store.dueDocuments(ref, own, most))
    if (E.isLeft(due)) {
      logger.warn('timers cannot be read, and are tried again', { handler: ref.name, why: due.left })
      return after(pause * 10)
    }
    const { documents, next } = due.right
    // It said its time somewhere between the question and the answer.
    ahead = due.right.now.getTime() - (asked + performance.now()) / 2
    for (const partition of partitions()) {
      const theirs = documents.filter((document) => document.partition === partition.number)
      if (theirs.length > 0) partition.due(theirs)
    }
    if (documents.length >= most) after(pause)
    if (next !== null) at(next.getTime())
  }

  /** One look at a time; of those that were wanted meanwhile, one follows. */
  const now = (): void => {
    if (stopped) return
    again = true
    looking ??= (async () => {
      while (again && !stopped) {
        again = false
        try {
          await look()
        } catch (why) {
          // Otherwise no timer would ever be handled again.
          logger.error('the search for due timers has thrown, and is tried again', {
            handler: ref.name,
            why: describeUnknown(why),
          })
          after(pause * 10)
        }
      }
      looking = undefined
    })()
  }

  const after = (ms: number): void => {
    const time = performance.now() + ms
    if (stopped || (timer !== undefined && timer.at <= time)) return
    clearTimeout(timer?.handle)
    const due = () => {
      timer = undefined
      now()
    }
    timer = { at: time, handle: setTimeout(due, timerMs(Math.min(Math.max(soonest, ms), 60_000))) }
  }

  /** Before anything is known of its clock, a look at once tells both. One millisecond more: a timer may fire a little before its time. */
  const at = (time: number): void => (ahead === undefined ? now() : after(time - ahead - performance.now() + 1))

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
