import type { StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlerRuntimeStore } from './RuntimeUnderLaw.ts'

/** The requests that a pause may concern. */
type RequestKind = 'commits' | 'heartbeats'

/**
 * The store as one process sees it, which may be killed or paused. For other processes, a process that no longer
 * reaches the store is dead.
 */
export interface SimulatedProcess {
  readonly store: HandlerRuntimeStore
  /**
   * From now on the process no longer reaches the store. Requests in flight are lost too; with `unheard` they are
   * carried out, and only the response is lost.
   */
  readonly kill: (how: 'away' | 'unheard') => void
  /** From now on requests of the process wait: all of them, or those of one kind. */
  readonly pause: (what: 'everything' | RequestKind) => void
  /** Lets the waiting requests go on. */
  readonly resume: () => void
  /** The number of waiting requests. */
  readonly waitingCount: () => number
  /** The number of all requests, and that of heartbeats. */
  readonly requestCount: () => number
  readonly heartbeatCount: () => number
}

export const makeSimulatedProcess = (store: HandlerRuntimeStore): SimulatedProcess => {
  let state: 'alive' | 'away' | 'unheard' = 'alive'
  let paused: 'nothing' | 'everything' | RequestKind = 'nothing'
  let gate = Promise.resolve()
  let open = (): void => {}
  let [asked, waiting, beats] = [0, 0, 0]
  const gone = E.left(storeUnavailable('the process is cut off', true, undefined))

  // The process may have been killed while the request waited.
  const isAway = (): boolean => state === 'away'

  /** A request on its way to the store, and its response. */
  const throughNetwork =
    <L, A>(task: TE.TaskEither<L, A>, kind?: RequestKind): TE.TaskEither<L | StoreUnavailable, A> =>
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
      append: (append) => throughNetwork(store.append(append)),
      appendAll: (appends) => throughNetwork(store.appendAll(appends)),
      readStream: (stream, options) => throughNetwork(store.readStream(stream, options)),
      readLog: (options) => throughNetwork(store.readLog(options)),
      findEvents: (ids) => throughNetwork(store.findEvents(ids)),
      streamInfo: (stream) => throughNetwork(store.streamInfo(stream)),
      deleteStream: (stream, expected) => throughNetwork(store.deleteStream(stream, expected)),
      settledPosition: throughNetwork(store.settledPosition),
      history: throughNetwork(store.history),
      verify: (place) => throughNetwork(store.verify(place)),
      onAppend: (listener) => store.onAppend(listener),
      register: (handler) => throughNetwork(store.register(handler)),
      heartbeat: (heartbeats) => {
        beats++
        return throughNetwork(store.heartbeat(heartbeats), 'heartbeats')
      },
      release: (leases) => throughNetwork(store.release(leases)),
      commit: (commits) => throughNetwork(store.commit(commits), 'commits'),
      getDocuments: (of, keys) => throughNetwork(store.getDocuments(of, keys)),
      listDocuments: (query) => throughNetwork(store.listDocuments(query)),
      countDocuments: (filter) => throughNetwork(store.countDocuments(filter)),
      declareIndexes: (name, indexes) => throughNetwork(store.declareIndexes(name, indexes)),
      createIndexes: throughNetwork(store.createIndexes),
      dueDocuments: (of, partitions, count) => throughNetwork(store.dueDocuments(of, partitions, count)),
      requestAction: (document, action) => throughNetwork(store.requestAction(document, action)),
      promote: (handler) => throughNetwork(store.promote(handler)),
      rollBack: (handler) => throughNetwork(store.rollBack(handler)),
      retire: (handler) => throughNetwork(store.retire(handler)),
      remove: (name) => throughNetwork(store.remove(name)),
      rename: (name, newName) => throughNetwork(store.rename(name, newName)),
      reset: (handler) => throughNetwork(store.reset(handler)),
      resetCheckpoints: (handler) => throughNetwork(store.resetCheckpoints(handler)),
      findParked: (name, positions) => throughNetwork(store.findParked(name, positions)),
      checkpoints: (names) => throughNetwork(store.checkpoints(names)),
      generations: throughNetwork(store.generations),
      handlerStatuses: throughNetwork(store.handlerStatuses),
    },
    kill: (how) => {
      state = how
    },
    pause: (what) => {
      // The requests that already wait continue to wait.
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
    waitingCount: () => waiting,
    requestCount: () => asked,
    heartbeatCount: () => beats,
  }
}
