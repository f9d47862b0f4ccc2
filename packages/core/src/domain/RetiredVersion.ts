import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { tryCatch } from '../values/internal/tryCatch.ts'
import { UserCode } from '../values/UserCode.ts'
import type { DecodeReason } from './DecodeFailure.ts'
import { decodeWith } from './internal/decodeWith.ts'
import type { EncodedEvent } from './RecordedEvent.ts'

/**
 * The stored name and version of a form of an event.
 *
 * @category model
 * @since 0.1.0
 */
export interface SchemaVersion {
  readonly type: string
  readonly schemaVersion: number
}

/**
 * A stored form with the codec that reads its data; a test needs it to generate such data.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadableVersion extends SchemaVersion {
  readonly codec: t.Mixed
}

/**
 * A stored form that is no longer written and has no single successor. A read replaces it by stored events of the forms
 * in `to`, which are then decoded themselves; by none when `to` is empty.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetiredVersion extends ReadableVersion {
  readonly _tag: 'RetiredVersion'
  readonly to: ReadonlyArray<SchemaVersion>
  readonly replace: (data: unknown) => E.Either<DecodeReason, ReadonlyArray<EncodedEvent>>
}

const isOneOf =
  (versions: ReadonlyArray<SchemaVersion>) =>
  (event: EncodedEvent): boolean =>
    versions.some(({ type, schemaVersion }) => type === event.type && schemaVersion === event.schemaVersion)

/** Checks what the function of a split returned. */
const checkForms = (
  to: ReadonlyArray<SchemaVersion>,
  events: ReadonlyArray<EncodedEvent>,
): E.Either<string, ReadonlyArray<EncodedEvent>> => {
  if (!Array.isArray(events)) return E.left('returned something else than a list of stored events')
  // A list may have holes, which `every` passes over.
  return [...events].every(isOneOf(to))
    ? E.right(events)
    : E.left('returned an event of a form that is not in its list of targets')
}

/**
 * Splits a stored form into others: `f` gets the decoded data and returns stored events, each of a form named in `to`.
 * The codecs of those forms decode their data, so a split keeps working when its targets get new versions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const split = <A, const To extends ReadonlyArray<SchemaVersion>>(
  from: SchemaVersion,
  codec: t.Type<A, unknown>,
  to: To,
  f: (data: A) => ReadonlyArray<EncodedEvent & To[number]>,
): RetiredVersion => ({
  _tag: 'RetiredVersion',
  type: from.type,
  schemaVersion: from.schemaVersion,
  codec,
  to,
  replace: (data) => {
    const upcastFailed = (why: string): DecodeReason => ({
      _tag: 'UpcastFailed',
      to: to.map(({ type }) => type).join(', '),
      why,
    })
    return F.pipe(
      decodeWith(codec)(data),
      E.chain((old) =>
        F.pipe(
          // Inside of `tryCatch`, because reading the result may throw, too.
          tryCatch(() => checkForms(to, UserCode.plain('split', f(old)))),
          E.flatten,
          E.mapLeft(upcastFailed),
        ),
      ),
    )
  },
})

/**
 * Drops a stored form: reads skip it, whatever its data.
 *
 * @category constructors
 * @since 0.1.0
 */
export const drop = (from: SchemaVersion): RetiredVersion => ({
  _tag: 'RetiredVersion',
  type: from.type,
  schemaVersion: from.schemaVersion,
  codec: t.unknown,
  to: [],
  replace: () => E.right([]),
})
