import type { InvalidInput } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** Where the schema is named in the SQL files. */
const schemaPlaceholder = /\bfoldlog\./g

/** Control characters would end the SQL comments that name a schema. Postgres keeps 63 bytes of a name. */
const quoteName = (what: string, name: string): E.Either<InvalidInput, string> => {
  if (typeof name !== 'string' || name === '') return rejectInput(what, 'must be a non-empty string')
  if (new TextEncoder().encode(name).length > 63) return rejectInput(what, 'must have at most 63 bytes')
  if (/\p{Control}|\p{Surrogate}/u.test(name))
    return rejectInput(what, 'must not contain control characters or half a surrogate pair')
  if (name.startsWith('pg_')) return rejectInput(what, "must not start with 'pg_', which Postgres reserves")
  return E.right(`"${name.replaceAll('"', '""')}"`)
}

/**
 * Checks the name of a schema and quotes it as an identifier. `$body$`, `$query$`, `$sql$` and `$migration$` would end
 * the texts that hold it.
 */
export const quoteSchema = (schema: string): E.Either<InvalidInput, string> =>
  /\$(body|query|sql|migration)\$/.test(schema)
    ? rejectInput('schema', 'must not contain $body$, $query$, $sql$ or $migration$')
    : quoteName('schema', schema)

/** Checks the name of a role and quotes it as an identifier. `public` is every role. */
export const quoteRole = (what: 'writer' | 'reader', role: string): E.Either<InvalidInput, string> =>
  role === 'public' ? rejectInput(what, "must not be 'public', which is every role") : quoteName(what, role)

/** SQL of this package, for a schema that was quoted by {@link quoteSchema}. */
export const inSchema = (quoted: string, text: string): string => text.replace(schemaPlaceholder, () => `${quoted}.`)
