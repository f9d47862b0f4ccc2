import type { HandlerStore } from '@foldlog/core'
import { HandlerStoreInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { SqlClient } from '../../SqlClient.ts'
import { changeIndexes } from '../client/changeIndexes.ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { HandlerStatements } from '../schema/HandlerStatements.ts'
import { inSchema } from '../schema/schemaName.ts'

interface ViewIndexOptions {
  readonly sql: SqlClient
  readonly quotedSchema: string
  readonly statements: HandlerStatements
}

export const viewIndexesOn = (
  client: RetryingClient,
  { sql, quotedSchema, statements }: ViewIndexOptions,
): Pick<HandlerStore, 'declareIndexes' | 'createIndexes'> => ({
  declareIndexes: (name, indexes) => async () => {
    const checked = F.pipe(
      HandlerStoreInput.name(name),
      E.chain(() => HandlerStoreInput.indexes(indexes)),
    )
    if (E.isLeft(checked)) return checked
    const declared = await client.query(statements.declareIndexes, [name, JSON.stringify(indexes)])
    return E.isLeft(declared) ? declared : E.right(undefined)
  },
  createIndexes: () =>
    changeIndexes(client, {
      sql,
      quotedSchema,
      changes: statements.indexChanges,
      analyze: inSchema(quotedSchema, 'analyze foldlog.handler_documents'),
    }),
})
