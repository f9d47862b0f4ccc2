import type { EventId, HandlerStore, HistoryId, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentKind, HandlerDocument, HandlerRef, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import { runSafely } from '../async/runSafely.ts'
import { type VerifiableLog, verifyAnchor } from '../history/rewindDetection.ts'

/** What earlier owners of a partition stored, ordered by key. `stops` are those of the whole generation. */
export interface StoredPartitionState {
  readonly stops: ReadonlyArray<HandlerDocument>
  readonly parked: ReadonlyArray<HandlerDocument>
  readonly gaps: ReadonlyArray<HandlerDocument>
  readonly commands: ReadonlyArray<HandlerDocument>
  /** Why the checkpoint does not fit the log; absent when it fits. */
  readonly rewound: HandlerRewound | undefined
}

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/**
 * Loads the stored state of partitions that begin. A takeover begins many partitions at once. Requests in the same turn
 * of the event loop are read together, so that 64 partitions cost as many statements as one, and heartbeats do not wait
 * behind them.
 *
 * The state is requested under a lease, and read after that: it has everything that earlier owners have committed, and
 * they can commit nothing more.
 */
export interface StoredStateLoader {
  readonly load: (lease: Lease, history: HistoryId) => StorePromise<StoredPartitionState>
}

export interface StoredStateLoaderOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'listDocuments'> & VerifiableLog
  /** Whether the handler sends commands. */
  readonly sendsCommands: boolean
}

interface LoadRequest {
  readonly lease: Lease
  readonly history: HistoryId
  readonly settle: Settle
}

type Settle = (state: E.Either<InvalidInput | StoreUnavailable, StoredPartitionState>) => void

/** Maximum number of event ids in one request. */
const maxIds = 1_000

export const makeStoredStateLoader = ({ ref, store, sendsCommands }: StoredStateLoaderOptions): StoredStateLoader => {
  const { name, generation } = ref
  let waiting: Array<LoadRequest> | undefined

  const listAll = async (
    kind: DocumentKind,
    partitions?: ReadonlyArray<number>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> => {
    const found: Array<HandlerDocument> = []
    for (let after: string | undefined; ; ) {
      const page = await runSafely(
        store.listDocuments({
          name,
          generation,
          kind,
          ...(partitions === undefined ? undefined : { partitions }),
          ...(after === undefined ? undefined : { after }),
        }),
      )
      if (E.isLeft(page)) return page
      found.push(...page.right.documents)
      after = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(found)
    }
  }

  /** The positions of the events at which these checkpoints were written. */
  const anchorsOf = async (
    leases: ReadonlyArray<Lease>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyMap<string, number>>> => {
    const ids = [
      ...new Set(leases.flatMap(({ anchor }): ReadonlyArray<EventId> => (anchor === null ? [] : [anchor.id]))),
    ]
    const positions = new Map<string, number>()
    for (let i = 0; i < ids.length; i += maxIds) {
      const found = await runSafely(store.findEvents(ids.slice(i, i + maxIds)))
      if (E.isLeft(found)) return found
      for (const { id, position } of found.right) positions.set(id, position)
    }
    return E.right(positions)
  }

  const read = async (
    requests: ReadonlyArray<LoadRequest>,
  ): StorePromise<(one: LoadRequest) => Promise<E.Either<InvalidInput | StoreUnavailable, StoredPartitionState>>> => {
    const partitions = requests.map(({ lease }) => lease.partition)
    // All documents belong to partitions, and are read by these; but stops of other partitions count too.
    const none = E.right<never, ReadonlyArray<HandlerDocument>>([])
    const [anchors, stops, parked, gaps, commands] = await Promise.all([
      anchorsOf(requests.map(({ lease }) => lease)),
      listAll('stop'),
      listAll('parked', partitions),
      listAll('gaps', partitions),
      sendsCommands ? listAll('command', partitions) : none,
    ])
    if (E.isLeft(anchors)) return anchors
    if (E.isLeft(stops)) return stops
    if (E.isLeft(parked)) return parked
    if (E.isLeft(gaps)) return gaps
    if (E.isLeft(commands)) return commands
    const byPartition = (documents: ReadonlyArray<HandlerDocument>) => {
      const own = new Map<number, Array<HandlerDocument>>()
      for (const document of documents) {
        const known = own.get(document.partition)
        if (known === undefined) own.set(document.partition, [document])
        else known.push(document)
      }
      return (partition: number): ReadonlyArray<HandlerDocument> => own.get(partition) ?? []
    }
    const [parkedOf, gapsOf, commandsOf] = [
      byPartition(parked.right),
      byPartition(gaps.right),
      byPartition(commands.right),
    ]
    return E.right(async ({ lease: { partition, anchor, position }, history }) => {
      const rewound = await verifyAnchor(store, anchor, anchors.right, { position, current: history })
      if (E.isLeft(rewound)) return rewound
      return E.right({
        stops: stops.right,
        parked: parkedOf(partition),
        gaps: gapsOf(partition),
        commands: commandsOf(partition),
        rewound: rewound.right,
      })
    })
  }

  const readAll = async (): Promise<void> => {
    // A request that arrives from now on waits for the next read: this one may begin before the lease of the request.
    const requests = waiting ?? []
    waiting = undefined
    const answer = await read(requests)
    for (const one of requests) one.settle(E.isLeft(answer) ? answer : await answer.right(one))
  }

  return {
    load: (lease, history) =>
      new Promise((settle) => {
        if (waiting === undefined) {
          waiting = []
          setImmediate(() => void readAll())
        }
        waiting.push({ lease, history, settle })
      }),
  }
}
