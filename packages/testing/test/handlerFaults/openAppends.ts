import type { OpenAppend } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import type { HandlerFault } from './HandlerFault.ts'

/**
 * A memory store in which an append stays open at the last position. Its event never comes, which readers cannot
 * distinguish from one that is undone.
 */
const withOpenAppends =
  (change: (open: ReadonlyArray<OpenAppend>) => ReadonlyArray<OpenAppend>): HandlerFault['make'] =>
  () => {
    const store = makeMemoryStore()
    const open = new Set<OpenAppend>()
    const settled = (end: number) => Math.min(end, ...[...open].map(({ position }) => position))
    return {
      store: {
        ...store,
        settledPosition: TE.Functor.map(store.settledPosition, settled),
        openAppends: async () => E.right(change([...open])),
      },
      leaveAppendOpen: async () => {
        const end = await store.settledPosition()
        const position = E.isRight(end) ? end.right : 0
        const append = { position, since: new Date(), session: null, application: null }
        open.add(append)
        return async () => {
          open.delete(append)
        }
      },
    }
  }

const ended: OpenAppend = { position: 1, since: new Date(), session: null, application: null }

export const openAppendFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'reports an append that has ended',
    caughtBy: 'open appends: no append is open when all appends have ended',
    says: 'the open appends',
    make: withOpenAppends((open) => [...open, ended]),
  },
  {
    fault: 'reports the position of the open event, which is one behind where readers wait',
    caughtBy: 'open appends: an open append is reported at the position where readers wait',
    says: 'the positions of open appends',
    make: withOpenAppends((open) => open.map((one) => ({ ...one, position: one.position + 1 }))),
  },
  {
    fault: 'reports seconds since 1970 as milliseconds',
    caughtBy: 'open appends: an open append is reported at the position where readers wait',
    says: 'the times since they are open',
    make: withOpenAppends((open) => open.map((one) => ({ ...one, since: new Date(one.since.getTime() / 1_000) }))),
  },
  {
    fault: 'reports the open append that began last first',
    caughtBy: 'open appends: open appends are reported with the lowest position first',
    says: 'the lowest position',
    make: withOpenAppends((open) => open.toReversed()),
  },
]
