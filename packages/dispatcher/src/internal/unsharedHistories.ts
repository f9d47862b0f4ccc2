import type { EventStore, HistoryId, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import type { Batch, LoadedStates } from './Batch.ts'
import type { UnsharedHistories } from './decideAll.ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { LoadedState } from './StateLoader.ts'

type Store = Pick<EventStore, 'readStream' | 'readLog'>

/**
 * The states of streams that are no longer those of the log, by the names of their targets, or the histories that
 * callers have named and that do not have the last event of a state.
 */
type Found = E.Either<LoadError, { readonly outdated: ReadonlyArray<StreamName>; readonly unshared: UnsharedHistories }>

export const noneUnshared: Found = E.right({ outdated: [], unshared: new Map() })

/**
 * The histories, other than the states' own, in which callers have read the versions of the states. Only a command of
 * one stream names a version.
 */
const foreignHistories = (
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
): ReadonlyMap<StreamName, ReadonlySet<HistoryId>> => {
  const foreign = new Map<StreamName, Set<HistoryId>>()
  for (const { expected, readIn, targets } of commands) {
    const name = targets[0]?.name
    if (readIn === undefined || name === undefined) continue
    const state = from.get(name)
    if (state === undefined || readIn === state.history || expected !== state.version) continue
    foreign.set(name, (foreign.get(name) ?? new Set()).add(readIn))
  }
  return foreign
}

/** `undefined` when the state is no longer the state of the log. */
const unsharedOf = async (
  store: Store,
  stream: StreamName,
  foreign: ReadonlySet<HistoryId>,
  from: LoadedState,
): Promise<E.Either<LoadError, ReadonlySet<HistoryId> | undefined>> => {
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

/**
 * The histories in which callers have read an expected version, and which do not have the last event of a state. The
 * store is queried only when a caller names another history than that of the state.
 *
 * Why one event is enough. When the last event of the state has a place in the other history, all earlier events of the
 * stream are in that history too, at the same versions: see "Claim 2" in docs/log-history.md. So the caller has seen
 * this state.
 */
export const unsharedHistories = async (
  { store, resolved }: Pick<Batch, 'store' | 'resolved'>,
  commands: ReadonlyArray<PendingCommand>,
  from: LoadedStates,
): Promise<Found> => {
  const outdated: Array<StreamName> = []
  const unshared = new Map<StreamName, ReadonlySet<HistoryId>>()
  for (const [name, foreign] of foreignHistories(commands, from)) {
    const state = from.get(name)
    if (state === undefined) continue
    const found = await unsharedOf(store, resolved.get(name)?.stream ?? name, foreign, state)
    if (E.isLeft(found)) return found
    if (found.right === undefined) outdated.push(name)
    else unshared.set(name, found.right)
  }
  return E.right({ outdated, unshared })
}
