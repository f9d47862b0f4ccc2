import { type StoreUnavailable, storeUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { StoreOfHandlers } from './Subscriptions.ts'

/** What may be held up by itself. */
type Kind = 'commits' | 'heartbeats'

/**
 * The store as one process sees it, which may be killed or paused: to others, a process that reaches the store no more is one that is dead.
 */
export interface Process {
  readonly store: StoreOfHandlers
  /** From now on it reaches the store no more. What is on its way is lost too; `unheard`, it is done, and only the answer is lost. */
  readonly kill: (how: 'away' | 'unheard') => void
  /** From now on what it asks waits; all of it, or one kind only. */
  readonly pause: (what: 'everything' | Kind) => void
  /** What has waited goes on. */
  readonly resume: () => void
  /** How many of its questions wait. */
  readonly waiting: () => number
  /** How often it has asked for anything, and how often it has said that it lives. */
  readonly asked: () => number
  readonly beats: () => number
}

export const makeProcess = (store: StoreOfHandlers): Process => {
  let state: 'alive' | 'away' | 'unheard' = 'alive'
  let paused: 'nothing' | 'everything' | Kind = 'nothing'
  let gate = Promise.resolve()
  let open = (): void => {}
  let [asked, waiting, beats] = [0, 0, 0]
  const gone = E.left(storeUnavailable('the process is cut off', true, undefined))

  // It may have been killed while a question waited.
  const isAway = (): boolean => state === 'away'

  /** A question on its way to the store and back. */
  const by =
    <L, A>(task: TE.TaskEither<L, A>, kind?: Kind): TE.TaskEither<L | StoreUnavailable, A> =>
    async () => {
      asked++
      if (state !== 'alive') return gone
      if (paused === 'everything' || paused === kind) {
        waiting++
        await gate
        waiting--
      }
      const answer = isAway() ? gone : await task()
      return state === 'alive' ? answer : gone
    }

  return {
    store: {
      append: (append) => by(store.append(append)),
      appendAll: (appends) => by(store.appendAll(appends)),
      readStream: (stream, options) => by(store.readStream(stream, options)),
      readLog: (options) => by(store.readLog(options)),
      findEvents: (ids) => by(store.findEvents(ids)),
      streamInfo: (stream) => by(store.streamInfo(stream)),
      deleteStream: (stream, expected) => by(store.deleteStream(stream, expected)),
      head: by(store.head),
      history: by(store.history),
      verify: (place) => by(store.verify(place)),
      onAppend: (listener) => store.onAppend(listener),
      register: (handler) => by(store.register(handler)),
      heartbeat: (heartbeats) => {
        beats++
        return by(store.heartbeat(heartbeats), 'heartbeats')
      },
      release: (leases) => by(store.release(leases)),
      commit: (commits) => by(store.commit(commits), 'commits'),
      getDocuments: (of, keys) => by(store.getDocuments(of, keys)),
      listDocuments: (query) => by(store.listDocuments(query)),
      dueDocuments: (of, partitions, count) => by(store.dueDocuments(of, partitions, count)),
      wish: (document, wish) => by(store.wish(document, wish)),
      promote: (handler) => by(store.promote(handler)),
      rollBack: (handler) => by(store.rollBack(handler)),
      retire: (handler) => by(store.retire(handler)),
      setBack: (handler) => by(store.setBack(handler)),
      checkpoints: (names) => by(store.checkpoints(names)),
      generations: by(store.generations),
      handlers: by(store.handlers),
    },
    kill: (how) => {
      state = how
    },
    pause: (what) => {
      // What waits already waits on.
      if (paused === 'nothing') {
        gate = new Promise((resolve) => {
          open = resolve
        })
      }
      paused = what
    },
    resume: () => {
      paused = 'nothing'
      open()
    },
    waiting: () => waiting,
    asked: () => asked,
    beats: () => beats,
  }
}
