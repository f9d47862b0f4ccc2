import { type InvalidInput, rejectInput } from '@foldlog/core'
import { either as E } from 'fp-ts'

/** The placeholder of the schema in the SQL files. */
const schemaPlaceholder = /\bfoldlog\./g

/**
 * Checks the name of a schema and quotes it as an identifier. Control characters would end the SQL comments that name
 * the schema; `$body$`, `$sql$` and `$migration$` would end the texts that contain it. Postgres keeps 63 bytes of a
 * name.
 */
export const quoteSchema = (schema: string): E.Either<InvalidInput, string> => {
  const what = 'schema'
  if (typeof schema !== 'string' || schema === '') return rejectInput(what, 'must be a non-empty string')
  if (new TextEncoder().encode(schema).length > 63) return rejectInput(what, 'must have at most 63 bytes')
  if (/\p{Control}|\p{Surrogate}/u.test(schema))
    return rejectInput(what, 'must not contain control characters or half a surrogate pair')
  if (/\$(body|sql|migration)\$/.test(schema)) return rejectInput(what, 'must not contain $body$, $sql$ or $migration$')
  if (schema.startsWith('pg_')) return rejectInput(what, "must not start with 'pg_', which Postgres reserves")
  return E.right(`"${schema.replaceAll('"', '""')}"`)
}

/** Replaces the placeholder in SQL of this package by a schema that was quoted by {@link quoteSchema}. */
export const inSchema = (quoted: string, text: string): string => text.replace(schemaPlaceholder, () => `${quoted}.`)
