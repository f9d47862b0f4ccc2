import type { JsonRecord } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { UnsupportedCodec } from '../../UnsupportedCodec.ts'

/**
 * The schema of a codec. `closed`: the codec removes unknown properties, and the schema does not say so yet, because
 * the codec is part of an intersection. `optional`: the value may be `undefined`, which JSON leaves out of objects.
 */
export interface CodecSchema {
  readonly schema: JsonRecord
  readonly closed: boolean
  readonly optional: boolean
}

export type SchemaResult = E.Either<UnsupportedCodec, CodecSchema>

/**
 * The schema of a codec at a path. With `extended`, the codec is part of an intersection: it is written out, and its
 * objects are left open.
 */
export type SchemaOf = (codec: t.Any, path: string, extended: boolean) => SchemaResult

export const described = (schema: JsonRecord, closed = false): SchemaResult =>
  E.right({ schema, closed, optional: false })

export const unsupported = (codec: t.Any, path: string, why: string): E.Either<UnsupportedCodec, never> =>
  E.left({ _tag: 'UnsupportedCodec', path, codec: codec.name, why })

/** The remedy for a codec that shows only its functions. */
export const advice =
  'give the codec its schema by withJsonSchema of @foldlog/core/codecs, or by `schemas`, under its name'
