import { EventHandler, makeHandlerRuntime, type StartFrom } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import { account } from '../domain/account.ts'
import { expectRight } from '../expectRight.ts'
import type { Sample } from '../Sample.ts'
import { makeThroughputMeter } from '../ThroughputMeter.ts'
import type { Foldlog } from './foldlog.ts'

/**
 * Runs a new handler without work until it has caught up with a number of events, or the time is over.
 *
 * @category combinators
 * @since 0.1.0
 */
export const catchUpWithFoldlog = (
  { store }: Pick<Foldlog, 'store'>,
  name: string,
  start: StartFrom,
  events: number,
  milliseconds: number,
): Promise<Sample> => {
  const counter = makeThroughputMeter(events)
  const handler = EventHandler.make({
    name,
    from: [account],
    start,
    handle: ({ position }) => {
      counter.handled(position)
      return TE.right(undefined)
    },
  })
  const runtime = makeHandlerRuntime({ store, handlers: [handler] })
  return counter.measure(milliseconds, () => expectRight(runtime.start), runtime.stop)
}
