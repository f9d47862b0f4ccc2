import { type Append, type AppendError, type Appended, ExpectedVersion } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, nextMacrotask, type StoreFault } from './StoreFault.ts'

/** Reads the version, and appends a moment later whatever the version is then. */
const checkedTooEarly =
  (store: MemoryStore) =>
  (append: Append): TE.TaskEither<AppendError, Appended> =>
  async () => {
    const info = await store.streamInfo(append.stream)()
    await nextMacrotask()
    if (E.isRight(info) && ExpectedVersion.accepts(append.expected, info.right.version)) {
      return store.append({ ...append, expected: 'any' })()
    }
    return store.append(append)()
  }

/** Takes the version it finds as the expected one, and loses against any append that comes between. */
const pinned =
  (store: MemoryStore, pins: ExpectedVersion) =>
  (append: Append): TE.TaskEither<AppendError, Appended> =>
  async () => {
    if (append.expected !== pins) return store.append(append)()
    const info = await store.streamInfo(append.stream)()
    await nextMacrotask()
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
      await nextMacrotask()
    }
    return whole === undefined ? store.append(append)() : E.right(whole)
  }

/** The requests of one turn are answered together, as if they were sent as one batch. */
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

export const raceFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'drops one of several concurrent appends and reports it as stored',
    caughtBy: [
      'concurrent appends: every append that is reported as stored is stored',
      'programs: concurrent operations end as in some order of them',
    ],
    make: broken((store) => {
      const gone = new Set<string>()
      let busy = 0
      return {
        append: (append) => async () => {
          busy++
          await nextMacrotask()
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
    fault: 'lets two appends create one stream: it checks the version before it locks',
    caughtBy: [
      'concurrent appends: appends that expect no stream have one winner in each round of 8',
      'programs: concurrent operations end as in some order of them',
    ],
    make: broken((store) => ({ append: checkedTooEarly(store) })),
  },
  {
    fault: 'lets two writers store the same version',
    caughtBy: ['concurrent appends: appends that expect an exact version have one winner in each round of 8'],
    make: broken((store) => ({ append: checkedTooEarly(store) })),
  },
  {
    fault: 'reports a conflict for an append that expects any version',
    caughtBy: ['concurrent appends: 20 appends with `any` to one new stream all succeed'],
    make: broken((store) => ({ append: pinned(store, 'any') })),
  },
  {
    fault: 'reports a conflict for an append that expects only that the stream exists',
    caughtBy: ['concurrent appends: 20 appends that expect an existing stream all succeed'],
    make: broken((store) => ({ append: pinned(store, 'streamExists') })),
  },
  {
    fault: 'interleaves the events of one append with those of others',
    caughtBy: ['concurrent appends: other appends never come between the events of one append'],
    make: broken((store) => ({ append: piecemeal(store) })),
  },
  {
    fault: 'fails all appends of a batch when one fails',
    caughtBy: ['concurrent appends: bad appends never break their neighbours'],
    make: broken((store) => ({ append: together(store) })),
  },
]
