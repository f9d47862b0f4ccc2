import {
  type Append,
  type AppendError,
  type Appended,
  ExpectedVersion,
  storeUnavailable,
  versionConflict,
} from '@foldlog/core'
import { type MemoryStore, memoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { freshId } from '../../src/laws/given.ts'
import { aMoment, broken, type Fault } from './Fault.ts'

/** Looks at the version, and appends a moment later whatever it finds then. */
const checkedTooEarly =
  (store: MemoryStore) =>
  (append: Append): TE.TaskEither<AppendError, Appended> =>
  async () => {
    const info = await store.streamInfo(append.stream)()
    await aMoment()
    if (E.isRight(info) && ExpectedVersion.accepts(append.expected, info.right.version)) {
      return store.append({ ...append, expected: 'any' })()
    }
    return store.append(append)()
  }

/** Makes the version it finds the one it expects, and loses against whoever comes between. */
const pinned =
  (store: MemoryStore, pins: ExpectedVersion) =>
  (append: Append): TE.TaskEither<AppendError, Appended> =>
  async () => {
    if (append.expected !== pins) return store.append(append)()
    const info = await store.streamInfo(append.stream)()
    await aMoment()
    if (E.isLeft(info) || !ExpectedVersion.accepts(pins, info.right.version)) return store.append(append)()
    return store.append({ ...append, expected: info.right.version })()
  }

/** Appends the events one by one. */
const piecemeal =
  (store: MemoryStore) =>
  (append: Append): TE.TaskEither<AppendError, Appended> =>
  async () => {
    if (!Array.isArray(append.events) || append.events.length < 2) return store.append(append)()
    let whole: Appended | undefined
    for (const [i, event] of append.events.entries()) {
      const one = await store.append({ ...append, expected: i === 0 ? append.expected : 'any', events: [event] })()
      if (E.isLeft(one)) return one
      const positions = [...(whole?.positions ?? []), ...one.right.positions]
      whole = { ...one.right, firstVersion: whole?.firstVersion ?? one.right.firstVersion, positions }
      await aMoment()
    }
    return whole === undefined ? store.append(append)() : E.right(whole)
  }

export const appendFaults: ReadonlyArray<Fault> = [
  {
    fault: 'loses the last event of an append of several, and reports it as stored',
    caughtBy: ['append: stores what it reports', 'programs: of operations one after another'],
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
    fault: 'drops an append beside others, and reports it as stored',
    caughtBy: ['concurrent appends: that are reported as stored', 'programs: of concurrent callers'],
    make: broken((store) => {
      const gone = new Set<string>()
      let busy = 0
      return {
        append: (append) => async () => {
          busy++
          await aMoment()
          const alone = busy === 1
          const outcome = await store.append(append)()
          busy--
          if (!alone && E.isRight(outcome)) gone.add(append.events[0]?.id ?? '')
          return outcome
        },
        readLog: (options) =>
          TE.Functor.map(store.readLog(options), (slice) => ({
            ...slice,
            events: slice.events.filter(({ id }) => !gone.has(id)),
          })),
      }
    }),
  },
  {
    fault: 'lets two creators of a stream win: it looks first, and writes later',
    caughtBy: ['concurrent appends: expecting no stream', 'programs: of concurrent callers'],
    make: broken((store) => ({ append: checkedTooEarly(store) })),
  },
  {
    fault: 'lets two writers of one version win',
    caughtBy: ['concurrent appends: expecting an exact version'],
    make: broken((store) => ({ append: checkedTooEarly(store) })),
  },
  {
    fault: 'says that there is a conflict where nothing was expected',
    caughtBy: ['concurrent appends: expecting any, on one new stream'],
    make: broken((store) => ({ append: pinned(store, 'any') })),
  },
  {
    fault: 'says that there is a conflict where only a stream was expected',
    caughtBy: ['concurrent appends: expecting that the stream exists'],
    make: broken((store) => ({ append: pinned(store, 'streamExists') })),
  },
  {
    fault: 'reports a conflict with a wrong actual version',
    caughtBy: ['append: to an open stream', 'programs: of operations one after another'],
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
    caughtBy: ['append: to a missing stream'],
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
    fault: 'lets others come between the events of one append',
    caughtBy: ['concurrent appends: never come between'],
    make: broken((store) => ({ append: piecemeal(store) })),
  },
  {
    fault: 'takes an empty append for nothing to do',
    caughtBy: ['arguments that types would not allow: append: no events'],
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
            })
          : store.append(append),
    })),
  },
  {
    fault: 'does not check ids: what is sent again is written again',
    caughtBy: ['idempotence: of an append that is repeated', 'programs: of operations one after another'],
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
    fault: 'compares the expected version before it looks for a repetition',
    caughtBy: ['idempotence: of an append that is repeated'],
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
    fault: 'lets an id of another stream pass',
    caughtBy: ['idempotence: of an append to another stream', 'idempotence: of one event in 10 streams at once'],
    make: broken((store) => ({
      append: (append) => async () => {
        const outcome = await store.append(append)()
        if (E.isRight(outcome) || outcome.left._tag !== 'EventIdReused') return outcome
        return store.append({ ...append, events: append.events.map((event) => ({ ...event, id: freshId() })) })()
      },
    })),
  },
  {
    fault: 'has a clock that goes back, and does not notice',
    caughtBy: ['append: records all events of one append at one time'],
    make: () => {
      let now = Date.now()
      return memoryStore({ clock: () => now-- })
    },
  },
  {
    fault: 'gives a position twice',
    caughtBy: ['append: gives the positions', 'programs: of operations one after another'],
    make: broken((store) => ({
      append: (append) =>
        TE.Functor.map(store.append(append), (appended) => ({
          ...appended,
          positions: appended.positions.map((position) => position - (position % 2)),
        })),
    })),
  },
  {
    fault: 'begins before it is called',
    caughtBy: ['a TaskEither of the store: does nothing before'],
    make: broken((store) => ({
      append: (append) => {
        const begun = store.append(append)()
        return () => begun
      },
    })),
  },
  {
    fault: 'throws at bad input',
    caughtBy: ['arguments that types would not allow: append: no object', 'a stream name: that is none'],
    make: broken((store) => ({
      append: (append) => async () => {
        const outcome = await store.append(append)()
        if (E.isLeft(outcome) && outcome.left._tag === 'InvalidInput') throw new TypeError(outcome.left.why)
        return outcome
      },
    })),
  },
]

/** What is asked in one turn is answered together: as if it had been sent as one batch. */
const together = (store: MemoryStore) => {
  let waiting: Array<{ readonly append: Append; readonly answer: (outcome: E.Either<AppendError, Appended>) => void }> =
    []
  const send = async () => {
    const batch = waiting
    waiting = []
    const outcomes = await Promise.all(batch.map(({ append }) => store.append(append)()))
    const bad = outcomes.find(E.isLeft)
    for (const [i, { answer }] of batch.entries()) answer(bad ?? outcomes[i] ?? E.left(storeUnavailable('', true, '')))
  }
  return (append: Append): TE.TaskEither<AppendError, Appended> =>
    () =>
      new Promise((answer) => {
        waiting.push({ append, answer })
        if (waiting.length === 1) setTimeout(send, 0)
      })
}

/** Changes the positions that appends tell. */
const tellingPositions =
  (change: (appended: Appended, nth: number) => (position: number) => number): Fault['make'] =>
  () => {
    let nth = 0
    const store = memoryStore()
    const append: MemoryStore['append'] = (asked) =>
      TE.Functor.map(store.append(asked), (appended) => ({
        ...appended,
        positions: appended.positions.map(change(appended, nth++)),
      }))
    return { ...store, append }
  }

export const raceFaults: ReadonlyArray<Fault> = [
  {
    fault: 'fails the good appends of a batch with the bad ones',
    caughtBy: ['concurrent appends: of which some are bad'],
    make: broken((store) => ({ append: together(store) })),
  },
  {
    fault: 'draws positions in blocks, one for every other append',
    caughtBy: ['order of the log: is the order in which appends were acknowledged'],
    make: tellingPositions((_, nth) => (position) => position + (nth % 2 === 0 ? 1_000 : 0)),
  },
  {
    fault: 'gives positions again after a deletion',
    caughtBy: ['order of the log: never gives a position again'],
    make: tellingPositions((_, nth) => (position) => position - nth * 3),
  },
  {
    fault: 'takes 10,000 events of an append, and not one more',
    caughtBy: ['append: takes 10,001 events at once'],
    make: broken((store) => ({
      append: (append) => store.append({ ...append, events: append.events.slice(0, 10_000) }),
    })),
  },
  {
    fault: 'gives up when a stream is busy',
    caughtBy: ['appendAll: finds no deadlock', 'programs: of concurrent callers'],
    make: broken((store) => {
      const busy = new Set<string>()
      return {
        appendAll: (appends) => async () => {
          const streams = (appends ?? []).map(({ stream }) => stream)
          if (streams.some((stream) => busy.has(stream))) return E.left(storeUnavailable('deadlock', true, undefined))
          for (const stream of streams) busy.add(stream)
          await aMoment()
          const outcome = await store.appendAll(appends)()
          for (const stream of streams) busy.delete(stream)
          return outcome
        },
      }
    }),
  },
]

export const appendAllFaults: ReadonlyArray<Fault> = [
  {
    fault: 'writes the parts of appendAll one after another, and stops at the first that fails',
    caughtBy: ['appendAll: writes nothing when one part conflicts', 'programs: of operations one after another'],
    make: broken((store) => ({
      appendAll: (appends) => async () => {
        if (!Array.isArray(appends) || appends.length < 2) return store.appendAll(appends)()
        const results: Array<Appended> = []
        for (const append of appends) {
          const one = await store.append(append)()
          if (E.isLeft(one)) return one
          results.push(one.right)
        }
        return E.right(results)
      },
    })),
  },
  {
    fault: 'lets readers see half of an appendAll',
    caughtBy: ['appendAll: is seen whole or not at all', 'programs: of concurrent callers'],
    make: broken((store) => ({
      appendAll: (appends) => async () => {
        const [first, ...others] = [...(appends ?? [])].reverse()
        if (first === undefined || others.length === 0) return store.appendAll(appends)()
        const one = await store.append(first)()
        if (E.isLeft(one)) return one
        await aMoment()
        const rest = await store.appendAll(others.reverse())()
        return E.isLeft(rest)
          ? rest
          : E.right([...rest.right, one.right].map((part) => ({ ...part, recordedAt: one.right.recordedAt })))
      },
    })),
  },
  {
    fault: 'gives the results of appendAll sorted by stream',
    caughtBy: ['appendAll: stores every part'],
    make: broken((store) => ({
      appendAll: (appends) =>
        TE.Functor.map(store.appendAll(appends), (results) =>
          [...results].sort((one, other) => (one.stream < other.stream ? -1 : 1)),
        ),
    })),
  },
]
