import { describeError, type HandlerStatus, type HandlerStore } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { pause } from '../waiting.ts'

/**
 * Looks at the partitions of all handlers, once a second.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerWatch {
  /** The longest time so far, in milliseconds, in which a partition did not move although events waited for it. */
  readonly longestIdleMs: () => number
  /** Waits until every partition has handled everything and no command waits, and gives what does not come so far in time. */
  readonly rest: (patience: number) => Promise<ReadonlyArray<string>>
  readonly stop: () => Promise<void>
}

/** What waits, for people; nothing when a handler has come to rest. */
const waitingOf = ({ name, partitions, commands, members }: HandlerStatus): ReadonlyArray<string> => {
  const late = partitions.filter(({ waitingSince }) => waitingSince !== null)
  if (late.length === 0 && commands === 0) return []
  const where = late.map(({ partition, position, holder }) => `${partition} at ${position} of ${holder ?? 'nobody'}`)
  const said = JSON.stringify(members.map(({ report }) => report))
  return [`${name} did not come to rest: ${commands} commands, partitions ${where.slice(0, 3).join(', ')}; ${said}`]
}

const often = 1_000

/**
 * Begins to look.
 *
 * @category constructors
 * @since 0.1.0
 */
export const watchHandlers = (store: Pick<HandlerStore, 'handlers'>): HandlerWatch => {
  const moved = new Map<string, { readonly position: number; readonly at: number }>()
  let longest = 0
  let stopped = false

  const look = async (): Promise<ReadonlyArray<string>> => {
    const status = await store.handlers()
    if (E.isLeft(status)) return [`handlers could not be looked at: ${describeError(status.left)}`]
    const at = performance.now()
    for (const { name, generation, partitions } of status.right) {
      for (const { partition, position, waitingSince } of partitions) {
        const key = `${name} ${generation} ${partition}`
        const before = moved.get(key)
        if (before === undefined || before.position !== position || waitingSince === null)
          moved.set(key, { position, at })
        else longest = Math.max(longest, at - before.at)
      }
    }
    return status.right.length === 0 ? ['no handler was ever registered'] : status.right.flatMap(waitingOf)
  }

  const work = async (): Promise<void> => {
    for (; !stopped; await pause(often)) await look()
  }
  const working = work()

  const stop = async (): Promise<void> => {
    stopped = true
    await working
  }
  return {
    longestIdleMs: () => longest,
    rest: async (patience) => {
      await stop()
      for (const end = performance.now() + patience; ; await pause(50)) {
        const waiting = await look()
        if (waiting.length === 0 || performance.now() > end) return waiting
      }
    },
    stop,
  }
}
