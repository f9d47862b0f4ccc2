import { type Appended, ExpectedVersion } from '@foldlog/core'
import { versionConflict } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { freshId } from '../../src/laws/fixtures.ts'
import { broken, type StoreFault } from './StoreFault.ts'

/** Changes the positions that appends return. */
const tellingPositions =
  (change: (appended: Appended, nth: number) => (position: number) => number): StoreFault['make'] =>
  () => {
    let nth = 0
    const store = makeMemoryStore()
    const append: MemoryStore['append'] = (asked) =>
      TE.Functor.map(store.append(asked), (appended) => ({
        ...appended,
        positions: appended.positions.map(change(appended, nth++)),
      }))
    return { ...store, append }
  }

export const appendFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'loses the last event of an append of several, and reports it as stored',
    caughtBy: [
      'append: an append that is reported as stored is stored',
      'programs: operations one after another end as in the model',
    ],
    make: broken((store) => ({
      append: (append) =>
        !Array.isArray(append?.events) || append.events.length < 2
          ? store.append(append)
          : TE.Functor.map(store.append({ ...append, events: append.events.slice(0, -1) }), (appended) => ({
              ...appended,
              version: appended.version + 1,
              positions: [...appended.positions, (appended.positions.at(-1) ?? 0) + 1],
            })),
    })),
  },
  {
    fault: 'reports a conflict with a wrong actual version',
    caughtBy: [
      'append: the expected version decides an append to an open stream',
      'programs: operations one after another end as in the model',
    ],
    make: broken((store) => ({
      append: (append) =>
        TE.Bifunctor.mapLeft(store.append(append), (error) =>
          error._tag === 'VersionConflict'
            ? versionConflict(error.stream, error.expected, Math.max(0, error.actual - 1))
            : error,
        ),
    })),
  },
  {
    fault: 'knows an exact version of a missing stream only as "not found"',
    caughtBy: ['append: the expected version decides an append to a missing stream'],
    make: broken((store) => ({
      append: (append) =>
        TE.Bifunctor.mapLeft(store.append(append), (error) =>
          error._tag === 'VersionConflict' && error.actual === 0
            ? { _tag: 'StreamDeleted' as const, stream: error.stream }
            : error,
        ),
    })),
  },
  {
    fault: 'accepts an empty append as a success',
    caughtBy: ['invalid arguments: append refuses a bad list of events'],
    make: broken((store) => ({
      append: (append) =>
        Array.isArray(append?.events) && append.events.length === 0
          ? TE.right({
              stream: append.stream,
              firstVersion: 1,
              version: 0,
              positions: [],
              recordedAt: new Date(),
              repeated: false,
              history: 'of nothing',
            })
          : store.append(append),
    })),
  },
  {
    fault: 'does not check ids: a repeated append is written again',
    caughtBy: [
      'idempotence: repeating an append returns the first result',
      'programs: operations one after another end as in the model',
    ],
    make: broken((store) => ({
      append: (append) => async () => {
        const events = [...(append?.events ?? [])]
        const known = await store.findEvents(events.map(({ id }) => id))()
        const taken = new Set(E.isRight(known) ? known.right.map(({ id }) => id) : [])
        return store.append({
          ...append,
          events: events.map((event) => (taken.has(event.id) ? { ...event, id: freshId() } : event)),
        })()
      },
    })),
  },
  {
    fault: 'checks the expected version before it looks for a repetition',
    caughtBy: ['idempotence: repeating an append returns the first result'],
    make: broken((store) => ({
      append: (append) => async () => {
        const info = await store.streamInfo(append.stream)()
        return E.isRight(info) && !ExpectedVersion.accepts(append.expected, info.right.version)
          ? E.left(versionConflict(append.stream, append.expected, info.right.version))
          : store.append(append)()
      },
    })),
  },
  {
    fault: 'accepts an event id of another stream',
    caughtBy: [
      'idempotence: an append of known ids to another stream is a reuse',
      'idempotence: one event that is appended to 10 streams at once gets into one of them',
    ],
    make: broken((store) => ({
      append: (append) => async () => {
        const outcome = await store.append(append)()
        if (E.isRight(outcome) || outcome.left._tag !== 'EventIdReused') return outcome
        return store.append({ ...append, events: append.events.map((event) => ({ ...event, id: freshId() })) })()
      },
    })),
  },
  {
    fault: 'uses a clock that goes back',
    caughtBy: ['append: the events of one append have one time'],
    make: () => {
      let now = Date.now()
      return makeMemoryStore({ clock: () => now-- })
    },
  },
  {
    fault: 'assigns a position twice',
    caughtBy: [
      'append: append returns the positions of its events in the log',
      'programs: operations one after another end as in the model',
    ],
    make: broken((store) => ({
      append: (append) =>
        TE.Functor.map(store.append(append), (appended) => ({
          ...appended,
          positions: appended.positions.map((position) => position - (position % 2)),
        })),
    })),
  },
  {
    fault: 'starts its work before the task is run',
    caughtBy: ['laziness: an operation does nothing before it is called'],
    make: broken((store) => ({
      append: (append) => {
        const begun = store.append(append)()
        return () => begun
      },
    })),
  },
  {
    fault: 'throws on bad input',
    caughtBy: [
      'invalid arguments: append refuses a value that is not an object',
      'stream names: an invalid name is refused in every operation',
    ],
    make: broken((store) => ({
      append: (append) => async () => {
        const outcome = await store.append(append)()
        if (E.isLeft(outcome) && outcome.left._tag === 'InvalidInput') throw new TypeError(outcome.left.why)
        return outcome
      },
    })),
  },
  {
    fault: 'draws positions in blocks, which alternate between appends',
    caughtBy: ['order of the log: the log has the order in which appends were acknowledged'],
    make: tellingPositions((_, nth) => (position) => position + (nth % 2 === 0 ? 1_000 : 0)),
  },
  {
    fault: 'reuses positions after a deletion',
    caughtBy: ['order of the log: the log never gives a position twice'],
    make: tellingPositions((_, nth) => (position) => position - nth * 3),
  },
  {
    fault: 'stores only the first 10,000 events of an append',
    caughtBy: ['append: append takes 10,001 events at once'],
    make: broken((store) => ({
      append: (append) => store.append({ ...append, events: append.events.slice(0, 10_000) }),
    })),
  },
]
