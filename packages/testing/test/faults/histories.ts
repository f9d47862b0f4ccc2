import { type Append, type HistoryId, LogPosition } from '@foldlog/core'
import { logRewound, type ReadLogOptions, rewoundConflict } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E, option as O, taskEither as TE } from 'fp-ts'
import { broken, type StoreFault } from './StoreFault.ts'

const without = <A extends { readonly history?: HistoryId | undefined }>({ history, ...rest }: A): Omit<A, 'history'> =>
  rest

/** A value that is not an object is left to the store, which refuses it. */
const unread = (append: Append): Append => (typeof append === 'object' && append !== null ? without(append) : append)

/** Reads without a history where the store reports that a place is gone, when `isKept` says so. */
const keepingPlaces =
  (
    store: MemoryStore,
    isKept: (history: HistoryId, options: ReadLogOptions) => Promise<boolean>,
  ): MemoryStore['readLog'] =>
  (options) =>
  async () => {
    const outcome = await store.readLog(options)()
    if (E.isRight(outcome) || outcome.left._tag !== 'LogRewound' || options?.history === undefined) return outcome
    return (await isKept(options.history, options)) ? store.readLog(without(options))() : outcome
  }

/** All histories that the appends of a store have named, oldest first. */
const named = (store: MemoryStore) => {
  const ids: Array<HistoryId> = []
  const append: MemoryStore['append'] = (asked) =>
    TE.Functor.map(store.append(asked), (appended) => {
      if (!ids.includes(appended.history)) ids.push(appended.history)
      return appended
    })
  return { ids, append }
}

/** Keeps snapshots apart from the log, and returns them for any stream that has reached their version. */
const snapshotsApart = (store: MemoryStore): Partial<MemoryStore> => {
  const kept = new Map<string, Parameters<MemoryStore['saveSnapshot']>[0]>()
  return {
    saveSnapshot: (snapshot) =>
      TE.Functor.map(store.saveSnapshot(snapshot), () => {
        const name = `${snapshot.stream} ${snapshot.schemaVersion}`
        if ((kept.get(name)?.version ?? 0) < snapshot.version) kept.set(name, without(snapshot))
      }),
    readFromSnapshot: (stream, schemaVersion, count) =>
      TE.Functor.map(store.readFromSnapshot(stream, schemaVersion, count), (found) => {
        const snapshot = kept.get(`${stream} ${schemaVersion}`)
        return snapshot !== undefined && snapshot.version <= found.page.version
          ? { ...found, snapshot: O.some(snapshot) }
          : found
      }),
  }
}

export const historyFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'reports a different history for each stream',
    caughtBy: [
      'histories: a log that is never rewound has one history',
      'programs: operations one after another end as in the model',
      'readStream: readStream returns the events within the bounds',
    ],
    make: broken((store) => ({
      readStream: (stream, options) =>
        TE.Functor.map(store.readStream(stream, options), (slice) => ({ ...slice, history: slice.stream.slice(-4) })),
    })),
  },
  {
    fault: 'compares only the position of a place, not its history',
    caughtBy: [
      'histories: two logs share no place but the beginning',
      'rewinds: a rewind keeps the places of the shared log',
      'rewinds: successive rewinds share only the part that none of them has taken',
      'rewinds: two rewinds to one backup share nothing beyond it',
      'rewinds: rewinds and restarts may come in any order',
    ],
    make: broken((store) => ({
      readLog: (options) =>
        store.readLog(LogPosition.checkHistory(options?.history)._tag === 'Right' ? without(options ?? {}) : options),
    })),
  },
  {
    fault: 'returns an empty page for a position beyond the end',
    caughtBy: [
      'histories: a history ends where the log ends',
      'readLog: a read at the head returns an empty page',
      'readLog with a filter: a filtered read without a match moves on to the head',
    ],
    make: broken((store) => ({
      readLog: (options) => async () => {
        const outcome = await store.readLog(options)()
        if (E.isRight(outcome) || outcome.left._tag !== 'LogRewound') return outcome
        const { position, common, current: history } = outcome.left
        return common === null ? outcome : E.right({ events: [], position, end: true, history })
      },
    })),
  },
  {
    fault: 'compares only version numbers, not histories',
    caughtBy: [
      'histories: the history of another log refuses an append with an exact version',
      'rewinds: an append decided before a rewind is refused, although the version is there again',
      'rewinds: an append decided before a rewind is refused beside others',
    ],
    make: broken((store) => ({ append: (append) => store.append(unread(append)) })),
  },
  {
    fault: 'compares only version numbers when an append has several streams',
    caughtBy: [
      'histories: the history of another log refuses an append with an exact version',
      'rewinds: an append decided before a rewind is refused, although the version is there again',
    ],
    make: broken((store) => ({
      appendAll: (appends) => store.appendAll(Array.isArray(appends) ? appends.map(unread) : appends),
    })),
  },
  {
    fault: 'reports a rewound log like any other conflict',
    caughtBy: [
      'histories: the history of another log refuses an append with an exact version',
      'rewinds: an append decided before a rewind is refused, although the version is there again',
    ],
    make: broken((store) => ({
      append: (append) =>
        TE.Bifunctor.mapLeft(store.append(append), (error) => {
          if (error._tag !== 'VersionConflict') return error
          const { rewound, ...conflict } = error
          return conflict
        }),
    })),
  },
  {
    fault: 'rejects every append decided in an earlier history before any other check',
    caughtBy: [
      'histories: a repeated append is not compared with the history',
      'rewinds: an append decided on the shared log is accepted',
      'rewinds: an append that is kept is repeated',
      'rewinds: a rewind that loses nothing raises no false alarm beside readers and writers',
      'rewinds: rewinds and restarts may come in any order',
    ],
    make: broken((store) => ({
      append: (append) => async () => {
        const now = await store.history()
        const { stream, expected, history } = append
        const isLate = history !== undefined && E.isRight(now) && now.right !== history
        return isLate && typeof expected === 'number' && expected > 0
          ? E.left(rewoundConflict(stream, expected, expected))
          : store.append(append)()
      },
    })),
  },
  {
    fault: 'fails the appends beside one that was decided before the rewind',
    caughtBy: ['rewinds: an append decided before a rewind is refused beside others'],
    make: broken((store) => {
      let late = false
      return {
        append: (append) => async () => {
          const outcome = await store.append(append)()
          late ||= E.isLeft(outcome) && outcome.left._tag === 'VersionConflict' && outcome.left.rewound === true
          return late ? E.left(rewoundConflict(append.stream, append.expected, 0)) : outcome
        },
      }
    }),
  },
  {
    fault: 'keeps snapshots of any history',
    caughtBy: [
      'histories: a snapshot of another log’s history is not saved',
      'rewinds: a rewind leaves no snapshot of lost events',
    ],
    make: broken((store) => ({ saveSnapshot: (snapshot) => store.saveSnapshot(without(snapshot)) })),
  },
  {
    fault: 'keeps its snapshots when the log goes back',
    caughtBy: ['rewinds: a rewind leaves no snapshot of lost events'],
    make: broken(snapshotsApart),
  },
  {
    fault: 'rejects a valid place now and then',
    caughtBy: [
      'histories: a remembered place never raises a false alarm',
      'rewinds: a rewind keeps the places of the shared log',
      'rewinds: a rewind that loses nothing raises no false alarm beside readers and writers',
    ],
    make: broken((store) => ({
      readLog: (options) => async () => {
        const { after = 0, history } = options ?? {}
        if (history === undefined || after % 3 !== 2) return store.readLog(options)()
        return E.left(logRewound(after, history, history, after - 1))
      },
    })),
  },
  {
    fault: 'accepts any text as a history',
    caughtBy: ['histories: an invalid name of a history is refused'],
    make: broken((store) => ({
      append: (append) => store.append(E.isRight(LogPosition.checkHistory(append?.history)) ? append : unread(append)),
    })),
  },
  {
    fault: 'does not go back',
    caughtBy: [
      'rewinds: a rewind takes back everything later',
      'rewinds: two rewinds to one backup share nothing beyond it',
    ],
    make: broken((store) => ({
      backup: () => {
        store.backup()
        return () => store.backup()()
      },
    })),
  },
  {
    fault: 'continues in the same history after a rewind',
    caughtBy: [
      'rewinds: a rewind takes back everything later',
      'rewinds: a rewind keeps the places of the shared log',
      'rewinds: an append decided on the shared log is accepted',
      'rewinds: an append that is kept is repeated',
      'rewinds: rewinds and restarts may come in any order',
    ],
    make: broken((store) => {
      const one = <A extends { readonly history: HistoryId }>(answer: A): A => ({ ...answer, history: 'one' })
      return {
        append: (append) => TE.Functor.map(store.append(unread(append)), one),
        readStream: (stream, options) => TE.Functor.map(store.readStream(stream, options), one),
        readLog: (options) => TE.Functor.map(store.readLog(without(options ?? {})), one),
      }
    }),
  },
  {
    fault: 'knows only the current history',
    caughtBy: [
      'rewinds: a rewind keeps the places of the shared log',
      'rewinds: successive rewinds share only the part that none of them has taken',
      'rewinds: a rewind that loses nothing raises no false alarm beside readers and writers',
      'rewinds: rewinds and restarts may come in any order',
    ],
    make: broken((store) => ({
      readLog: (options) => async () => {
        const now = await store.history()
        const { after = 0, history } = options ?? {}
        if (E.isLeft(now) || history === undefined || now.right === history || after === 0) {
          return store.readLog(options)()
        }
        return E.left(logRewound(after, history, now.right, null))
      },
    })),
  },
  {
    fault: 'compares a place with the last rewind only',
    caughtBy: ['rewinds: successive rewinds share only the part that none of them has taken'],
    make: broken((store) => {
      const { ids, append } = named(store)
      return {
        append,
        readLog: keepingPlaces(store, async (history, options) => {
          const before = ids.at(-2)
          if (before === undefined || !ids.includes(history)) return false
          return E.isRight(await store.readLog({ ...options, history: before })())
        }),
      }
    }),
  },
  {
    fault: 'treats an unknown history as the current one',
    caughtBy: [
      'rewinds: two rewinds to one backup share nothing beyond it',
      'rewinds: rewinds and restarts may come in any order',
    ],
    make: broken((store) => {
      const { ids, append } = named(store)
      return {
        append,
        readLog: keepingPlaces(store, async (history, options) => {
          const outcome = await store.readLog(options)()
          const isUnknown = E.isLeft(outcome) && Reflect.get(outcome.left, 'common') === null
          return isUnknown && ids.includes(history)
        }),
      }
    }),
  },
]
