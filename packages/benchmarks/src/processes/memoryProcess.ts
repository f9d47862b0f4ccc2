import { makeDispatcher } from '@foldlog/dispatcher'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { either as E, taskEither as TE } from 'fp-ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { account } from '../domain/account.ts'
import { payload } from '../domain/payload.ts'
import { expectRight } from '../expectRight.ts'
import { respondWith } from './child.ts'

/**
 * The subject of the measurement: a handler that catches up with a number of events, a number of aggregates that had a
 * command with a cache of a given size, or a number of appends that are called at once while at most `cap` may wait.
 *
 * @category model
 * @since 0.1.0
 */
export type MemoryLoad =
  | { readonly of: 'catching up'; readonly count: number }
  | { readonly of: 'cached states'; readonly count: number; readonly cache: number }
  | { readonly of: 'waiting appends'; readonly count: number; readonly cap: number }

/**
 * The question, with the database to use.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemoryRequest {
  readonly url: string
  readonly connections: number
  readonly load: MemoryLoad
}

/**
 * The maximum growth of used memory, in megabytes of live objects, and the number of completed or, where that is
 * correct, rejected pieces of work.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemoryUse {
  readonly megabytes: number
  readonly done: number
  readonly refused: number
}

/** Live objects only: this process was started with `--expose-gc`. */
const liveMegabytes = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const catchingUp = async ({ store }: Foldlog, count: number): Promise<MemoryUse> => {
  const before = liveMegabytes()
  let [done, most] = [0, 0]
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const handler = EventHandler.make({
    name: 'nothing',
    from: [account],
    start: 'origin',
    handle: () => {
      done++
      // Ten measurements, with all work in progress reachable.
      if (done % Math.ceil(count / 10) === 0) most = Math.max(most, liveMegabytes() - before)
      if (done === count) end()
      return TE.right(undefined)
    },
  })
  const runtime = makeHandlerRuntime({ store, handlers: [handler] })
  await expectRight(runtime.start)
  await ended
  await runtime.stop()
  return { megabytes: most, done, refused: 0 }
}

/** Fewer appends than may wait in a store. */
const batchSize = 5_000

const cachedStates = async ({ store }: Foldlog, count: number, cache: number): Promise<MemoryUse> => {
  const { dispatch, stop } = makeDispatcher({ store, aggregates: [account], cache })
  const before = liveMegabytes()
  let done = 0
  for (let next = 0; next < count; next += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, count - next) }, (_, i) => String(next + i))
    await Promise.all(
      batch.map(async (id) => {
        await expectRight(dispatch({ type: 'Deposit', data: { account: id, deposit: payload(1) } }))
        done++
      }),
    )
  }
  const megabytes = liveMegabytes() - before
  await stop()
  return { megabytes, done, refused: 0 }
}

const waitingAppends = async ({ store }: Foldlog, count: number): Promise<MemoryUse> => {
  const before = liveMegabytes()
  let [done, refused] = [0, 0]
  const waiting = Array.from({ length: count }, async (_, i) => {
    const append = store.append({
      stream: Foldlog.stream(String(i)),
      expected: 'noStream',
      events: [Foldlog.event(1)],
    })
    const result = await append()
    if (E.isRight(result)) done++
    else if (result.left._tag === 'StoreOverloaded') refused++
    else throw new Error(JSON.stringify(result.left))
  })
  // All appends have been called by now, and none was answered.
  const megabytes = liveMegabytes() - before
  await Promise.all(waiting)
  return { megabytes, done, refused }
}

const measure = (foldlog: Foldlog, load: MemoryLoad): Promise<MemoryUse> => {
  switch (load.of) {
    case 'catching up':
      return catchingUp(foldlog, load.count)
    case 'cached states':
      return cachedStates(foldlog, load.count, load.cache)
    case 'waiting appends':
      return waitingAppends(foldlog, load.count)
  }
}

respondWith(async ({ url, connections, load }: MemoryRequest): Promise<MemoryUse> => {
  const batching = load.of === 'waiting appends' ? { waiting: load.cap } : {}
  const foldlog = Foldlog.connect(url, connections, batching)
  const use = await measure(foldlog, load)
  await foldlog.close()
  return use
})
