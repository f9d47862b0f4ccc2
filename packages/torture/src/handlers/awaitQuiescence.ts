import { describeError, type HandlerStore } from '@foldlog/core'
import type { HandlerStatus } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { pause } from '../timers.ts'

/** A description of the remaining work; undefined when a handler is quiescent. */
const describeWaiting = ({ name, partitions, commands, members }: HandlerStatus): ReadonlyArray<string> => {
  const late = partitions.filter(({ waitingSince }) => waitingSince !== null)
  if (late.length === 0 && commands === 0) return []
  const where = late.map(({ partition, position, holder }) => `${partition} at ${position} of ${holder ?? 'nobody'}`)
  const said = JSON.stringify(members.map(({ report }) => report))
  return [`${name} did not come to rest: ${commands} commands, partitions ${where.slice(0, 3).join(', ')}; ${said}`]
}

/**
 * Waits until every partition has handled everything and no command waits, and gives what does not come so far in time.
 *
 * @category combinators
 * @since 0.1.0
 */
export const awaitQuiescence = async (
  store: Pick<HandlerStore, 'handlerStatuses'>,
  patience: number,
): Promise<ReadonlyArray<string>> => {
  const look = async (): Promise<ReadonlyArray<string>> => {
    const status = await store.handlerStatuses()
    if (E.isLeft(status)) return [`handlers could not be looked at: ${describeError(status.left)}`]
    return status.right.length === 0 ? ['no handler was ever registered'] : status.right.flatMap(describeWaiting)
  }
  for (const end = performance.now() + patience; ; await pause(50)) {
    const waiting = await look()
    if (waiting.length === 0 || performance.now() > end) return waiting
  }
}
