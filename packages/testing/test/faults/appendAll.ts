import type { Appended } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, nextMacrotask, type StoreFault } from './StoreFault.ts'

export const appendAllFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'writes the parts of appendAll one after another, and stops at the first that fails',
    caughtBy: [
      'appendAll: appendAll writes nothing when any part conflicts',
      'programs: operations one after another end as in the model',
    ],
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
    caughtBy: [
      'appendAll: a concurrent reader sees all parts of an appendAll or none',
      'programs: concurrent operations end as in some order of them',
    ],
    make: broken((store) => ({
      appendAll: (appends) => async () => {
        const [first, ...others] = [...(appends ?? [])].reverse()
        if (first === undefined || others.length === 0) return store.appendAll(appends)()
        const one = await store.append(first)()
        if (E.isLeft(one)) return one
        await nextMacrotask()
        const rest = await store.appendAll(others.reverse())()
        return E.isLeft(rest)
          ? rest
          : E.right([...rest.right, one.right].map((part) => ({ ...part, recordedAt: one.right.recordedAt })))
      },
    })),
  },
  {
    fault: 'gives the results of appendAll sorted by stream',
    caughtBy: ['appendAll: appendAll stores every part'],
    make: broken((store) => ({
      appendAll: (appends) =>
        TE.Functor.map(store.appendAll(appends), (results) =>
          [...results].sort((one, other) => (one.stream < other.stream ? -1 : 1)),
        ),
    })),
  },
  {
    fault: 'fails when a stream is locked',
    caughtBy: [
      'appendAll: appendAll finds no deadlock in 100 rounds of opposite orders',
      'programs: concurrent operations end as in some order of them',
    ],
    make: broken((store) => {
      const busy = new Set<string>()
      return {
        appendAll: (appends) => async () => {
          const streams = (appends ?? []).map(({ stream }) => stream)
          if (streams.some((stream) => busy.has(stream))) return E.left(storeUnavailable('deadlock', true, undefined))
          for (const stream of streams) busy.add(stream)
          await nextMacrotask()
          const outcome = await store.appendAll(appends)()
          for (const stream of streams) busy.delete(stream)
          return outcome
        },
      }
    }),
  },
]
