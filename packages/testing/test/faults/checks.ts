import { type Append, type AppendError, ExpectedVersion, type StreamCheck } from '@foldlog/core'
import { storeUnavailable, streamDeleted, versionConflict } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E } from 'fp-ts'
import { broken, nextMacrotask, type StoreFault } from './StoreFault.ts'

/** Replaces `append` alone, and leaves bad input to the store. */
const appending = (change: (store: MemoryStore) => (append: Append) => ReturnType<MemoryStore['append']>) =>
  broken((store) => ({
    append: (append) =>
      Array.isArray(append?.checks) && append.checks.every((check) => typeof check === 'object' && check !== null)
        ? change(store)(append)
        : store.append(append),
  }))

const withoutChecks = ({ checks: _, ...append }: Append): Append => append

/** The error of the first check that fails now. */
const failureOf = async (store: MemoryStore, checks: ReadonlyArray<StreamCheck>): Promise<AppendError | undefined> => {
  for (const { stream, expected } of checks) {
    const info = await store.streamInfo(stream)()
    if (E.isLeft(info)) return info.left
    const { status, version } = info.right
    if (status === 'deleted') return streamDeleted(stream)
    if (!ExpectedVersion.accepts(expected, version)) return versionConflict(stream, expected, version)
  }
  return undefined
}

const others = 'checks: all streams that are not as expected are reported'

export const checkFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'looks at no check',
    caughtBy: [
      'checks: an append is refused when a stream that it checks is not as expected',
      'checks: an append finds every checked stream as it is',
      'programs: operations one after another end as in the model',
    ],
    make: appending((store) => (append) => store.append(withoutChecks(append))),
  },
  {
    fault: 'looks at the checks a moment before it stores the events',
    caughtBy: [
      'checks: of two appends that each check the stream of the other',
      'checks: an append finds every checked stream as it is',
    ],
    make: appending((store) => (append) => async () => {
      const outcome = store.append(append)
      const error = await failureOf(store, append.checks ?? [])
      await nextMacrotask()
      return error === undefined ? store.append(withoutChecks(append))() : outcome()
    }),
  },
  {
    fault: 'stores nothing that has checks',
    caughtBy: ['checks: an append is stored when the streams that it checks are as expected'],
    make: appending((store) => (append) => async () => {
      const [check] = append.checks ?? []
      return check === undefined ? store.append(append)() : E.left(versionConflict(check.stream, check.expected, 0))
    }),
  },
  {
    fault: 'writes to the stream that it checks',
    caughtBy: ['checks: an append is stored when the streams that it checks are as expected'],
    make: appending((store) => (append) => async () => {
      const outcome = await store.append(append)()
      const [event] = append.events
      for (const { stream } of E.isRight(outcome) && event ? (append.checks ?? []) : [])
        await store.append({
          stream,
          expected: 'any',
          events: [{ ...event, id: `${event?.id.slice(0, -2)}00` } as never],
        })()
      return outcome
    }),
  },
  {
    fault: 'reports one conflict of several',
    caughtBy: [others, 'programs: operations one after another end as in the model'],
    make: broken((store) => ({
      append: (append) => async () =>
        E.mapLeft((error: AppendError) => (error._tag === 'VersionConflict' ? { ...error, others: undefined } : error))(
          await store.append(append)(),
        ),
      appendAll: (appends) => async () =>
        E.mapLeft((error: AppendError) => (error._tag === 'VersionConflict' ? { ...error, others: undefined } : error))(
          await store.appendAll(appends)(),
        ),
    })),
  },
  {
    fault: 'reports every conflict, however many',
    caughtBy: ['checks: an error names 100 conflicts at most'],
    make: broken((store) => ({
      append: (append) => async () => {
        const outcome = await store.append(append)()
        if (E.isRight(outcome) || outcome.left._tag !== 'VersionConflict' || !outcome.left.others) return outcome
        const missing = (append.checks ?? []).slice(1).map(({ stream, expected }) => ({ stream, expected, actual: 0 }))
        return E.left({ ...outcome.left, others: missing })
      },
    })),
  },
  {
    fault: 'looks at the checks before the ids',
    caughtBy: [
      'checks: a repeated append gets its first result',
      'programs: operations one after another end as in the model',
    ],
    make: appending((store) => (append) => async () => {
      const error = await failureOf(store, append.checks ?? [])
      return error === undefined ? store.append(append)() : E.left(error)
    }),
  },
  {
    fault: 'checks a deleted stream by its version',
    caughtBy: ['checks: a checked stream that is deleted refuses an append'],
    make: appending((store) => (append) => async () => {
      const outcome = await store.append(append)()
      if (E.isRight(outcome) || outcome.left._tag !== 'StreamDeleted') return outcome
      const deleted = outcome.left.stream
      return store.append({ ...append, checks: (append.checks ?? []).filter(({ stream }) => stream !== deleted) })()
    }),
  },
  {
    fault: 'looks at the checks of the first part only',
    caughtBy: ['checks: the checks of every part of appendAll hold for all parts'],
    make: broken((store) => ({
      appendAll: (appends) =>
        store.appendAll(
          Array.isArray(appends) ? appends.map((append, i) => (i === 0 ? append : withoutChecks(append))) : appends,
        ),
    })),
  },
  {
    fault: 'does not compare the history of a check',
    caughtBy: ['checks: a check can name the history in which its version was read'],
    make: appending(
      (store) => (append) =>
        store.append({ ...append, checks: (append.checks ?? []).map(({ history: _, ...check }) => check) }),
    ),
  },
  {
    fault: 'takes checks that are no list',
    caughtBy: ['checks: an append refuses checks that are not valid'],
    make: broken((store) => ({
      append: (append) =>
        store.append(Array.isArray(append?.checks) || typeof append !== 'object' ? append : withoutChecks(append)),
    })),
  },
  {
    fault: 'takes any number of checks',
    caughtBy: ['checks: an append checks 1,000 streams at most'],
    make: appending((store) => (append) => store.append({ ...append, checks: (append.checks ?? []).slice(0, 1_000) })),
  },
  {
    fault: 'fails when a stream that it checks is locked',
    caughtBy: ['checks: appends that check streams find no deadlock in 100 rounds of opposite orders'],
    make: broken((store) => {
      const busy = new Set<string>()
      return {
        append: (append) => async () => {
          const streams = (append?.checks ?? []).map(({ stream }) => stream)
          if (streams.some((stream) => busy.has(stream))) return E.left(storeUnavailable('deadlock', true, undefined))
          for (const stream of streams) busy.add(stream)
          await nextMacrotask()
          const outcome = await store.append(append)()
          for (const stream of streams) busy.delete(stream)
          return outcome
        },
      }
    }),
  },
]
