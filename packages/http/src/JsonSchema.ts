import type { JsonRecord } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { makeSchemas } from './internal/schema/Schemas.ts'
import type { NamedSchemas } from './NamedSchemas.ts'
import type { UnsupportedCodec } from './UnsupportedCodec.ts'

/**
 * Returns the schema of a codec's output, or the part that has none. `path` is the prefix of the paths of parts. A
 * recursive codec is defined in `$defs`, and every other part is written where it occurs.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = (
  codec: t.Any,
  named: NamedSchemas = {},
  path: string = codec.name,
): E.Either<UnsupportedCodec, JsonRecord> => {
  const schemas = makeSchemas({ named, at: '#/$defs/', refers: 'recursion', reserved: [] })
  return F.pipe(
    schemas.of(codec, path),
    E.map((schema) => {
      const $defs = schemas.definitions()
      return Object.keys($defs).length === 0 ? schema : { ...schema, $defs }
    }),
  )
}

/**
 * The JSON schemas (2020-12) of io-ts codecs, and of those of io-ts-types. A refinement or a brand has the schema of
 * its base codec, unless it carries one, or `named` has one under its name.
 *
 * A schema accepts everything that the codec encodes. The codec decodes everything that the schema accepts, with three
 * exceptions: the predicate of a refinement that carries no schema is not described; a schema does not compare items of
 * sets or keys of maps as the codec does; and a number or a date may be too large.
 *
 * @category namespace
 * @since 0.1.0
 */
export const JsonSchema = { of } as const
