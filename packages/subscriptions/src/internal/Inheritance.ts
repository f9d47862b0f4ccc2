import type {
  DocumentKind,
  EventId,
  HandlerDocument,
  HandlerRef,
  HandlerStore,
  HistoryId,
  InvalidInput,
  Lease,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerRewound } from '../HandlerRewound.ts'
import { ask } from './asking.ts'
import { type VerifiedLog, verifyAnchor } from './rewinding.ts'

/** What a partition finds that somebody worked on before, in the order of keys. `stops` are those of the whole generation. */
export interface Inherited {
  readonly stops: ReadonlyArray<HandlerDocument>
  readonly parked: ReadonlyArray<HandlerDocument>
  readonly ahead: ReadonlyArray<HandlerDocument>
  readonly commands: ReadonlyArray<HandlerDocument>
  /** Why the checkpoint does not fit the log; absent when it fits. */
  readonly rewound: HandlerRewound | undefined
}

type Asked<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/**
 * What partitions inherit that are begun. A takeover begins many at once: what is asked for in the same turn of the event loop is read together, so that sixty-four
 * cost as many statements as one, and heartbeats do not wait behind them.
 *
 * It is asked for under a lease, and read after that: whatever earlier holders have committed is there, and nothing more of theirs can come.
 */
export interface Inheritance {
  readonly of: (lease: Lease, history: HistoryId) => Asked<Inherited>
}

export interface InheritanceOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'listDocuments'> & VerifiedLog
  /** Whether the handler sends commands. */
  readonly sends: boolean
}

interface Asking {
  readonly lease: Lease
  readonly history: HistoryId
  readonly settle: Settle
}

type Settle = (inherited: E.Either<InvalidInput | StoreUnavailable, Inherited>) => void

/** How many ids of events one request may ask for. */
const mostIds = 1_000

export const makeInheritance = ({ ref, store, sends }: InheritanceOptions): Inheritance => {
  const { name, generation } = ref
  let asking: Array<Asking> | undefined

  const all = async (
    kind: DocumentKind,
    partitions?: ReadonlyArray<number>,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> => {
    const found: Array<HandlerDocument> = []
    for (let after: string | undefined; ; ) {
      const page = await ask(
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
    for (let i = 0; i < ids.length; i += mostIds) {
      const found = await ask(store.findEvents(ids.slice(i, i + mostIds)))
      if (E.isLeft(found)) return found
      for (const { id, position } of found.right) positions.set(id, position)
    }
    return E.right(positions)
  }

  const read = async (
    asked: ReadonlyArray<Asking>,
  ): Asked<(one: Asking) => Promise<E.Either<InvalidInput | StoreUnavailable, Inherited>>> => {
    const partitions = asked.map(({ lease }) => lease.partition)
    // All of them belong to partitions, and are looked for by these; but of the stops those of others count too.
    const none = E.right<never, ReadonlyArray<HandlerDocument>>([])
    const [anchors, stops, parked, ahead, commands] = await Promise.all([
      anchorsOf(asked.map(({ lease }) => lease)),
      all('stop'),
      all('parked', partitions),
      all('ahead', partitions),
      sends ? all('command', partitions) : none,
    ])
    if (E.isLeft(anchors)) return anchors
    if (E.isLeft(stops)) return stops
    if (E.isLeft(parked)) return parked
    if (E.isLeft(ahead)) return ahead
    if (E.isLeft(commands)) return commands
    const by = (documents: ReadonlyArray<HandlerDocument>) => {
      const own = new Map<number, Array<HandlerDocument>>()
      for (const document of documents) {
        const known = own.get(document.partition)
        if (known === undefined) own.set(document.partition, [document])
        else known.push(document)
      }
      return (partition: number): ReadonlyArray<HandlerDocument> => own.get(partition) ?? []
    }
    const [parkedOf, aheadOf, commandsOf] = [by(parked.right), by(ahead.right), by(commands.right)]
    return E.right(async ({ lease: { partition, anchor, position }, history }) => {
      const rewound = await verifyAnchor(store, anchor, anchors.right, { position, current: history })
      if (E.isLeft(rewound)) return rewound
      return E.right({
        stops: stops.right,
        parked: parkedOf(partition),
        ahead: aheadOf(partition),
        commands: commandsOf(partition),
        rewound: rewound.right,
      })
    })
  }

  const readAll = async (): Promise<void> => {
    // Who asks from now on is not served by this read: it may be under way when they get their leases.
    const asked = asking ?? []
    asking = undefined
    const answer = await read(asked)
    for (const one of asked) one.settle(E.isLeft(answer) ? answer : await answer.right(one))
  }

  return {
    of: (lease, history) =>
      new Promise((settle) => {
        if (asking === undefined) {
          asking = []
          setImmediate(() => void readAll())
        }
        asking.push({ lease, history, settle })
      }),
  }
}
