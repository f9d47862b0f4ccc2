import type { HandlerStore, HistoryId, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type DocumentKind, type HandlerDocument, type HandlerRef, type Lease, Limits } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import { coalesce } from '../async/coalesce.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { mismatchWith } from '../handlers/handlerShape.ts'
import { listAllDocuments, listFromDocuments } from '../handlers/listAllDocuments.ts'
import { type VerifiableLog, verifyAnchor } from '../history/rewindDetection.ts'
import { type BlockedLanes, type BlockedLanesBuilder, makeBlockedLanesBuilder, noBlockedLanes } from './BlockedLanes.ts'
import { decodeParked } from './ParkedDocument.ts'

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

/** What earlier owners of a partition stored, ordered by key. `stops` are those of the whole generation. */
export interface StoredPartitionState {
  readonly stops: ReadonlyArray<HandlerDocument>
  /**
   * Where events are parked: one entry for each lane, however many of its events are. Their documents are read when
   * they are taken up.
   */
  readonly blocked: BlockedLanes
  readonly gaps: ReadonlyArray<HandlerDocument>
  readonly attempts: ReadonlyArray<HandlerDocument>
  readonly commands: ReadonlyArray<HandlerDocument>
  /** Why the checkpoint does not fit the log; absent when it fits. */
  readonly rewound: HandlerRewound | undefined
  /**
   * Whether the generation is another one than this code is made for. When its sources change, all leases of before are
   * fenced; so what is read under a later lease says whether this code may use it.
   */
  readonly isOther: boolean
}

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export interface StoredStateLoaderOptions {
  readonly ref: HandlerRef
  readonly definition: HandlerDefinition
  readonly store: Pick<HandlerStore, 'listDocuments' | 'generations'> & VerifiableLog
}

/** Maximum number of event ids in one request. */
const maxIds = 1_000

interface LoadRequest {
  readonly lease: Lease
  readonly history: HistoryId
}

type StateOf = (request: LoadRequest) => StorePromise<StoredPartitionState>

/** The positions of the events at which these checkpoints were written. */
const anchorPositions = async (
  store: VerifiableLog,
  leases: ReadonlyArray<Lease>,
): StorePromise<ReadonlyMap<string, number>> => {
  const ids = [...new Set(leases.flatMap(({ anchor }) => (anchor === null ? [] : [anchor.id])))]
  const positions = new Map<string, number>()
  for (let i = 0; i < ids.length; i += maxIds) {
    const found = await runSafely(store.findEvents(ids.slice(i, i + maxIds)))
    if (E.isLeft(found)) return found
    for (const { id, position } of found.right) positions.set(id, position)
  }
  return E.right(positions)
}

/**
 * Number of parked events in one request. Any number may be parked. A page is decoded in a few milliseconds, in which
 * nothing else happens, and is forgotten before the next one is read.
 */
const parkedPage = Limits.defaultPageSize

/** Collects the lanes of parked events, for each partition. */
const makeLaneCollector = () => {
  const builders = new Map<number, BlockedLanesBuilder>()
  return {
    /** Keeps nothing of the document but its place. */
    add: (document: HandlerDocument): undefined => {
      const parked = decodeParked(document)
      if (parked === undefined) return
      const builder = builders.get(document.partition) ?? makeBlockedLanesBuilder()
      builders.set(document.partition, builder)
      builder.change(parked, 1)
    },
    lanesOf: (partition: number): BlockedLanes => builders.get(partition)?.lanes() ?? noBlockedLanes,
  }
}

const byPartition = <A extends { readonly partition: number }>(documents: ReadonlyArray<A>) => {
  const own = new Map<number, Array<A>>()
  for (const document of documents) {
    const known = own.get(document.partition)
    if (known === undefined) own.set(document.partition, [document])
    else known.push(document)
  }
  return (partition: number): ReadonlyArray<A> => own.get(partition) ?? []
}

export const makeStoredStateLoader = ({ ref, store, definition }: StoredStateLoaderOptions): StoredStateLoader => {
  const { name, generation } = ref
  const list = (kind: DocumentKind, partitions?: ReadonlyArray<number>) =>
    listAllDocuments(store, { name, generation, kind, ...(partitions === undefined ? undefined : { partitions }) })

  const read = async (leases: ReadonlyArray<Lease>): StorePromise<StateOf> => {
    const partitions = leases.map(({ partition }) => partition)
    const collector = makeLaneCollector()
    // All documents belong to partitions, and are read by these; but stops of other partitions count too.
    const [anchors, generations, stops, parked, gaps, attempts, commands] = await Promise.all([
      anchorPositions(store, leases),
      runSafely(store.generations),
      list('stop'),
      listFromDocuments(store, { name, generation, kind: 'parked', partitions, count: parkedPage }, collector.add),
      list('gaps', partitions),
      list('attempts', partitions),
      definition.sendsCommands ? list('command', partitions) : E.right<never, ReadonlyArray<HandlerDocument>>([]),
    ])
    if (E.isLeft(anchors)) return anchors
    if (E.isLeft(generations)) return generations
    if (E.isLeft(stops)) return stops
    if (E.isLeft(parked)) return parked
    if (E.isLeft(gaps)) return gaps
    if (E.isLeft(attempts)) return attempts
    if (E.isLeft(commands)) return commands
    const own = generations.right.find((one) => one.name === name && one.generation === generation)
    const isOther = own !== undefined && mismatchWith(definition, own) !== undefined
    const gapsOf = byPartition(gaps.right)
    const attemptsOf = byPartition(attempts.right)
    const commandsOf = byPartition(commands.right)
    return E.right(async ({ lease: { partition, anchor, position }, history }) => {
      const rewound = await verifyAnchor(store, anchor, anchors.right, { position, current: history })
      if (E.isLeft(rewound)) return rewound
      return E.right({
        stops: stops.right,
        blocked: collector.lanesOf(partition),
        gaps: gapsOf(partition),
        attempts: attemptsOf(partition),
        commands: commandsOf(partition),
        rewound: rewound.right,
        isOther,
      })
    })
  }

  // A send never has a request that arrived after it began: the read may have begun before the lease of the request.
  const load = coalesce<LoadRequest, E.Either<InvalidInput | StoreUnavailable, StoredPartitionState>>({
    gather: 'turn',
    maxInFlight: Number.POSITIVE_INFINITY,
    send: async (requests) => {
      const stateOf = await read(requests.map(({ lease }) => lease))
      return Promise.all(requests.map((one) => (E.isLeft(stateOf) ? stateOf : stateOf.right(one))))
    },
  })

  return { load: (lease, history) => load({ lease, history }) }
}
