import { setMaxListeners } from 'node:events'
import {
  type EventStore,
  type HandlerStore,
  type LogTail,
  type StoreUnavailable,
  storeUnavailable,
} from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { ask } from './asking.ts'
import { sleep } from './sleep.ts'

/** What a runtime asks a store. */
export type AskedStore = EventStore & LogTail & HandlerStore

/** The longest time that a question is waited for, in milliseconds. */
const longest = 60_000

/** The answer of `work`, or undefined when there is none within so many milliseconds, or before it is `over`. */
export const answerWithin = async <A>(ms: number, work: Promise<A>, over?: AbortSignal): Promise<A | undefined> => {
  const settled = new AbortController()
  const settle = (): void => settled.abort()
  if (over?.aborted) settle()
  over?.addEventListener('abort', settle, { once: true })
  return Promise.race([work, sleep(ms, settled.signal).then(() => undefined)]).finally(() => {
    settle()
    over?.removeEventListener('abort', settle)
  })
}

const unanswered = (why: string) => E.left(storeUnavailable(why, true, undefined))

/** Of nobody who waits is an answer expected any more, once it is over. */
const bounded =
  (over: AbortSignal) =>
  <L, A>(question: TE.TaskEither<L, A>): TE.TaskEither<L | StoreUnavailable, A> =>
  async () =>
    (await answerWithin(Number.POSITIVE_INFINITY, ask(question), over)) ?? unanswered('no answer before the end')

/**
 * Gives a question up that is not answered in time, so that it is asked again: the answer may be lost for good, with a connection that is half open, and a
 * partition must not wait for it as long as the store would. Each time that comes to nothing the next may take twice as long: a store that is slow, but answers, is
 * given its time.
 */
const limited = (ms: number, over: AbortSignal) => {
  let patience = ms
  return <L, A>(question: TE.TaskEither<L, A>): TE.TaskEither<L | StoreUnavailable, A> =>
    async () => {
      const limit = patience
      const answer = await answerWithin(limit, ask(question), over)
      patience = answer === undefined ? Math.min(longest, limit * 2) : ms
      return answer ?? unanswered(`no answer within ${limit} ms`)
    }
}

/**
 * A store whose answers come within so many milliseconds, or do not count: those that a partition waits for. All of them may be asked again; commits know
 * each other by their revisions. Not heartbeats, which are asked again beside the one that is waited for.
 *
 * When `over` fires, nothing is waited for any more, whatever it is: what ends must not depend on a store that never answers.
 */
export const timely = (store: AskedStore, ms: number, over: AbortSignal): AskedStore => {
  // As many questions wait for it as there are.
  setMaxListeners(0, over)
  const timed = <I extends ReadonlyArray<unknown>, L, A>(question: (...input: I) => TE.TaskEither<L, A>) => {
    const inTime = limited(ms, over)
    // Called within the promise: a store that throws before it returns a promise counts as unavailable.
    return (...input: I) => inTime(() => question(...input)())
  }
  const untilOver = bounded(over)
  return {
    ...store,
    readLog: timed(store.readLog),
    release: timed(store.release),
    commit: timed(store.commit),
    getDocuments: timed(store.getDocuments),
    listDocuments: timed(store.listDocuments),
    dueDocuments: timed(store.dueDocuments),
    generations: limited(ms, over)(store.generations),
    handlers: limited(ms, over)(store.handlers),
    head: untilOver(store.head),
    history: untilOver(store.history),
    verify: timed(store.verify),
    findEvents: timed(store.findEvents),
    heartbeat: (heartbeats) => untilOver(() => store.heartbeat(heartbeats)()),
    register: (handler) => untilOver(() => store.register(handler)()),
    promote: (handler) => untilOver(() => store.promote(handler)()),
    rollBack: (handler) => untilOver(() => store.rollBack(handler)()),
    retire: (handler) => untilOver(() => store.retire(handler)()),
    checkpoints: (names) => untilOver(() => store.checkpoints(names)()),
  }
}
