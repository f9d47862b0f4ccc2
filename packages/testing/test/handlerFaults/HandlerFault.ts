import type {
  CommitOutcome,
  DocumentPage,
  DocumentQuery,
  HandlerCommit,
  HandlerDocument,
  HandlerStatus,
  Heartbeat,
  HeartbeatAnswer,
  Lease,
} from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import type { CompleteHandlerStore, StoreUnderTest } from '@foldlog/testing/laws'
import { taskEither as TE } from 'fp-ts'
import { memoryRewinding } from '../memoryRewinding.ts'

export type HandlerStoreUnderLaws = CompleteHandlerStore

/**
 * A planted fault: its description, the law that must detect it (as `group: beginning of the name`), the message of
 * that law, and a store with only this fault.
 */
export interface HandlerFault {
  readonly fault: string
  readonly caughtBy: string
  readonly says: string
  readonly make: () => StoreUnderTest<CompleteHandlerStore>
}

export type Replaced = (store: MemoryStore) => Partial<HandlerStoreUnderLaws>

/** A memory store with some functions replaced. */
export const broken =
  (replace: Replaced): HandlerFault['make'] =>
  () => {
    const store = makeMemoryStore()
    return { store: { ...store, ...replace(store) }, rewinding: memoryRewinding(store) }
  }

/** A correct memory store, and another connection to it that is faulty. */
export const brokenSecondHandle =
  (replace: Replaced): HandlerFault['make'] =>
  () => {
    const store = makeMemoryStore()
    return { store, other: { ...store, ...replace(store) } }
  }

/** As long as a short round trip: other operations come between. */
export const nextMacrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Callers without types pass values that are not lists, which the store itself refuses. */
export const each = <A>(list: ReadonlyArray<A>, change: (one: A) => A): ReadonlyArray<A> =>
  Array.isArray(list) ? list.map(change) : list

export const onCommits = (change: (work: HandlerCommit) => HandlerCommit): HandlerFault['make'] =>
  broken((store) => ({ commit: (commits) => store.commit(each(commits, change)) }))

export const onOutcomes = (
  change: (outcomes: ReadonlyArray<CommitOutcome>) => ReadonlyArray<CommitOutcome>,
): HandlerFault['make'] => broken((store) => ({ commit: (commits) => TE.Functor.map(store.commit(commits), change) }))

export const onHeartbeats = (change: (beat: Heartbeat) => Heartbeat): HandlerFault['make'] =>
  broken((store) => ({ heartbeat: (beats) => store.heartbeat(each(beats, change)) }))

export const onHeartbeatAnswers = (change: (answer: HeartbeatAnswer, beat: Heartbeat) => HeartbeatAnswer): Replaced => {
  return (store) => ({
    heartbeat: (beats) =>
      TE.Functor.map(store.heartbeat(beats), (answers) =>
        answers.flatMap((answer, i) => {
          const beat = beats[i]
          return beat === undefined ? [] : [change(answer, beat)]
        }),
      ),
  })
}

export const onLeases = (change: (lease: Lease) => Lease): Replaced =>
  onHeartbeatAnswers((answer) => ({ ...answer, leases: answer.leases.map(change) }))

/** Changes documents wherever they are read. */
export const onDocuments = (change: (document: HandlerDocument) => HandlerDocument): HandlerFault['make'] =>
  broken((store) => ({
    getDocuments: (of, keys) => TE.Functor.map(store.getDocuments(of, keys), (found) => found.map(change)),
    listDocuments: (query) =>
      TE.Functor.map(store.listDocuments(query), (page) => ({ ...page, documents: page.documents.map(change) })),
    dueDocuments: (of, partitions, count) =>
      TE.Functor.map(store.dueDocuments(of, partitions, count), (due) => ({
        ...due,
        documents: due.documents.map(change),
      })),
  }))

export const onQueries = (change: (query: DocumentQuery) => DocumentQuery): HandlerFault['make'] =>
  broken((store) => ({ listDocuments: (query) => store.listDocuments(change(query)) }))

export const onPages = (change: (page: DocumentPage, query: DocumentQuery) => DocumentPage): HandlerFault['make'] =>
  broken((store) => ({
    listDocuments: (query) => TE.Functor.map(store.listDocuments(query), (page) => change(page, query)),
  }))

export const onStatus = (change: (status: HandlerStatus) => HandlerStatus): HandlerFault['make'] =>
  broken((store) => ({ handlerStatuses: TE.Functor.map(store.handlerStatuses, (all) => all.map(change)) }))

const partitionKey = ({ name, generation, partition }: Pick<Lease, 'name' | 'generation' | 'partition'>): string =>
  `${name} ${generation} ${partition}`

/** The leases that the store returned last, by partition, with the revisions raised since. */
export const lastLeases = (store: MemoryStore) => {
  const last = new Map<string, Lease>()
  const heartbeat: HandlerStoreUnderLaws['heartbeat'] = (beats) =>
    TE.Functor.map(store.heartbeat(beats), (answers) => {
      for (const lease of answers.flatMap(({ leases }) => leases)) last.set(partitionKey(lease), lease)
      return answers
    })
  const commit: HandlerStoreUnderLaws['commit'] = (commits) =>
    TE.Functor.map(store.commit(commits), (outcomes) => {
      for (const [i, work] of commits.entries()) {
        const lease = last.get(partitionKey(work))
        if (outcomes[i] === 'committed' && lease?.epoch === work.epoch) {
          last.set(partitionKey(work), { ...lease, revision: Math.max(lease.revision, work.revision + 1) })
        }
      }
      return outcomes
    })
  return { of: (work: Parameters<typeof partitionKey>[0]) => last.get(partitionKey(work)), heartbeat, commit }
}

/** Writes the commit of any member, as if it came from the owner of the partition. */
export const withoutFencing: Replaced = (store) => {
  const { of, heartbeat, commit } = lastLeases(store)
  return {
    heartbeat,
    commit: (commits) =>
      commit(each(commits, (work) => ({ ...work, epoch: of(work)?.epoch ?? 1, revision: of(work)?.revision ?? 0 }))),
  }
}

/** Reports the farthest checkpoint of each generation's partitions instead of the lowest. */
export const farthest =
  (store: MemoryStore) =>
  async (name: string, generation?: number): Promise<number> => {
    const known = await store.handlerStatuses()
    if (known._tag === 'Left') return 0
    const partitions = known.right.flatMap((one) =>
      one.name === name && (generation === undefined ? one.serves : one.generation === generation)
        ? one.partitions
        : [],
    )
    return Math.max(0, ...partitions.map(({ position }) => position))
  }
