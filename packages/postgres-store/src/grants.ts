import type { InvalidInput } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { inSchema, quoteRole, quoteSchema } from './internal/schema/schemaName.ts'
import type { SchemaOptions } from './SchemaOptions.ts'
import { sqlFunctions } from './SqlFunction.ts'

/**
 * The roles to which clients connect.
 *
 * @category model
 * @since 0.1.0
 */
export interface GrantOptions extends SchemaOptions {
  /** The role of the application. */
  readonly writer: string
  /** The role of clients that only read. */
  readonly reader?: string | undefined
}

/**
 * The statements that let roles use the store, as SQL for the owner to apply after each migration. Needs no database,
 * and changes none.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { printGrants } from '@foldlog/postgres-store'
 *
 * console.log(printGrants({ writer: 'bank_writer', reader: 'bank_reader' }))
 * ```
 */
export const printGrants = ({ schema = 'foldlog', writer, reader }: GrantOptions): E.Either<InvalidInput, string> => {
  const quoted = quoteSchema(schema)
  if (E.isLeft(quoted)) return quoted
  const writerRole = quoteRole('writer', writer)
  if (E.isLeft(writerRole)) return writerRole
  const readerRole = reader === undefined ? undefined : quoteRole('reader', reader)
  if (readerRole !== undefined && E.isLeft(readerRole)) return readerRole
  const both = readerRole === undefined ? writerRole.right : `${writerRole.right}, ${readerRole.right}`
  const grantFunctions = (caller: 'writer' | 'reader', to: string): string => {
    const called = sqlFunctions.filter(
      ({ callers }) => callers.includes('reader') === (caller === 'reader') && callers.length > 0,
    )
    const signatures = called.map(({ signature }) => inSchema(quoted.right, `  foldlog.${signature}`)).toSorted()
    return `grant execute on function\n${signatures.join(',\n')}\nto ${to};\n`
  }
  return E.right(
    `grant usage on schema ${quoted.right} to ${both};
grant select on ${quoted.right}.migrations, ${quoted.right}.functions to ${both};

${grantFunctions('reader', both)}
${grantFunctions('writer', writerRole.right)}`,
  )
}
