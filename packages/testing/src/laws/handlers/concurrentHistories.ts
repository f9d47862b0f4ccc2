import type { LogPosition } from '@foldlog/core'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import {
  appendOne,
  commit,
  commitOf,
  firstLease,
  freshName,
  registerHandler,
  sendHeartbeat,
  withReach,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { rewindLaw } from './handlerLaw.ts'

const yieldToOthers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Follows the log as a handler does, and commits its position. Every place in an answer remains valid. */
const handle = async (
  store: CompleteHandlerStore,
  other: CompleteHandlerStore,
  isOver: () => boolean,
): Promise<number> => {
  const of = await registerHandler(store, 1)
  const member = freshName('member')
  let lease = firstLease(await sendHeartbeat(store, of, member))
  let place: LogPosition = { position: lease.position, history: await right(store.history) }
  for (;;) {
    const last = isOver()
    const { position, history, end } = await right(
      store.readLog({ after: place.position, history: place.history, count: 3 }),
    )
    place = { position, history }
    expectEqual(
      await commit(other, withReach(history, commitOf(lease, [], position))),
      'committed',
      `a commit at ${position}`,
    )
    const answer = await sendHeartbeat(other, of, member)
    lease = firstLease(answer)
    const { history: known, positions } = await right(store.checkpoints([of.name]))
    // The first answer is a valid place in every later history.
    const head = await right(store.settledPosition)
    const places: ReadonlyArray<LogPosition> = [
      place,
      { position: lease.position, history: answer.history },
      { position: positions[of.name] ?? 0, history: known },
      { position: head, history: await right(other.history) },
    ]
    for (const one of places) await right(other.verify(one))
    if (last && end) return position
    await yieldToOthers()
  }
}

/** The checkpoint of an inline projection is the end of the log, wherever that is: each answer is a valid place. */
const observe = async (
  store: CompleteHandlerStore,
  other: CompleteHandlerStore,
  isOver: () => boolean,
): Promise<void> => {
  const of = await registerHandler(store, 1)
  await right(store.openInline(of, ['nothing']))
  while (!isOver()) {
    const { history, positions } = await right(store.checkpoints([of.name]))
    await right(other.verify({ position: positions[of.name] ?? 0, history }))
    await yieldToOthers()
  }
}

export const concurrentHistories = rewindLaw(
  'histories that begin beside followers and writers raise no false alarm',
  async ({ store, rewinding, other }) => {
    const met = new Set<string>()
    let over = false
    const isOver = () => over
    const enough = () => met.size > 6
    const write = async (to: CompleteHandlerStore): Promise<void> => {
      for (let n = 0; n < 30 || (n < 2_000 && !enough() && !over); n++) {
        const position = await appendOne(to)
        const history = await right(to.history)
        met.add(history)
        await right(other.verify({ position, history }))
        await yieldToOthers()
      }
    }
    const restart = async (): Promise<void> => {
      while (!over && !enough()) {
        const before = met.size
        await rewinding.restart()
        // The next history begins when a writer has seen this one, so that each history begins beside other operations.
        while (!over && met.size === before) await yieldToOthers()
      }
    }
    const end = () => {
      over = true
    }
    const beside = [
      handle(store, other, isOver),
      handle(other, store, isOver),
      observe(store, other, isOver),
      restart(),
    ]
    const outcomes = await Promise.allSettled([
      Promise.all([write(store), write(other), write(store)]).finally(end),
      ...beside.map((one) =>
        one.catch((failure) => {
          end()
          throw failure
        }),
      ),
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    expectTrue(enough(), `the log has begun new histories, it has had ${met.size}`)
  },
)
