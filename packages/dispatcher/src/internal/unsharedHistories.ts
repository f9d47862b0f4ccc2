import type { EventStore, HistoryId, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { LoadedState } from './StateLoader.ts'

const none: ReadonlySet<HistoryId> = new Set()

/** The histories, other than the state's own, in which callers have read the version of the state. */
const foreignHistories = (
  commands: ReadonlyArray<PendingCommand>,
  { version, history }: LoadedState,
): ReadonlySet<HistoryId> => {
  const isForeign = ({ expected, readIn }: PendingCommand) =>
    readIn !== undefined && readIn !== history && expected === version
  // Every batch passes through here, and almost none has a foreign history.
  return commands.some(isForeign) ? new Set(commands.filter(isForeign).flatMap(({ readIn }) => readIn ?? [])) : none
}

/**
 * The histories in which callers have read an expected version, and which do not have the last event of a state.
 * `undefined` when the state is no longer the state of the log. The store is queried only when a caller names another
 * history than that of the state.
 *
 * Why one event is enough. When the last event of the state has a place in the other history, all earlier events of the
 * stream are in that history too, at the same versions: see "Claim 2" in docs/log-history.md. So the caller has seen
 * this state.
 */
export const unsharedHistories = async (
  store: Pick<EventStore, 'readStream' | 'readLog'>,
  stream: StreamName,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedState,
): Promise<E.Either<LoadError, ReadonlySet<HistoryId> | undefined>> => {
  const foreign = foreignHistories(commands, from)
  if (foreign.size === 0) return E.right(none)
  const read = await store.readStream(stream, { from: from.version, count: 1 })()
  if (E.isLeft(read)) return read
  const [last] = read.right.events
  if (last === undefined || read.right.history !== from.history) return E.right(undefined)
  const unshared = new Set<HistoryId>()
  for (const history of foreign) {
    const page = await store.readLog({ after: last.position, history, count: 1 })()
    const rewound = E.isLeft(page) ? page.left : undefined
    if (rewound !== undefined && rewound._tag !== 'LogRewound') return E.left(rewound)
    const now = E.isRight(page) ? page.right.history : rewound?.current
    if (now !== from.history) return E.right(undefined)
    if (rewound !== undefined) unshared.add(history)
  }
  return E.right(unshared)
}
