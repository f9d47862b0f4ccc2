import { either as E } from 'fp-ts'
import type { TransactionalAppends } from '../../TransactionalAppends.ts'
import { classifyError } from '../client/classifyError.ts'
import type { StatementRunner } from '../client/StatementRunner.ts'
import type { Statements } from '../schema/Statements.ts'
import { appendErrorOf } from './appendErrorOf.ts'
import { appendMethods } from './appendMethods.ts'
import { decodeResults } from './appendResults.ts'
import { sendAppendsInTransaction } from './sendAppends.ts'

/** The appends of a transaction of the caller: each is one statement or two, with no batch and no retry. */
export const transactionalAppends = (run: StatementRunner, statements: Statements): TransactionalAppends => {
  const sendBatch = sendAppendsInTransaction(run, statements)
  return appendMethods(async (parts) => {
    try {
      const answer = await sendBatch([{ parts, views: undefined }])
      return decodeResults([parts], answer)[0] ?? E.right([])
    } catch (cause) {
      return E.left(appendErrorOf(parts, classifyError(cause)))
    }
  })
}
