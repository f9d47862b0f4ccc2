import type { HandlerStore, HistoryId, Json } from '@foldlog/core'
import { type DocumentKind, type HandlerDocument, type HandlerRef, HandlerStoreInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { endsEarly, withoutEarlyEnd } from '../encoding/endsEarly.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { keyRangeOf } from './KeyRange.ts'

/** A row of foldlog.document_json; see there. */
type DocumentRow = readonly [
  kind: DocumentKind,
  key: string,
  partition: number,
  position: number,
  due: number | null,
  requestedAction: string | null,
  data: Json,
]

const decodeDocument =
  ({ name, generation }: HandlerRef) =>
  (text: string): HandlerDocument => {
    // The text was written by foldlog.document_json of this package's own migrations, from data that HandlerStoreInput
    // accepted.
    const [kind, key, partition, position, due, requestedAction, data] = JSON.parse(text) as DocumentRow
    return {
      name,
      generation,
      kind,
      key,
      partition,
      position,
      data,
      due: due === null ? null : new Date(due),
      requestedAction,
    }
  }

/** Encodes a parameter that may be absent, for `nullif` in the statement. */
const optionalParameter = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

export const documentsOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<HandlerStore, 'getDocuments' | 'listDocuments' | 'findParked' | 'dueDocuments' | 'requestAction'> => ({
  getDocuments: (of, keys) => async () => {
    const checked = F.pipe(
      HandlerStoreInput.query(of),
      E.chain(() => HandlerStoreInput.keys(keys)),
    )
    if (E.isLeft(checked)) return checked
    const { name, kind } = of
    const found = new Map<string, HandlerDocument>()
    let { generation } = of
    for (let missing = keys; ; missing = keys.filter((key) => !found.has(key))) {
      const parameters = [name, optionalParameter(generation), kind, JSON.stringify(missing)]
      const result = await query(statements.getDocuments, parameters)
      if (E.isLeft(result)) return result
      const [number, ...rows] = result.right.rows
      // Further statements name this generation, because another one may serve by now.
      generation = Number(number)
      const documents = withoutEarlyEnd(rows).map(decodeDocument({ name, generation }))
      if (!endsEarly(rows) && found.size === 0) return E.right(documents)
      for (const document of documents) found.set(document.key, document)
      if (!endsEarly(rows)) return E.right([...found.values()])
    }
  },

  listDocuments: (documentQuery) => async () => {
    const checked = HandlerStoreInput.query(documentQuery)
    if (E.isLeft(checked)) return checked
    const { name, kind, partitions, where = {}, count } = checked.right
    const { first, after, before } = keyRangeOf(documentQuery)
    const fields = Object.keys(where).length === 0 ? undefined : where
    const result = await query(statements.listDocuments, [
      name,
      optionalParameter(documentQuery.generation),
      kind,
      optionalParameter(partitions),
      optionalParameter(fields),
      first,
      after,
      before,
      // One more than requested shows whether this is the last page.
      `${count + 1}`,
    ])
    if (E.isLeft(result)) return result
    const [header, ...rows] = result.right.rows
    // Written by foldlog.list_documents.
    const [generation, position, history] = JSON.parse(header ?? '') as readonly [number, number, HistoryId]
    const documents = withoutEarlyEnd(rows).slice(0, count).map(decodeDocument({ name, generation }))
    return E.right({ generation, position, history, documents, end: rows.length <= count && !endsEarly(rows) })
  },

  findParked: (name, positions) => async () => {
    const checked = F.pipe(
      HandlerStoreInput.names([name]),
      E.chain(() => HandlerStoreInput.positions(positions)),
    )
    if (E.isLeft(checked)) return checked
    const result = await query(statements.findParked, [name, JSON.stringify(positions)])
    if (E.isLeft(result)) return result
    const [generation, ...rows] = result.right.rows
    return E.right(rows.map(decodeDocument({ name, generation: Number(generation) })))
  },

  dueDocuments: (of, partitions, count) => async () => {
    const checked = F.pipe(
      HandlerStoreInput.ref(of),
      E.chain(() => HandlerStoreInput.partitions(partitions)),
      E.chain(() => HandlerStoreInput.query({ name: of.name, kind: 'timer', count })),
    )
    if (E.isLeft(checked)) return checked
    const parameters = [of.name, `${of.generation}`, JSON.stringify(partitions), `${checked.right.count}`]
    const result = await query(statements.dueDocuments, parameters)
    if (E.isLeft(result)) return result
    const [header, ...rows] = result.right.rows
    // Written by foldlog.due_documents.
    const [next, now] = JSON.parse(header ?? '[null, 0]') as readonly [next: number | null, now: number]
    return E.right({
      documents: rows.map(decodeDocument(of)),
      next: next === null ? null : new Date(next),
      now: new Date(now),
    })
  },

  requestAction: (document, action) => async () => {
    const checked = F.pipe(
      HandlerStoreInput.ref(document),
      E.chain(() => HandlerStoreInput.query({ name: document.name, kind: document.kind })),
      E.chain(() => HandlerStoreInput.keys([document.key])),
      E.chain(() => HandlerStoreInput.action(action)),
    )
    if (E.isLeft(checked)) return checked
    const { name, generation, kind, key } = document
    const result = await query(statements.requestAction, [name, `${generation}`, kind, key, action])
    return E.isLeft(result) ? result : E.right(result.right.rows[0] === 'true')
  },
})
