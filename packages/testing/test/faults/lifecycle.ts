import type { Json, StreamName } from '@foldlog/core'
import { streamDeleted } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { either as E, option as O, taskEither as TE } from 'fp-ts'
import { streamNamed } from '../../src/laws/fixtures.ts'
import { broken, nextMacrotask, type StoreFault, streamPages } from './StoreFault.ts'

export const deleteFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'frees the name of a deleted stream',
    caughtBy: [
      'deleteStream: a deletion is final',
      'append: an append to a deleted stream is refused',
      'programs: operations one after another end as in the model',
    ],
    make: () => {
      const store = makeMemoryStore()
      const lives = new Map<StreamName, number>()
      const living = (stream: StreamName) =>
        lives.has(stream) ? streamNamed(`${stream}~${lives.get(stream)}`) : stream
      return {
        ...store,
        append: (append) => store.append({ ...append, stream: living(append?.stream) }),
        readStream: (stream, options) => store.readStream(living(stream), options),
        streamInfo: (stream) => store.streamInfo(living(stream)),
        deleteStream: (stream, expected) =>
          TE.Functor.map(store.deleteStream(living(stream), expected), (info) => {
            lives.set(stream, (lives.get(stream) ?? 0) + 1)
            return info
          }),
      }
    },
  },
  {
    fault: 'appends to a stream that is being deleted',
    caughtBy: ['deleteStream: an append beside a deletion comes before it or is refused'],
    make: broken((store) => ({
      deleteStream: (stream, expected) => async () => {
        const info = await store.streamInfo(stream)()
        await nextMacrotask()
        const deleted = await store.deleteStream(stream, expected)()
        return E.isRight(deleted) && E.isRight(info)
          ? E.right({ ...deleted.right, version: info.right.version })
          : deleted
      },
      append: (append) => async () => {
        await Promise.resolve()
        return store.append(append)()
      },
    })),
  },
  {
    fault: 'lets several concurrent deletions of one stream succeed',
    caughtBy: ['deleteStream: one of 8 concurrent deletions succeeds'],
    make: broken((store) => ({
      deleteStream: (stream, expected) => async () => {
        const info = await store.streamInfo(stream)()
        await nextMacrotask()
        const outcome = await store.deleteStream(stream, expected)()
        if (E.isRight(info) && info.right.status === 'open' && E.isLeft(outcome)) {
          return E.right({ ...info.right, status: 'deleted' as const })
        }
        return outcome
      },
    })),
  },
  {
    fault: 'reports a missing stream as deleted',
    caughtBy: ['deleteStream: a missing stream is not found'],
    make: broken((store) => ({
      deleteStream: (stream, expected) =>
        TE.Bifunctor.mapLeft(store.deleteStream(stream, expected), (error) =>
          error._tag === 'StreamNotFound' ? streamDeleted(error.stream) : error,
        ),
    })),
  },
]

export const snapshotFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'overwrites a newer snapshot with an older one',
    caughtBy: ['snapshots: only a newer snapshot replaces a snapshot'],
    make: broken((store) => {
      const last = new Map<string, { readonly version: number; readonly state: Json }>()
      return {
        saveSnapshot: (snapshot) =>
          TE.Functor.map(store.saveSnapshot(snapshot), () => {
            last.set(`${snapshot.stream} ${snapshot.schemaVersion}`, snapshot)
          }),
        readFromSnapshot: (stream, schemaVersion, count) =>
          TE.Functor.map(store.readFromSnapshot(stream, schemaVersion, count), (found) => ({
            ...found,
            snapshot: O.Functor.map(found.snapshot, (kept) => ({ ...kept, ...last.get(`${stream} ${schemaVersion}`) })),
          })),
      }
    }),
  },
  {
    fault: 'returns a snapshot to readers of another schema version',
    caughtBy: ['snapshots: a snapshot has a schema version'],
    make: broken((store) => ({
      saveSnapshot: (snapshot) =>
        Number.isSafeInteger(snapshot?.schemaVersion)
          ? store.saveSnapshot({ ...snapshot, schemaVersion: 1 })
          : store.saveSnapshot(snapshot),
      readFromSnapshot: (stream, schemaVersion, count) =>
        TE.Functor.map(store.readFromSnapshot(stream, schemaVersion > 1 ? 1 : schemaVersion, count), (found) => ({
          ...found,
          snapshot: O.Functor.map(found.snapshot, (kept) => ({ ...kept, schemaVersion })),
        })),
    })),
  },
]

const shared = makeMemoryStore()

export const lifecycleFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'shares one log between all its instances',
    caughtBy: ['isolation: two stores share nothing', 'order of the log: positions count from 1'],
    make: () => ({ ...shared, stop: async () => {} }),
  },
  {
    fault: 'continues after a stop',
    caughtBy: ['stop: a stop makes every operation unavailable'],
    make: broken(() => ({ stop: async () => {} })),
  },
  {
    fault: 'aborts work in progress when it stops',
    caughtBy: ['stop: a stop lets work in progress end normally'],
    make: broken((store) => ({
      append: (append) => async () => {
        await nextMacrotask()
        return store.append(append)()
      },
    })),
  },
  {
    fault: 'reports the stop as done before its requests are answered',
    caughtBy: ['stop: a stop ends when no operation is in progress'],
    make: broken((store) => ({
      readLog: (options) => async () => {
        const slice = await store.readLog(options)()
        for (let i = 0; i < 3; i++) await nextMacrotask()
        return slice
      },
    })),
  },
  {
    fault: 'counts versions from 0',
    caughtBy: [
      'append: versions count from 1 without gaps',
      'readStream: readStream returns the events within the bounds',
    ],
    make: broken((store) => ({
      readStream: streamPages(store, (events) => events.map((event) => ({ ...event, version: event.version - 1 }))),
    })),
  },
]
