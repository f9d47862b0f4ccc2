import { describeUnknown, ValidationProblem } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import type { RequestError } from './RequestError.ts'

/** The default limit in bytes: a mebibyte of JSON is more than a command needs. */
const defaultLimit = 1_048_576

/** An invalid limit would accept bodies of any length, so the default replaces it. */
const limitOf = (limit: number | undefined): number =>
  F.pipe(
    NumberOption.read('limit', { min: 0, max: Number.MAX_SAFE_INTEGER, absent: defaultLimit }, limit),
    E.getOrElse(() => defaultLimit),
  )

const isJson = (type: string | null): boolean =>
  type !== null && /^application\/([\w.+-]+\+)?json$/i.test(type.split(';')[0]?.trim() ?? '')

/** Bodies are read and discarded up to this multiple of the limit. */
const maxDiscardedMultiple = 16

/**
 * Reads a body of at most `limit` bytes, whatever its `Content-Length`. Bytes beyond the limit are discarded as they
 * arrive, not kept in memory: if the server stopped reading, the connection would end while the client still sends, and
 * the client would never get the answer. An endless body is cancelled.
 */
const readBytes = async (request: Request, limit: number): Promise<E.Either<RequestError, Uint8Array>> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > limit * maxDiscardedMultiple) await reader?.cancel()
    else if (length > limit) chunks.length = 0
    else chunks.push(part.value)
  }
  if (length > limit) return E.left({ _tag: 'BodyTooLarge', limit })
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return E.right(all)
}

const malformedJson = (cause: unknown): RequestError => ({
  _tag: 'MalformedJson',
  why: describeUnknown(cause),
})

/**
 * Reads the text of a body of at most `limit` bytes (1 MiB when absent). A request without a body has the empty text.
 *
 * @category destructors
 * @since 0.1.0
 */
const text = (request: Request, limit?: number): TE.TaskEither<RequestError, string> =>
  F.pipe(
    TE.tryCatch(() => readBytes(request, limitOf(limit)), malformedJson),
    TE.chainEitherK(F.identity),
    TE.chainEitherK((bytes) =>
      E.tryCatch(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes), malformedJson),
    ),
  )

/**
 * Decodes the text of a body. An absent body is an empty object, so that a command without data needs none.
 *
 * @category destructors
 * @since 0.1.0
 */
const decode =
  <A>(codec: t.Type<A, unknown>, type: string | null) =>
  (json: string): E.Either<RequestError, A> => {
    // A form of another site may have no body, but it always has a type, which is never that of JSON.
    if ((json !== '' || type !== null) && !isJson(type)) return E.left({ _tag: 'NotJson', type: type ?? undefined })
    return F.pipe(
      E.tryCatch((): unknown => (json === '' ? {} : JSON.parse(json)), malformedJson),
      E.chain((value) =>
        F.pipe(
          codec.decode(value),
          E.mapLeft(
            (errors): RequestError => ({ _tag: 'InvalidBody', problems: ValidationProblem.fromIoTs(errors, 'body') }),
          ),
        ),
      ),
    )
  }

/**
 * Writes the text of a body as `JSON.stringify` writes it: so texts of the same JSON value, with its keys in the same
 * order, become equal. A text that is not JSON is returned unchanged, and the empty text becomes an empty object.
 *
 * @category destructors
 * @since 0.1.0
 */
const canonical = (json: string): string =>
  json === ''
    ? '{}'
    : F.pipe(
        E.tryCatch(() => JSON.stringify(JSON.parse(json)), E.toError),
        E.getOrElse(() => json),
      )

/**
 * Reads and decodes the body of a request.
 *
 * @category destructors
 * @since 0.1.0
 */
const read =
  <A>(codec: t.Type<A, unknown>, limit?: number) =>
  (request: Request): TE.TaskEither<RequestError, A> =>
    F.pipe(text(request, limit), TE.chainEitherK(decode(codec, request.headers.get('Content-Type'))))

/**
 * Functions on the bodies of requests.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Body = { text, decode, canonical, read } as const
