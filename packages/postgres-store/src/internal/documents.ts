import {
  type DocumentKind,
  type HandlerDocument,
  HandlerInput,
  type HandlerRef,
  type HandlerStore,
  type HistoryId,
  type Json,
} from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { HandlerStatements } from './handlerStatements.ts'
import { keyRangeOf } from './keyRange.ts'
import type { Requests } from './Requests.ts'

/** What foldlog.document_text writes; see there. */
type Row = readonly [
  kind: DocumentKind,
  key: string,
  partition: number,
  position: number,
  due: number | null,
  wish: string | null,
  data: Json,
]

const documentOf =
  ({ name, generation }: HandlerRef) =>
  (text: string): HandlerDocument => {
    // foldlog.document_text of this package's own migrations wrote it, from what HandlerInput let in.
    const [kind, key, partition, position, due, wish, data] = JSON.parse(text) as Row
    return {
      name,
      generation,
      kind,
      key,
      partition,
      position,
      data,
      due: due === null ? null : new Date(due),
      wish,
    }
  }

/** A parameter that may be absent, as `nullif` of the statement reads it. */
const orNone = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

export const documentsOn = (
  { send }: Requests,
  statements: HandlerStatements,
): Pick<HandlerStore, 'getDocuments' | 'listDocuments' | 'dueDocuments' | 'wish'> => ({
  getDocuments: (of, keys) => async () => {
    const checked = F.pipe(
      HandlerInput.query(of),
      E.chain(() => HandlerInput.keys(keys)),
    )
    if (E.isLeft(checked)) return checked
    const { name, kind } = of
    const answer = await send(statements.getDocuments, [name, orNone(of.generation), kind, JSON.stringify(keys)])
    if (E.isLeft(answer)) return answer
    const [generation, ...rows] = answer.right.rows
    return E.right(rows.map(documentOf({ name, generation: Number(generation) })))
  },

  listDocuments: (query) => async () => {
    const checked = HandlerInput.query(query)
    if (E.isLeft(checked)) return checked
    const { name, kind, partitions, where = {}, count } = checked.right
    const { first, after, before } = keyRangeOf(query)
    const fields = Object.keys(where).length === 0 ? undefined : where
    const answer = await send(statements.listDocuments, [
      name,
      orNone(query.generation),
      kind,
      orNone(partitions),
      orNone(fields),
      first,
      after,
      before,
      // One more tells whether this is the end.
      `${count + 1}`,
    ])
    if (E.isLeft(answer)) return answer
    const [head, ...rows] = answer.right.rows
    // Written by foldlog.list_documents.
    const [generation, position, history] = JSON.parse(head ?? '') as readonly [number, number, HistoryId]
    const documents = rows.slice(0, count).map(documentOf({ name, generation }))
    return E.right({ generation, position, history, documents, end: rows.length <= count })
  },

  dueDocuments: (of, partitions, count) => async () => {
    const checked = F.pipe(
      HandlerInput.ref(of),
      E.chain(() => HandlerInput.partitions(partitions)),
      E.chain(() => HandlerInput.query({ name: of.name, kind: 'timer', count })),
    )
    if (E.isLeft(checked)) return checked
    const parameters = [of.name, `${of.generation}`, JSON.stringify(partitions), `${checked.right.count}`]
    const answer = await send(statements.dueDocuments, parameters)
    if (E.isLeft(answer)) return answer
    const [head, ...rows] = answer.right.rows
    // Written by foldlog.due_documents.
    const [next, now] = JSON.parse(head ?? '[null, 0]') as readonly [next: number | null, now: number]
    return E.right({
      documents: rows.map(documentOf(of)),
      next: next === null ? null : new Date(next),
      now: new Date(now),
    })
  },

  wish: (document, wish) => async () => {
    const checked = F.pipe(
      HandlerInput.ref(document),
      E.chain(() => HandlerInput.query({ name: document.name, kind: document.kind })),
      E.chain(() => HandlerInput.keys([document.key])),
      E.chain(() => HandlerInput.wish(wish)),
    )
    if (E.isLeft(checked)) return checked
    const { name, generation, kind, key } = document
    const answer = await send(statements.wish, [name, `${generation}`, kind, key, wish])
    return E.isLeft(answer) ? answer : E.right(answer.right.rows[0] === 'true')
  },
})
