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

/** The answer of `work`, or undefined when there is none within so many milliseconds. */
export const answerWithin = async <A>(ms: number, work: Promise<A>): Promise<A | undefined> => {
  const settled = new AbortController()
  return Promise.race([work, sleep(ms, settled.signal).then(() => undefined)]).finally(() => settled.abort())
}

/**
 * Gives a question up that is not answered in time, so that it is asked again: the answer may be lost for good, with a connection that is half open, and a
 * partition must not wait for it as long as the store would. Each time that comes to nothing the next may take twice as long: a store that is slow, but answers, is
 * given its time.
 */
const limited = (ms: number) => {
  let patience = ms
  return <L, A>(question: TE.TaskEither<L, A>): TE.TaskEither<L | StoreUnavailable, A> =>
    async () => {
      const limit = patience
      const answer = await answerWithin(limit, ask(question))
      patience = answer === undefined ? Math.min(longest, limit * 2) : ms
      return answer ?? E.left(storeUnavailable(`no answer within ${limit} ms`, true, undefined))
    }
}

/**
 * A store whose answers come within so many milliseconds, or do not count: those that a partition waits for. All of them may be asked again; commits know
 * each other by their revisions. Not heartbeats, which are asked again beside the one that is waited for.
 */
export const timely = (store: AskedStore, ms: number): AskedStore => {
  const timed = <I extends ReadonlyArray<unknown>, L, A>(question: (...input: I) => TE.TaskEither<L, A>) => {
    const inTime = limited(ms)
    return (...input: I) => inTime(question(...input))
  }
  return {
    ...store,
    readLog: timed(store.readLog),
    release: timed(store.release),
    commit: timed(store.commit),
    getDocuments: timed(store.getDocuments),
    listDocuments: timed(store.listDocuments),
    dueDocuments: timed(store.dueDocuments),
    generations: limited(ms)(store.generations),
    handlers: limited(ms)(store.handlers),
  }
}
