import type { HandlerStore } from '@foldlog/core'
import { type HandlerDocument, HandlerStoreInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { decodeDocument } from '../encoding/decodeDocument.ts'
import { endsEarly, withoutEarlyEnd } from '../encoding/endsEarly.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { filterOf, headerOf, listParameters, needsPlan, optionalParameter, queryParameters } from './documentQueries.ts'

export const documentsOn = (
  { query }: RetryingClient,
  statements: HandlerStatements,
): Pick<
  HandlerStore,
  'getDocuments' | 'listDocuments' | 'countDocuments' | 'findParked' | 'dueDocuments' | 'requestAction'
> => ({
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
    const { name, count } = checked.right
    const statement = needsPlan(checked.right) ? statements.queryDocuments : statements.listDocuments
    const parameters = needsPlan(checked.right) ? queryParameters(checked.right) : listParameters(checked.right)
    const result = await query(statement, parameters)
    if (E.isLeft(result)) return result
    const [header, ...rows] = result.right.rows
    const { generation, position, history } = headerOf(header)
    const documents = withoutEarlyEnd(rows).slice(0, count).map(decodeDocument({ name, generation }))
    return E.right({ generation, position, history, documents, end: rows.length <= count && !endsEarly(rows) })
  },

  countDocuments: (filter) => async () => {
    const checked = HandlerStoreInput.filter(filter)
    if (E.isLeft(checked)) return checked
    const { name, generation, kind } = filter
    const parameters = [name, optionalParameter(generation), kind, JSON.stringify(filterOf(filter))]
    const result = await query(statements.countDocuments, parameters)
    if (E.isLeft(result)) return result
    const [header, count] = result.right.rows
    return E.right({ ...headerOf(header), count: Number(count) })
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
