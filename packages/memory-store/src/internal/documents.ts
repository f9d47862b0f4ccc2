import type { HandlerStore, Json } from '@foldlog/core'
import {
  type CheckedDocumentQuery,
  type DocumentCount,
  type DocumentFilter,
  type DocumentPage,
  type DueDocuments,
  type HandlerRef,
  HandlerStoreInput,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { inOrder, selects } from './documentQueries.ts'
import {
  byCodePoint,
  checkpointOf,
  documentKey,
  documentOf,
  generationOf,
  type Handlers,
  type StoredDocument,
} from './Handlers.ts'
import { currentHistory } from './histories.ts'
import type { Log } from './Log.ts'

const byKey = ({ key: a }: StoredDocument, { key: b }: StoredDocument): number => byCodePoint(a, b)

/** The `position` in the data of a document. */
const positionIn = (text: string): unknown => {
  const data = JSON.parse(text) as Json // Made from JSON by the commit.
  return typeof data === 'object' && data !== null ? Reflect.get(data, 'position') : undefined
}

const refOf = ({ byName }: Handlers, name: string, generation: number | undefined): HandlerRef => ({
  name,
  generation: generation ?? byName.get(name)?.serving ?? 0,
})

const list = (handlers: Handlers, log: Log, query: CheckedDocumentQuery): DocumentPage => {
  const ref = refOf(handlers, query.name, query.generation)
  const generation = generationOf(handlers, ref)
  const history = currentHistory(log.histories)
  if (generation === undefined) return { generation: 0, position: 0, history, documents: [], end: true }
  const found = inOrder([...generation.documents.values()].filter(selects(query)), query)
  return {
    generation: ref.generation,
    position: checkpointOf(generation),
    history,
    documents: found.slice(0, query.count).map((one) => documentOf(ref, one)),
    end: found.length <= query.count,
  }
}

const count = (handlers: Handlers, log: Log, filter: DocumentFilter): DocumentCount => {
  const ref = refOf(handlers, filter.name, filter.generation)
  const generation = generationOf(handlers, ref)
  const history = currentHistory(log.histories)
  if (generation === undefined) return { generation: 0, position: 0, history, count: 0 }
  const found = [...generation.documents.values()].filter(selects(filter))
  return { generation: ref.generation, position: checkpointOf(generation), history, count: found.length }
}

const due = (handlers: Handlers, ref: HandlerRef, partitions: ReadonlyArray<number>, count: number): DueDocuments => {
  const waiting = [...(generationOf(handlers, ref)?.documents.values() ?? [])]
    .flatMap((document) => (document.due === null ? [] : [{ document, at: document.due }]))
    .filter(({ document }) => partitions.includes(document.partition))
    .sort((a, b) => a.at - b.at || byKey(a.document, b.document))
  const now = handlers.now()
  const counts = new Map<string, number>()
  const ready: Array<StoredDocument> = []
  let next: (typeof waiting)[number] | undefined
  for (const one of waiting) {
    const { kind } = one.document
    const before = counts.get(kind) ?? 0
    counts.set(kind, before + 1)
    if (one.at <= now && before < count) ready.push(one.document)
    else next ??= one
  }
  return {
    documents: ready.map((document) => documentOf(ref, document)),
    next: next === undefined ? null : new Date(next.at),
    now: new Date(now),
  }
}

export const documentsOf = (
  handlers: Handlers,
  log: Log,
): Pick<
  HandlerStore,
  | 'getDocuments'
  | 'listDocuments'
  | 'countDocuments'
  | 'declareIndexes'
  | 'createIndexes'
  | 'findParked'
  | 'dueDocuments'
  | 'requestAction'
> => ({
  getDocuments: (of, keys) => async () =>
    F.pipe(
      HandlerStoreInput.query(of),
      E.chainFirst(() => HandlerStoreInput.keys(keys)),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => {
        const ref = refOf(handlers, of.name, of.generation)
        const documents = generationOf(handlers, ref)?.documents
        return [...new Set(keys)].flatMap((key) => {
          const document = documents?.get(documentKey(of.kind, key))
          return document === undefined ? [] : [documentOf(ref, document)]
        })
      }),
    ),

  listDocuments: (query) => async () =>
    F.pipe(
      HandlerStoreInput.query(query),
      E.chainFirstW(handlers.checkRunning),
      E.map((checked) => list(handlers, log, checked)),
    ),

  countDocuments: (filter) => async () =>
    F.pipe(
      HandlerStoreInput.filter(filter),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => count(handlers, log, filter)),
    ),

  // Documents in memory need no indexes.
  declareIndexes: (name, indexes) => async () =>
    F.pipe(
      HandlerStoreInput.name(name),
      E.chain(() => HandlerStoreInput.indexes(indexes)),
      E.chainFirstW(handlers.checkRunning),
    ),

  createIndexes: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => ({ made: [], missing: [], busy: false })),
    ),

  findParked: (name, positions) => async () =>
    F.pipe(
      HandlerStoreInput.names([name]),
      E.chainFirst(() => HandlerStoreInput.positions(positions)),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => {
        const ref = refOf(handlers, name, undefined)
        const wanted = new Set<unknown>(positions)
        return [...(generationOf(handlers, ref)?.documents.values() ?? [])]
          .filter(({ kind, data }) => kind === 'parked' && wanted.has(positionIn(data)))
          .sort(byKey)
          .slice(0, 1_000)
          .map((one) => documentOf(ref, one))
      }),
    ),

  dueDocuments: (of, partitions, count) => async () =>
    F.pipe(
      HandlerStoreInput.ref(of),
      E.chainFirst(() => HandlerStoreInput.partitions(partitions)),
      E.chain(() => HandlerStoreInput.query({ name: of.name, kind: 'timer', count })),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => due(handlers, of, partitions, count)),
    ),

  requestAction: (document, action) => async () =>
    F.pipe(
      HandlerStoreInput.ref(document),
      E.chain(() => HandlerStoreInput.query({ name: document.name, kind: document.kind })),
      E.chainFirst(() => HandlerStoreInput.keys([document.key])),
      E.chainFirst(() => HandlerStoreInput.action(action)),
      E.chainFirstW(handlers.checkRunning),
      E.map(() => {
        const documents = generationOf(handlers, document)?.documents
        const key = documentKey(document.kind, document.key)
        const found = documents?.get(key)
        if (found !== undefined) documents?.set(key, { ...found, requestedAction: action, due: handlers.now() })
        return found !== undefined
      }),
    ),
})
